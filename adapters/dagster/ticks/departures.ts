/** Where Dagster's ticks are not ours: around changes of the clock, and for hours that begin at half past. */
import { type Cadence, openCadence } from "../../../src/model/time/cadence.ts";
import { openZone, type Zone } from "../../../src/model/time/zone.ts";
import { dagsterScheduleTicks, dagsterWindows, type TickRules } from "./ticks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far from a change of the clock ticks are compared. */
const NEAR_MS = 3 * DAY_MS;

/** A span of time, from the one up to the other. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * The instants within a span at which only one of the two ticks, in order. Where Dagster's ticks depend on the season in
 * which it works, those of every season count.
 */
export function departures(
  crons: readonly string[],
  timezone: string,
  span: Span,
  hasZoneMinutes: boolean = true,
): readonly number[] {
  const zone = openZone(timezone);
  const cadences = crons.map((cron) => openCadence(cron, timezone));
  const changes = changesOf(zone, span);
  const isHourly = cadences.some(({ cron }) => cron.everyHour);
  const isSeasonal = isHourly &&
    changes.some((change) => (zone.offsetAt(change) - zone.offsetAt(change - 1)) % HOUR_MS !== 0);
  const isEverywhere = isSeasonal || isHourly && !hasZoneMinutes && isOffHour(zone, changes, span);
  const seasons = isSeasonal ? [span.fromMs, ...changes.slice(0, 2)] : [span.fromMs];
  const found = new Set<number>();
  for (const near of isEverywhere ? [span] : spansAround(changes, span)) {
    const ours = new Set(cadences.flatMap((cadence) => ticksOf(cadence, near)));
    for (const nowMs of seasons) {
      const theirs = dagsterTicksOf({ crons, timezone, rules: { nowMs, hasZoneMinutes } }, near);
      for (const instant of ours.symmetricDifference(theirs)) found.add(instant);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** The same for windows: also those that begin with ours and have another key. */
export function windowDepartures(
  cron: string,
  timezone: string,
  span: Span,
  hasZoneMinutes: boolean = true,
): readonly number[] {
  const zone = openZone(timezone);
  const found = new Set(departures([cron], timezone, span, hasZoneMinutes));
  const rules = { nowMs: span.fromMs, hasZoneMinutes };
  for (const near of spansAround(changesOf(zone, span), span)) {
    for (const { instantMs, localMs } of dagsterWindows(cron, timezone, near.fromMs, rules)) {
      if (instantMs >= near.untilMs) break;
      if (zone.localAt(instantMs) !== localMs) found.add(instantMs);
    }
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether the zone's hours begin within those of UTC, at any time of a span. */
function isOffHour(zone: Zone, changes: readonly number[], { fromMs }: Span): boolean {
  return [fromMs, ...changes].some((instant) => zone.offsetAt(instant) % HOUR_MS !== 0);
}

function dagsterTicksOf(
  { crons, timezone, rules }: {
    readonly crons: readonly string[];
    readonly timezone: string;
    readonly rules: TickRules;
  },
  { fromMs, untilMs }: Span,
): ReadonlySet<number> {
  const found = new Set<number>();
  for (const tick of dagsterScheduleTicks(crons, timezone, fromMs, rules)) {
    if (tick >= untilMs) break;
    found.add(tick);
  }
  return found;
}

function ticksOf(cadence: Cadence, { fromMs, untilMs }: Span): readonly number[] {
  const ticks = cadence.from(fromMs);
  const found: number[] = [];
  for (let tick = ticks.next(); tick < untilMs; tick = ticks.next()) found.push(tick);
  return found;
}

/** The instants at which the clock is set, in a span and near it. */
function changesOf(zone: Zone, { fromMs, untilMs }: Span): readonly number[] {
  const changes: number[] = [];
  for (let segment = zone.segmentAt(fromMs - NEAR_MS) + 1;; segment++) {
    const startMs = zone.startOf(segment);
    if (startMs >= untilMs + NEAR_MS) return changes;
    changes.push(startMs);
  }
}

/** Where the two can differ: nowhere in a zone that is never set. */
function spansAround(changes: readonly number[], span: Span): readonly Span[] {
  return joined(changes.map((change) => ({
    fromMs: Math.max(span.fromMs, change - NEAR_MS),
    untilMs: Math.min(span.untilMs, change + NEAR_MS),
  })));
}

/** Changes may follow each other within days, as around Ramadan in Morocco. */
function joined(spans: readonly Span[]): readonly Span[] {
  const found: Span[] = [];
  for (const span of spans) {
    if (span.fromMs >= span.untilMs) continue;
    const last = found.at(-1);
    if (last && span.fromMs <= last.untilMs) {
      found[found.length - 1] = { fromMs: last.fromMs, untilMs: span.untilMs };
    } else found.push(span);
  }
  return found;
}
