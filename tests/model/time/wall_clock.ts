/**
 * An oracle for zones and cron: the wall clock minute by minute, as `Intl` shows it. It knows neither transition
 * tables nor masks.
 */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** What the wall clock of a zone shows at an instant, as if it were UTC. Whole minutes. */
export function createClock(zone: string): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  return (instantMs) => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) as number;
    return Date.UTC(at("year"), at("month") - 1, at("day"), at("hour"), at("minute"));
  };
}

/** The wall clock at each minute of `[fromMs, untilMs)`, whole hours. */
export function readMinutes(zone: string, fromMs: number, untilMs: number): Float64Array {
  const clock = createClock(zone);
  const minutes = new Float64Array((untilMs - fromMs) / MINUTE);
  let shown = clock(fromMs);
  for (let hour = fromMs; hour < untilMs; hour += HOUR) {
    const next = clock(hour + HOUR);
    const steady = next - shown === HOUR;
    for (let minute = 0; minute < 60; minute++) {
      const at = hour + minute * MINUTE;
      minutes[(at - fromMs) / MINUTE] = steady ? shown + minute * MINUTE : clock(at);
    }
    shown = next;
  }
  return minutes;
}

/** The hours of a year in which the wall clock of a zone is set. */
export function findChanges(zone: string, year: number): number[] {
  const clock = createClock(zone);
  const offset = (instant: number) => clock(instant) - instant;
  const changes: number[] = [];
  const step = 12 * HOUR;
  for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += step) {
    if (offset(at) === offset(at + step)) continue;
    let hour = at;
    while (offset(hour) === offset(hour + HOUR)) hour += HOUR;
    changes.push(hour);
  }
  return changes;
}

/** Which local times a cron names, said in other words than cron. */
export interface Pattern {
  readonly cron: string;
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly day?: (date: Date) => boolean;
}

/** All hours of a day. */
export const EVERY_HOUR: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour);

function matches(pattern: Pattern, localMs: number): boolean {
  const date = new Date(localMs);
  return pattern.minutes.includes(date.getUTCMinutes()) && pattern.hours.includes(date.getUTCHours()) &&
    (pattern.day?.(date) ?? true);
}

/**
 * The instants at which a pattern ticks, by the one rule. Every hour: whenever the clock shows such a minute. Else:
 * for each such minute the first instant at which the clock shows it or a later one, and after which only later ones.
 */
export function expectedTicks(pattern: Pattern, minutes: Float64Array, fromMs: number): number[] {
  const instant = (index: number) => fromMs + index * MINUTE;
  if (pattern.hours.length === 24) {
    return [...minutes.keys()].filter((index) => matches(pattern, minutes[index])).map(instant);
  }
  const lowestAhead = minutes.slice();
  for (let i = minutes.length - 2; i >= 0; i--) lowestAhead[i] = Math.min(lowestAhead[i], lowestAhead[i + 1]);
  const ticks = new Set<number>();
  let index = 0;
  for (let local = lowestAhead[0]; local <= minutes[minutes.length - 1]; local += MINUTE) {
    while (minutes[index] < local || lowestAhead[index + 1] <= local) index++;
    if (matches(pattern, local)) ticks.add(instant(index));
  }
  return [...ticks];
}
