/** One field of a cron expression, read into the values it names. */
import { SluiceError } from "../issue.ts";
import { quote } from "../quote.ts";

/** What a field may hold. */
export interface CronField {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  /** Names of values in order from `first`, where the field has names. */
  readonly names: readonly string[];
}

/** The five fields in the order of the text. */
export const CRON_FIELDS: readonly CronField[] = Object.freeze([
  { name: "minute", first: 0, last: 59, names: [] },
  { name: "hour", first: 0, last: 23, names: [] },
  { name: "day of month", first: 1, last: 31, names: [] },
  {
    name: "month",
    first: 1,
    last: 12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
  },
  { name: "day of week", first: 0, last: 6, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] },
]);

/** What stands before the five fields of a cron with seconds. */
export const SECOND_FIELD: CronField = Object.freeze({ name: "second", first: 0, last: 59, names: [] });
/** What stands behind the fields of a cron with years. */
export const YEAR_FIELD: CronField = Object.freeze({ name: "year", first: 1970, last: 2199, names: [] });

const DAY_OF_MONTH = CRON_FIELDS[2];
const DAY_OF_WEEK = CRON_FIELDS[4];

/** A field's text and where it starts in the whole expression, counted from 0. */
export interface CronToken {
  readonly source: string;
  readonly text: string;
  readonly at: number;
}

/** A weekday by its place in the month: the first to fifth, or the last (`"last"`). */
export interface NthWeekday {
  readonly weekday: number;
  readonly nth: number | "last";
}

/** What a field names. */
export interface CronValues {
  readonly values: ReadonlySet<number>;
  /** Whether one of its items is `*` or `?`. */
  readonly star: boolean;
  /** Whether it holds `L`, the last day of the month. */
  readonly lastDay: boolean;
  readonly nthWeekdays: readonly NthWeekday[];
  /** Days of the month whose nearest working day counts; 0 for the last working day. */
  readonly nearest: readonly number[];
}

/** Longer than any field that lists each of its values once. */
const MAX_FIELD_LENGTH = 400;
const ITEM = /^([^\-\/#]+)(?:-([^\-\/#]+))?(?:\/(\d+))?(?:#(\d+))?$/;
const DIGITS = /^\d{1,9}$/;

/** The error for a cron text that cannot be read, with the field and the character (from 1) where it fails. */
export function cronError(
  source: string,
  field: string,
  at: number,
  problem: string,
  hint?: string,
): SluiceError {
  return new SluiceError({
    code: "CRON_INVALID",
    message: `Cron ${quote(source)}: ${problem} (${field} field, character ${at + 1}).`,
    path: ["cron", field],
    ...(hint !== undefined && { hint }),
  });
}

/**
 * Reads one field. Throws CRON_INVALID.
 *
 * @param hasNearest Whether `15W` and `LW` are read.
 */
export function readCronField(field: CronField, token: CronToken, hasNearest: boolean = false): CronValues {
  if (token.text.length > MAX_FIELD_LENGTH) {
    throw cronError(token.source, field.name, token.at, `a field has at most ${MAX_FIELD_LENGTH} characters`);
  }
  const reader = new FieldReader(field, token, hasNearest);
  let at = token.at;
  for (const item of token.text.toLowerCase().split(",")) {
    reader.read(item, at);
    at += item.length + 1;
  }
  reader.finish();
  return reader;
}

class FieldReader implements CronValues {
  readonly values = new Set<number>();
  readonly nthWeekdays: NthWeekday[] = [];
  readonly nearest: number[] = [];
  star = false;
  lastDay = false;
  readonly #hasNearest: boolean;
  readonly #field: CronField;
  readonly #token: CronToken;

  constructor(field: CronField, token: CronToken, hasNearest: boolean) {
    this.#hasNearest = hasNearest;
    this.#field = field;
    this.#token = token;
  }

  /** Reads one item of the list; `at` is where it stands in the whole text. */
  read(item: string, at: number): void {
    const [whole, base, end, step, nth] = ITEM.exec(item) ?? [];
    if (whole === undefined) throw this.#fail(at, `${quote(item)} is not a value, a range or a step`);
    if (base === "?") this.#readQuestion(whole, at);
    else if (nth !== undefined) this.#readNth(base, end, step, nth, at);
    else if (step !== undefined) this.#readSteps(base, end, step, at);
    else if (end !== undefined) this.#addRange(base, end, 1, at);
    else this.#readSingle(base, at);
  }

  /** Checks what only the whole list shows. */
  finish(): void {
    const mixed = this.nthWeekdays.length > 0 && (this.star || this.values.size > 0);
    if (mixed) throw this.#fail(this.#token.at, "weekdays with # or L do not mix with plain ones");
  }

  #readSingle(base: string, at: number): void {
    const lastWeekday = this.#field === DAY_OF_WEEK ? /^l(\d+)$/.exec(base) : null;
    const nearest = this.#hasNearest && this.#field === DAY_OF_MONTH ? /^(\d+|l)w$/.exec(base) : null;
    if (base === "*") this.star = true;
    else if (nearest) this.nearest.push(nearest[1] === "l" ? 0 : this.#number(nearest[1], at));
    else if (base === "l" && this.#field === DAY_OF_MONTH) this.lastDay = true;
    else if (lastWeekday) this.#addNth(this.#number(lastWeekday[1], at + 1), "last");
    else this.values.add(this.#fold(this.#number(base, at)));
    if (base === "*") this.#addAll(1);
  }

  #readQuestion(item: string, at: number): void {
    const allowed = this.#field === DAY_OF_MONTH || this.#field === DAY_OF_WEEK;
    if (!allowed || this.#token.text !== "?" || item !== "?") {
      throw this.#fail(at, "? stands alone, and only for a day", "Write *.");
    }
    this.star = true;
    this.#addAll(1);
  }

  #readSteps(base: string, end: string | undefined, step: string, at: number): void {
    const by = Number(step);
    if (by === 0) throw this.#fail(at, "step 0 leads nowhere");
    if (base === "*" && end === undefined) return this.#addAll(by);
    this.#addRange(base, end ?? String(this.#field.last), by, at);
  }

  #addAll(step: number): void {
    for (let value = this.#field.first; value <= this.#field.last; value += step) this.values.add(value);
  }

  #addRange(base: string, end: string, step: number, at: number): void {
    for (const value of this.#range(base, end, step, at)) this.values.add(value);
  }

  /** The values of a range; one that ends before it starts runs over the end of the field. */
  #range(base: string, end: string, step: number, at: number): number[] {
    const { first, last } = this.#field;
    const from = this.#fold(this.#number(base, at));
    const endAt = at + base.length + 1;
    const until = end === "l" && this.#field === DAY_OF_MONTH ? last : this.#number(end, endAt);
    if (this.#fold(until) === from && !(from === 0 && base !== "7" && until === 7)) {
      const hint = `Write ${base} for one value, or * for all.`;
      throw this.#fail(at, "a range of one value means one value to some engines and all to others", hint);
    }
    const values: number[] = [];
    const wraps = until < from;
    if (wraps && step > 1) throw this.#fail(at, "a range over the end takes no step", "List the values.");
    const stop = wraps ? until + last - first + 1 : until;
    for (let value = from; value <= stop; value += step) {
      values.push(value > last ? this.#fold(wraps ? value - (last - first + 1) : value) : value);
    }
    return values;
  }

  #readNth(base: string, end: string | undefined, step: string | undefined, nth: string, at: number): void {
    const named = end === undefined || !(DIGITS.test(base) || DIGITS.test(end));
    if (this.#field !== DAY_OF_WEEK || step !== undefined || !named) {
      throw this.#fail(at, "# follows a weekday, as in mon#2");
    }
    const ordinal = Number(nth);
    if (ordinal < 1 || ordinal > 5) {
      throw this.#fail(at, `a month has no weekday number ${nth.slice(0, 9)}, only 1 to 5`);
    }
    if (end === undefined) this.#addNth(this.#number(base, at), ordinal);
    else for (const weekday of this.#range(base, end, 1, at)) this.#addNth(weekday, ordinal);
  }

  #addNth(weekday: number, nth: number | "last"): void {
    this.nthWeekdays.push({ weekday: this.#fold(weekday), nth });
  }

  /** A number or a name as a value of this field; 7 is allowed for Sunday. */
  #number(text: string, at: number): number {
    const { first, last, names, name } = this.#field;
    const named = names.indexOf(text);
    if (named >= 0) return first + named;
    if (!DIGITS.test(text)) {
      const hint = names.length > 0 ? `Names are ${names[0]} to ${names[names.length - 1]}.` : undefined;
      throw this.#fail(at, `${quote(text)} is not a ${name}`, hint);
    }
    const value = Number(text);
    const largest = this.#field === DAY_OF_WEEK ? 7 : last;
    if (value < first || value > largest) throw this.#fail(at, `${name} ${value} is not in ${first}-${last}`);
    return value;
  }

  /** Sunday has two numbers; inside it has one. */
  #fold(value: number): number {
    return this.#field === DAY_OF_WEEK && value === 7 ? 0 : value;
  }

  #fail(at: number, problem: string, hint?: string): SluiceError {
    return cronError(this.#token.source, this.#field.name, at, problem, hint);
  }
}
