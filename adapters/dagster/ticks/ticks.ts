/**
 * The ticks of Dagster's schedules and windows, its departures from its own rule included: an oracle that the report
 * of losses is written from, and that the conformance suite holds against Dagster itself.
 */
import { type Cron, parseCron } from "../../../src/model/time/cron.ts";
import { lastTimeBefore, WallTimes } from "../../../src/model/time/wall_times.ts";
import { shapeOf } from "./shape.ts";
import { stepBy, type Walk } from "./steps.ts";
import { behindGap, Clock, moved, type Wall } from "./wall.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const LEAP_DAY = / 29 2 \*$/;

/** Which Dagster ticks, and when it works. */
export interface TickRules {
  /**
   * The instant at which Dagster works: where a zone is not whole hours from UTC then, minutes of hourly crons are those
   * of the zone, else those of UTC. Default: where the walk begins.
   */
  readonly nowMs?: number;
  /** Whether there are minutes of the zone at all. */
  readonly hasZoneMinutes?: boolean;
}

/** The instants at and after `fromMs` at which Dagster ticks, in its order, epoch milliseconds. */
export function* dagsterTicks(
  cron: string,
  timezone: string,
  fromMs: number,
  rules: TickRules = {},
): Generator<number, void, undefined> {
  const clock = new Clock(timezone);
  for (const wall of walls(cron, clock, fromMs, rules)) yield clock.instantOf(wall);
}

/** A tick, and the local time that Dagster writes for it: in a gap, one that the clock never shows. */
export interface DagsterTick {
  readonly instantMs: number;
  readonly localMs: number;
}

/** The same with local times, which keys of windows are made of. */
export function* dagsterWindows(
  cron: string,
  timezone: string,
  fromMs: number,
  rules: TickRules = {},
): Generator<DagsterTick, void, undefined> {
  const clock = new Clock(timezone);
  for (const wall of walls(cron, clock, fromMs, rules)) {
    yield { instantMs: clock.instantOf(wall), localMs: wall.localMs };
  }
}

/** The ticks of several crons: an instant that two of them name counts once. */
export function* dagsterScheduleTicks(
  crons: readonly string[],
  timezone: string,
  fromMs: number,
  rules: TickRules = {},
): Generator<number, void, undefined> {
  const walks = crons.map((cron) => dagsterTicks(cron, timezone, fromMs, rules));
  const ahead = walks.map((walk) => walk.next().value ?? Infinity);
  for (let next = Math.min(...ahead); next < Infinity; next = Math.min(...ahead)) {
    yield next;
    for (const [index, walk] of walks.entries()) {
      if (ahead[index] === next) ahead[index] = walk.next().value ?? Infinity;
    }
  }
}

function* walls(
  cron: string,
  clock: Clock,
  fromMs: number,
  rules: TickRules,
): Generator<Wall, void, undefined> {
  if (LEAP_DAY.test(cron)) {
    for (const wall of walls(cron.replace(LEAP_DAY, " 28 2 *"), clock, fromMs, rules)) {
      if (isLeap(new Date(wall.localMs).getUTCFullYear())) yield moved(wall, DAY_MS);
    }
    return;
  }
  const shape = shapeOf(cron);
  const start = clock.at(fromMs);
  if (shape.kind === "other") return yield* otherWalls(parseCron(cron), shape.everyHour, clock, start);
  const { nowMs = fromMs, hasZoneMinutes = true } = rules;
  const isWhole = clock.instantOf(clock.at(nowMs)) === nowMs &&
    (clock.at(nowMs).localMs - nowMs) % HOUR_MS === 0;
  const walk: Walk = { shape, clock, usesZoneMinutes: hasZoneMinutes && shape.kind === "hourly" && !isWhole };
  let wall = start;
  if (isSimple(cron, start)) yield wall;
  else wall = stepBy(walk, start, "back", false);
  for (;;) {
    wall = stepBy(walk, wall, "ahead", true);
    yield wall;
  }
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Two texts are looked at first, to save work; what they find is the same in all zones but not at all times. */
function isSimple(cron: string, { localMs }: Wall): boolean {
  if (cron === "0 0 * * *") return localMs % DAY_MS === 0;
  return cron === "0 * * * *" && localMs % HOUR_MS === 0;
}

/** A cron of no simple kind: back to the tick before the start, and on from there. */
function* otherWalls(
  cron: Cron,
  everyHour: boolean,
  clock: Clock,
  start: Wall,
): Generator<Wall, void, undefined> {
  const naive: Naive = { cron, everyHour, clock };
  const before = naiveWalls(naive, start, "back").next().value;
  if (before) yield* naiveWalls(naive, before, "ahead");
}

interface Naive {
  readonly cron: Cron;
  readonly everyHour: boolean;
  readonly clock: Clock;
}

/** Local times of the cron as if clocks were never set, each put where Dagster puts it. */
function* naiveWalls(
  naive: Naive,
  start: Wall,
  way: "ahead" | "back",
): Generator<Wall, void, undefined> {
  const { clock } = naive;
  const isBeyond = (instant: number, last: number) => way === "ahead" ? instant > last : instant < last;
  const next = localTimes(naive.cron, start.localMs + (way === "ahead" ? -HOUR_MS : HOUR_MS), way);
  let last = clock.instantOf(start);
  for (let localMs = next(); Number.isFinite(localMs); localMs = next()) {
    const found = placesOf(localMs, naive, way, next);
    for (const wall of way === "ahead" ? found : found.toReversed()) {
      const instant = clock.instantOf(wall);
      if (!isBeyond(instant, last)) continue;
      last = instant;
      yield wall;
    }
  }
}

/** Gives one local time after the other. */
function localTimes(cron: Cron, fromMs: number, way: "ahead" | "back"): () => number {
  let before = fromMs;
  if (way === "back") return () => before = lastTimeBefore(cron, before);
  const times = new WallTimes(cron);
  times.seek(fromMs + 1);
  return () => {
    const { current } = times;
    times.advance();
    return current;
  };
}

function placesOf(
  localMs: number,
  { everyHour, clock }: Naive,
  way: "ahead" | "back",
  next: () => number,
): readonly Wall[] {
  const first: Wall = { localMs, fold: 0 };
  if (!clock.exists(localMs)) return everyHour ? [] : [behindGap(first, clock)];
  if (!clock.isAmbiguous(localMs)) return [first];
  const second: Wall = { localMs, fold: 1 };
  if (!everyHour) return [second];
  const found = [second, first];
  const [begin, end] = [clock.instantOf(first), clock.instantOf(second)];
  let [one, other] = [first, second];
  while (way === "ahead" ? clock.instantOf(one) < end : clock.instantOf(other) > begin) {
    const following = next();
    if (!Number.isFinite(following)) break;
    one = { localMs: following, fold: 0 };
    other = { localMs: following, fold: 1 };
    found.push(one, other);
  }
  return found.sort((a, b) => clock.instantOf(a) - clock.instantOf(b));
}
