/** Where Dagster's ticks are not ours: around changes of the clock, and for hours that begin at half past. */
import { type Cadence, openCadence } from "../../../src/model/time/cadence.ts";
import { openZone, type Zone } from "../../../src/model/time/zone.ts";
import { dagsterScheduleTicks } from "./ticks.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far from a change of the clock ticks are compared. */
const NEAR_MS = 3 * DAY_MS;

/** A span of time, from the one up to the other. */
export interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The instants within a span at which only one of the two ticks, in order. */
export function departures(crons: readonly string[], timezone: string, span: Span): readonly number[] {
  const zone = openZone(timezone);
  const cadences = crons.map((cron) => openCadence(cron, timezone));
  return spansOf(zone, cadences, span).flatMap((near) => {
    const ours = new Set(cadences.flatMap((cadence) => ticksOf(cadence, near)));
    const theirs = new Set<number>();
    for (const tick of dagsterScheduleTicks(crons, timezone, near.fromMs, span.fromMs)) {
      if (tick >= near.untilMs) break;
      theirs.add(tick);
    }
    return [...ours.symmetricDifference(theirs)].sort((a, b) => a - b);
  });
}

function ticksOf(cadence: Cadence, { fromMs, untilMs }: Span): readonly number[] {
  const ticks = cadence.from(fromMs);
  const found: number[] = [];
  for (let tick = ticks.next(); tick < untilMs; tick = ticks.next()) found.push(tick);
  return found;
}

/** Where the two can differ: nowhere in a zone that is never set. */
function spansOf(zone: Zone, cadences: readonly Cadence[], span: Span): readonly Span[] {
  const changes: number[] = [];
  for (let segment = zone.segmentAt(span.fromMs - NEAR_MS) + 1;; segment++) {
    const startMs = zone.startOf(segment);
    if (startMs >= span.untilMs + NEAR_MS) break;
    changes.push(startMs);
  }
  if (changes.length === 0) return [];
  const isOdd = changes.some((change) => (zone.offsetAt(change) - zone.offsetAt(change - 1)) % HOUR_MS !== 0);
  if (isOdd && cadences.some(({ cron }) => cron.everyHour)) return [span];
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
