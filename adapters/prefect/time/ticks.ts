/**
 * When Prefect fires. It reads a cron on the wall clock: a time that comes twice fires the first time only, and one that
 * does not exist fires later by the length of the gap. Seen so on 3.9.1 on every Python.
 */
import { openCadence } from "../../../src/model/time/cadence.ts";
import { DAY_MS } from "../../../src/model/time/calendar.ts";
import { parseCron } from "../../../src/model/time/cron.ts";
import { WallTimes } from "../../../src/model/time/wall_times.ts";
import { openZone, type Zone } from "../../../src/model/time/zone.ts";

/** No wall clock is set by more, and none is further from UTC. */
const MARGIN_MS = 2 * DAY_MS;

/** The instants from `fromMs` to before `untilMs` at which Prefect fires a schedule, ascending. */
export function prefectTicks(
  cron: string,
  timezone: string,
  fromMs: number,
  untilMs: number,
): readonly number[] {
  const zone = openZone(timezone);
  const times = new WallTimes(parseCron(cron));
  const ticks = new Set<number>();
  times.seek(fromMs - MARGIN_MS);
  for (; times.current < untilMs + MARGIN_MS; times.advance()) {
    const tick = firedAt(times.current, zone);
    if (tick >= fromMs && tick < untilMs) ticks.add(tick);
  }
  return [...ticks].sort((a, b) => a - b);
}

/** The instant for a time on the wall clock. */
function firedAt(localMs: number, zone: Zone): number {
  const [first] = zone.instantsOf(localMs);
  if (first !== undefined) return first;
  const gapEnd = zone.firstInstantOf(localMs);
  return localMs - zone.offsetOf(zone.segmentAt(gapEnd) - 1);
}

/** The instants from `fromMs` to before `untilMs` of a schedule of ours, ascending. */
export function ownTicks(cron: string, timezone: string, fromMs: number, untilMs: number): readonly number[] {
  const ticks = openCadence(cron, timezone).from(fromMs);
  const found: number[] = [];
  for (let tick = ticks.next(); tick < untilMs; tick = ticks.next()) found.push(tick);
  return found;
}

/** A cron as it is given to Prefect. */
export interface FiringRule {
  readonly cron: string;
  readonly timezone: string;
}

/** Instants at which one of the two ticks and the other does not, around the clock changes of a zone; ascending. */
export function differingTicks(
  own: { readonly crons: readonly string[]; readonly timezone: string },
  theirs: readonly FiringRule[],
  fromMs: number,
  untilMs: number,
): readonly number[] {
  const found = new Set<number>();
  for (const changeMs of clockChanges(own.timezone, fromMs, untilMs)) {
    const [from, until] = [Math.max(fromMs, changeMs - MARGIN_MS), Math.min(untilMs, changeMs + MARGIN_MS)];
    const ours = new Set(own.crons.flatMap((cron) => ownTicks(cron, own.timezone, from, until)));
    const fired = new Set(theirs.flatMap(({ cron, timezone }) => prefectTicks(cron, timezone, from, until)));
    for (const tick of ours.symmetricDifference(fired)) found.add(tick);
  }
  return [...found].sort((a, b) => a - b);
}

/** Instants that several crons name: Prefect starts a run for each. */
export function doubledTicks(
  rules: readonly FiringRule[],
  fromMs: number,
  untilMs: number,
): readonly number[] {
  const seen = new Set<number>();
  const doubled = new Set<number>();
  for (const { cron, timezone } of rules) {
    for (const tick of prefectTicks(cron, timezone, fromMs, untilMs)) {
      (seen.has(tick) ? doubled : seen).add(tick);
    }
  }
  return [...doubled].sort((a, b) => a - b);
}

/** The instants from `fromMs` to before `untilMs` at which a zone's clock is set. */
export function clockChanges(timezone: string, fromMs: number, untilMs: number): readonly number[] {
  const zone = openZone(timezone);
  const changes: number[] = [];
  for (let segment = zone.segmentAt(fromMs) + 1; zone.startOf(segment) < untilMs; segment++) {
    changes.push(zone.startOf(segment));
  }
  return changes;
}

/**
 * A cron of every hour of every day as one in UTC, which follows elapsed time as ours does; undefined where the zone's
 * clock is not always whole hours from UTC between two instants.
 */
export function inElapsedTime(
  cron: string,
  timezone: string,
  fromMs: number,
  untilMs: number,
): string | undefined {
  const { everyHour, months, days } = parseCron(cron);
  if (!everyHour || days !== undefined || months !== 0xfff) return undefined;
  const zone = openZone(timezone);
  const segments = [fromMs, ...clockChanges(timezone, fromMs, untilMs)].map((at) => zone.offsetAt(at));
  return segments.every((offset) => offset % 3_600_000 === 0) ? cron : undefined;
}
