/** What Dagster sees in a cron text: one of four kinds that it walks by rules of their own, or any other. */
import { cronFields } from "../../../src/model/time/cron.ts";
import { CRON_FIELDS, type CronValues, readCronField } from "../../../src/model/time/cron_field.ts";

/** A cron that Dagster walks by a rule of its own. */
export type CronShape =
  | { readonly kind: "hourly"; readonly minutes: readonly number[] }
  | {
    readonly kind: "daily";
    readonly minute: number;
    readonly hour: number;
    readonly weekdays: readonly number[] | undefined;
  }
  | { readonly kind: "weekly"; readonly minute: number; readonly hour: number; readonly weekday: number }
  | { readonly kind: "monthly"; readonly minute: number; readonly hour: number; readonly day: number }
  | { readonly kind: "other"; readonly everyHour: boolean };

const SIZES = [60, 24, 31, 12, 7];

/** Months have at least this many days. */
const SHORTEST_MONTH = 28;

/** The shape of a cron text that Sluice accepts. */
export function shapeOf(cron: string): CronShape {
  const tokens = cronFields(cron);
  const fields = tokens.map((text, index) =>
    readCronField(CRON_FIELDS[index], { source: cron, text, at: 0 })
  );
  const isAll = fields.map((field, index) => isWildcard(field, index, tokens));
  const [minutes, , , , weekdays] = fields.map((field) => valuesOf(field));
  const one = (index: number) =>
    fields[index].star || fields[index].lastDay || fields[index].nthWeekdays.length > 0
      ? undefined
      : single(fields[index]);
  const [minute, hour, day, , weekday] = fields.map((_, index) => isAll[index] ? undefined : one(index));
  if (fields[4].nthWeekdays.length === 0) {
    const isDaily = minute !== undefined && hour !== undefined && isAll[3];
    if (isDaily && day !== undefined && isAll[4] && day <= SHORTEST_MONTH) {
      return { kind: "monthly", minute, hour, day };
    }
    if (isDaily && isAll[2] && weekday !== undefined) return { kind: "weekly", minute, hour, weekday };
    if (isDaily && isAll[2] && (isAll[4] || !fields[4].star)) {
      return { kind: "daily", minute, hour, weekdays: isAll[4] ? undefined : weekdays };
    }
    if (!fields[0].star && !isAll[0] && isAll.slice(1).every(Boolean)) return { kind: "hourly", minutes };
  }
  return { kind: "other", everyHour: isAll[1] };
}

function valuesOf({ values }: CronValues): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

function single({ values }: CronValues): number | undefined {
  return values.size === 1 ? [...values][0] : undefined;
}

/** A star alone, or every value; of the two fields for days only where the other has a star. */
function isWildcard(
  { star, values, lastDay, nthWeekdays }: CronValues,
  index: number,
  tokens: readonly string[],
): boolean {
  const text = tokens[index];
  if (text === "*" || text === "?") return true;
  if (star || lastDay || nthWeekdays.length > 0 || values.size !== SIZES[index]) return false;
  if (index === 2) return tokens[4].includes("*");
  return index !== 4 || tokens[2].includes("*");
}
