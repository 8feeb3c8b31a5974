/** Crons that name no instant twice: Prefect starts a run for each cron that names one. */
import { CRON_FIELDS, readCronField } from "../../../src/model/time/cron_field.ts";
import { doubledTicks, prefectTicks } from "./ticks.ts";

/** The times of a cron, by hour, and on which days they are. */
interface Times {
  readonly cron: string;
  readonly minutes: readonly ReadonlySet<number>[];
  readonly months: ReadonlySet<number>;
  /** The fields for days, as they are written. */
  readonly days: string;
}

const EVERY_DAY = "* *";

/**
 * Plain crons with the same instants, none of which two of them name: from each is taken what those before it name on the
 * same days, or on every day. Gives the crons themselves where no two meet, where such crons would fire at other
 * instants or not follow elapsed time any more, and keeps the instants at which they meet where their days cannot be told apart.
 */
export function separateCrons(
  crons: readonly string[],
  timezone: string,
  fromMs: number,
  untilMs: number,
): readonly string[] {
  const rulesOf = (each: readonly string[]) => each.map((cron) => ({ cron, timezone }));
  if (crons.length < 2 || doubledTicks(rulesOf(crons), fromMs, untilMs).length === 0) return crons;
  const kept: Times[] = [];
  for (const times of [...new Set(crons)].map(readTimes).sort((a, b) => reach(b) - reach(a))) {
    const before = kept.filter((each) => covers(each, times));
    const minutes = times.minutes.map((own, hour) =>
      before.reduce((left, each) => left.difference(each.minutes[hour]), own)
    );
    if (minutes.some(({ size }) => size > 0)) kept.push({ ...times, minutes });
  }
  if (kept.some((times) => isOften(readTimes(times.cron)) && !isEven(times))) return crons;
  const separated = kept.flatMap(cronsOf);
  const instants = (each: readonly string[]) =>
    new Set(each.flatMap((cron) => prefectTicks(cron, timezone, fromMs, untilMs)));
  return instants(separated).symmetricDifference(instants(crons)).size === 0 ? separated : crons;
}

function readTimes(cron: string): Times {
  const fields = cron.split(" ");
  const [minutes, hours, , months] = fields.map((text, field) =>
    [0, 1, 3].includes(field)
      ? readCronField(CRON_FIELDS[field], { source: cron, text, at: 0 }).values
      : new Set<number>()
  );
  return {
    cron,
    minutes: Array.from({ length: 24 }, (_, hour) => hours.has(hour) ? minutes : new Set<number>()),
    months,
    days: `${fields[2]} ${fields[4]}`,
  };
}

/** Those of every hour come first and stay whole, then those of every day: others can be told apart from them. */
function reach({ minutes, months, days }: Times): number {
  return (days === EVERY_DAY ? 2 * months.size : 0) + (isOften({ minutes }) ? 1 : 0);
}

/** Whether it is of every hour: such crons follow elapsed time, and what is left of one must do so too. */
function isOften({ minutes }: Pick<Times, "minutes">): boolean {
  return minutes.every(({ size }) => size > 0);
}

function isEven({ minutes }: Times): boolean {
  return minutes.every((each) => each.symmetricDifference(minutes[0]).size === 0);
}

/** Whether a cron is on all the days of another. */
function covers(one: Times, other: Times): boolean {
  return (one.days === EVERY_DAY || one.days === other.days) && other.months.isSubsetOf(one.months);
}

/** One cron for all hours that have the same minutes; the cron itself where nothing was taken from it. */
function cronsOf(times: Times): readonly string[] {
  if (readTimes(times.cron).minutes.every((own, hour) => own.size === times.minutes[hour].size)) {
    return [times.cron];
  }
  const [, , monthDays, months, weekdays] = times.cron.split(" ");
  const hours = Map.groupBy(
    times.minutes.keys().filter((hour) => times.minutes[hour].size > 0),
    (hour) => [...times.minutes[hour]].sort((a, b) => a - b).join(","),
  );
  return [...hours].map(([minutes, each]) =>
    `${minutes} ${each.length === 24 ? "*" : each.join(",")} ${monthDays} ${months} ${weekdays}`
  );
}
