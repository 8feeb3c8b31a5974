/** When a scheduled Dag runs, and which partition a run is of: the timetable, the dates, and the ticks that follow. */
import type { ScheduleSnapshot, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import type { Partitions, TimePartitions } from "../../../src/model/partitions/definition.ts";
import { windowsOf } from "../../../src/model/partitions/windows_of.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { parseCron } from "../../../src/model/time/cron.ts";
import { openWindows } from "../../../src/model/time/windows.ts";
import { openZone } from "../../../src/model/time/zone.ts";
import { PARTITIONED } from "../options.ts";
import { AirflowCron, airflowTicks } from "./ticks.ts";
import { fiveFields, openLastKeys, windowEnds, windowKeys } from "./windows.ts";

/** How a schedule's runs are made in Airflow. */
export interface Clock {
  /**
   * A key for each run; a key that is sometimes that of another window, so that the task looks at the time; a data
   * interval for each run; or runs of which only the task knows the window.
   */
  readonly kind: "keyed" | "labelled" | "interval" | "plain";
  /** Its crons, of five fields. */
  readonly crons: readonly string[];
  /** Its zone. */
  readonly timezone: string;
  /** How many ticks the key of a run lies behind (or before, when negative) its tick. */
  readonly offset: number;
  /** The windows that runs are of; undefined without any. */
  readonly windows?: TimePartitions;
  /** The first instant at which a run may be. */
  readonly startMs?: number;
  /** The last one. */
  readonly endMs?: number;
  /** Of a clock whose keys are sometimes those of other windows: when, within two years. */
  readonly mislabelled?: readonly number[];
}

/** A tick, and the partition that it runs where that is a window. */
export interface Tick {
  /** When it is, epoch milliseconds. */
  readonly atMs: number;
  /** The key of the window. */
  readonly key?: string;
  /** The window is left out of its definition: the task skips. */
  readonly isLeftOut?: true;
}

/** A window that a run is of. */
type Named = Omit<Tick, "atMs">;

/** Chooses the clock of a schedule. */
export function openClock(
  schedule: ScheduleSnapshot,
  snapshot: Snapshot,
  options: { readonly level: number; readonly ticksFromMs: number },
): Clock {
  const partitions = schedule.partitions === undefined ? undefined : snapshot.partitions[schedule.partitions];
  const windows = windowsOf(partitions);
  const crons = schedule.crons.length > 0 ? schedule.crons : [(windows as TimePartitions).cron];
  const timezone = openZone(schedule.timezone ?? windows?.timezone ?? "UTC").name;
  const plain: Clock = {
    kind: "plain",
    crons: [...new Set(crons.map(fiveFields))],
    timezone,
    offset: 0,
    ...(windows && { windows }),
    ...boundsOf(schedule, startOf(schedule, windows, options.ticksFromMs)),
  };
  if (!windows || schedule.runs === "all" || plain.crons.length > 1) return plain;
  const offset = findOffset(plain, windows, options.ticksFromMs);
  if (offset === undefined) return plain;
  if (options.level >= PARTITIONED) {
    const keyed: Clock = { ...plain, kind: "keyed", offset };
    const mislabelled = mislabels(keyed, options.ticksFromMs);
    return mislabelled.length === 0 ? keyed : { ...keyed, kind: "labelled", mislabelled };
  }
  return offset === -1 ? { ...plain, kind: "interval", offset } : plain;
}

/** The ticks that Airflow will make from an instant on. */
export function* clockTicks(clock: Clock, fromMs: number): Generator<Tick, void, void> {
  const name = windowNamer(clock);
  for (const atMs of clockInstants(clock, fromMs)) yield { atMs, ...name(atMs) };
}

/** The instants of {@linkcode clockTicks}. */
export function* clockInstants(clock: Clock, fromMs: number): Generator<number, void, void> {
  const { crons, timezone, startMs = -Infinity, endMs = Infinity } = clock;
  for (const atMs of airflowTicks(crons, timezone, Math.max(fromMs, startMs))) {
    if (atMs > endMs) return;
    yield atMs;
  }
}

/** The ticks that the schedule means here from an instant on. */
export function* ownTicks(
  schedule: ScheduleSnapshot,
  partitions: Partitions | undefined,
  fromMs: number,
): Generator<Tick, void, void> {
  const windows = windowsOf(partitions);
  const keyAt = windows && openLastKeys(windows);
  for (const atMs of ownInstants(schedule, windows, fromMs)) {
    const key = keyAt?.(atMs);
    if (key !== undefined) yield { atMs, key };
    else if (!keyAt) yield { atMs };
  }
}

/** The instants of {@linkcode ownTicks}, whether or not there is a window yet. */
export function* ownInstants(
  schedule: ScheduleSnapshot,
  windows: TimePartitions | undefined,
  fromMs: number,
): Generator<number, void, void> {
  const { startMs = -Infinity, endMs = Infinity } = schedule;
  for (const atMs of unboundedInstants(schedule, windows, Math.max(fromMs, startMs))) {
    if (atMs >= endMs) return;
    yield atMs;
  }
}

function* unboundedInstants(
  { crons, timezone = "UTC" }: ScheduleSnapshot,
  windows: TimePartitions | undefined,
  fromMs: number,
): Generator<number, void, void> {
  if (crons.length === 0) return yield* windowEnds(windows as TimePartitions, fromMs);
  const all = crons.map((cron) => openCadence(cron, timezone));
  const ticks = all.map((cadence) => cadence.from(fromMs));
  const ahead = ticks.map((each) => each.next());
  for (;;) {
    const tick = Math.min(...ahead);
    if (tick === Infinity) return;
    yield tick;
    ahead.forEach((at, place) => at === tick && (ahead[place] = ticks[place].next()));
  }
}

/** How far ahead ticks are compared. */
const AHEAD_MS = 2 * 366 * 86_400_000;
/** Crons of every hour of every day are compared around changes of clocks only: this long before and after. */
const AROUND_MS = 3 * 86_400_000;

/** The times within two years in which ticks may not be ours, each from an instant to another. */
export function spansToCompare(
  { crons, timezone, windows, startMs = -Infinity, endMs = Infinity }: Clock,
  fromMs: number,
): readonly (readonly [fromMs: number, untilMs: number])[] {
  const from = Math.max(fromMs, startMs);
  const until = Math.min(endMs, from + AHEAD_MS);
  const isOwn = !windows || windows.exclusions.length === 0 && crons[0] === fiveFields(windows.cron);
  if (!isOwn || !crons.every(isDense)) return [[from, until]];
  const zone = openZone(timezone);
  const spans: (readonly [number, number])[] = [];
  for (let segment = zone.segmentAt(from) + 1; zone.startOf(segment) < until; segment++) {
    const at = zone.startOf(segment);
    spans.push([Math.max(from, at - AROUND_MS), Math.min(until, at + AROUND_MS)]);
  }
  return spans;
}

function isDense(text: string): boolean {
  const { everyHour, days, months } = parseCron(text);
  return everyHour && days === undefined && months === 0xfff;
}

/** The instants within two years at which the key of a run names another window than the last one. */
function mislabels(clock: Clock, fromMs: number): readonly number[] {
  const { windows } = clock;
  if (!windows) return [];
  const [keyAt, label] = [openLastKeys(windows), labeller(clock, windows)];
  return spansToCompare(clock, fromMs).flatMap(([from, until]) => {
    const found: number[] = [];
    for (const tick of clockInstants(clock, from)) {
      if (tick > until) break;
      const { key, isLeftOut } = label(tick);
      if (!isLeftOut && key !== keyAt(tick)) found.push(tick);
    }
    return found;
  });
}

/** The window that a task makes at a run's tick. */
function windowNamer(clock: Clock): (atMs: number) => Named {
  const { kind, windows } = clock;
  if (!windows) return () => ({});
  if (kind === "keyed" || kind === "interval") return labeller(clock, windows);
  const name = startNamer(windows);
  return (atMs) => name(lastWindow(windows, atMs));
}

/** The window that the key of a run names. */
function labeller({ crons, timezone, offset }: Clock, windows: TimePartitions): (atMs: number) => Named {
  const cron = new AirflowCron(crons[0], timezone);
  const name = startNamer(windows);
  return (atMs) => name(cron.move(atMs, offset));
}

function startNamer(definition: TimePartitions): (startMs: number) => Named {
  const keys = windowKeys(definition);
  const windows = openWindows(definition);
  return (startMs) => {
    const key = keys.keyOf(startMs);
    return windows.isExcluded(startMs) ? { key, isLeftOut: true } : { key };
  };
}

/** The start of the last window, as `LastWindow` of the helper counts. */
function lastWindow({ cron, timezone, endOffset }: TimePartitions, atMs: number): number {
  const zone = openZone(timezone);
  const times = new AirflowCron(cron, "UTC");
  const local = zone.localAt(atMs);
  const start = times.move(times.previous(local + 1000), endOffset - 1);
  return parseCron(cron).everyHour ? atMs + (start - local) : zone.lastInstantOf(start);
}

/** How far back to try, and ahead. */
const OFFSETS: readonly number[] = [-1, 0, -2, 1, -3, 2];
/** How many ticks are looked at, and how many of them may differ (around changes of the clock). */
const SAMPLE = 200;
const MOST = 4;

/** How many ticks back the tick lies whose time names the window; undefined when there is no such number. */
function findOffset(clock: Clock, windows: TimePartitions, fromMs: number): number | undefined {
  const { crons: [cron], timezone } = clock;
  if (timezone !== openZone(windows.timezone).name) return undefined;
  if (cron === fiveFields(windows.cron)) return windows.endOffset - 1;
  const airflow = new AirflowCron(cron, timezone);
  const keys = windowKeys(windows);
  const keyAt = openLastKeys(windows);
  const start = Math.max(fromMs, clock.startMs ?? fromMs);
  return OFFSETS.find((offset) => {
    let differing = 0;
    let tick = airflow.first(start);
    for (let count = 0; count < SAMPLE && tick < Infinity && differing <= MOST; count++) {
      if (keys.keyOf(airflow.move(tick, offset)) !== keyAt(tick)) differing++;
      tick = airflow.next(tick);
    }
    return differing <= MOST;
  });
}

/** From the first tick that has a window, to the end of the last one. Without windows catch-up begins at the export. */
function startOf(
  schedule: ScheduleSnapshot,
  windows: TimePartitions | undefined,
  fromMs: number,
): Pick<Clock, "startMs" | "endMs"> {
  if (!windows) return schedule.catchUp ? { startMs: fromMs } : {};
  const end = windows.endMs === undefined ? {} : { endMs: lastTick(schedule, windows, windows.endMs) };
  const keyAt = openLastKeys(windows);
  let left = 10_000;
  for (const atMs of ownInstants(schedule, windows, windows.startMs)) {
    if (keyAt(atMs) !== undefined) return { startMs: atMs, ...end };
    if (--left === 0) break;
  }
  return { startMs: windows.startMs, ...end };
}

/** Within the bounds of the schedule itself, in whole seconds; Airflow's last instant is one that still counts. */
function boundsOf(
  schedule: ScheduleSnapshot,
  { startMs = -Infinity, endMs = Infinity }: Pick<Clock, "startMs" | "endMs">,
): Pick<Clock, "startMs" | "endMs"> {
  const start = Math.max(startMs, Math.ceil((schedule.startMs ?? -Infinity) / 1000) * 1000);
  const end = Math.min(endMs, Math.ceil((schedule.endMs ?? Infinity) / 1000) * 1000 - 1000);
  return { ...(start > -Infinity && { startMs: start }), ...(end < Infinity && { endMs: end }) };
}

/** The first tick at or after the end of the last window: there, it is made. */
function lastTick(schedule: ScheduleSnapshot, windows: TimePartitions, endMs: number): number {
  if (schedule.crons.length === 0) return endMs;
  const [tick = endMs] = ownInstants(schedule, windows, endMs).take(1);
  return tick;
}
