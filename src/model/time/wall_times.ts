/** The local times that a cron expression names, in order, on a wall clock that is never set. */
import { DAY_MS, firstDayOf, monthNumber, monthOf } from "./calendar.ts";
import { type Cron, highestBit, lowestBit, tickDaysOf, tickMonthAfter, tickMonthBefore } from "./cron.ts";

const FIRST_MONTH = monthNumber(1, 1);
const LAST_MONTH = monthNumber(9999, 12);
const FIRST_MS = firstDayOf(FIRST_MONTH) * DAY_MS;

/** A place among the local times of a cron, moving forward. */
export class WallTimes {
  /** The time at this place; Infinity behind the year 9999. */
  current: number = Infinity;
  readonly #cron: Cron;
  readonly #times: readonly number[];
  #index = 0;
  #day = Infinity;
  #month = 0;
  #firstDay = 0;
  /** Days of the month still to come. */
  #daysLeft = 0;

  constructor(cron: Cron) {
    this.#cron = cron;
    this.#times = cron.times;
  }

  /** Goes to the first time at or after `localMs`. */
  seek(localMs: number): void {
    const from = Math.max(localMs, FIRST_MS);
    const day = Math.floor(from / DAY_MS);
    this.#openMonth(monthOf(day));
    this.#daysLeft &= -1 << (day - this.#firstDay);
    this.#nextDay();
    if (this.#day !== day) return;
    this.#index = firstAtOrAfter(this.#times, from - day * DAY_MS);
    if (this.#index === this.#times.length) this.#nextDay();
    else this.current = day * DAY_MS + this.#times[this.#index];
  }

  /** Puts a time of its own in front of the current one. */
  precede(localMs: number): void {
    this.#index--;
    this.current = localMs;
  }

  /** Goes to the next time. */
  advance(): void {
    if (++this.#index < this.#times.length) this.current = this.#day * DAY_MS + this.#times[this.#index];
    else this.#nextDay();
  }

  #nextDay(): void {
    while (this.#daysLeft === 0) {
      const month = tickMonthAfter(this.#cron, this.#month);
      if (month > LAST_MONTH) return this.#exhaust();
      this.#openMonth(month);
    }
    this.#day = this.#firstDay + lowestBit(this.#daysLeft);
    this.#daysLeft &= this.#daysLeft - 1;
    this.#index = 0;
    this.current = this.#day * DAY_MS + this.#times[0];
  }

  #openMonth(month: number): void {
    this.#month = month;
    this.#firstDay = firstDayOf(month);
    this.#daysLeft = month > LAST_MONTH ? 0 : tickDaysOf(this.#cron, month, this.#firstDay);
  }

  #exhaust(): void {
    this.#day = Infinity;
    this.#index = 0;
    this.current = Infinity;
  }
}

/** The last local time of a cron before `localMs`; -Infinity when there is none from the year 1 on. */
export function lastTimeBefore(cron: Cron, localMs: number): number {
  if (localMs <= FIRST_MS) return -Infinity;
  const day = Math.floor(localMs / DAY_MS);
  let month = monthOf(day);
  let firstDay = firstDayOf(month);
  const days = month > LAST_MONTH ? 0 : tickDaysOf(cron, month, firstDay);
  if ((days >>> (day - firstDay) & 1) === 1) {
    const index = firstAtOrAfter(cron.times, localMs - day * DAY_MS);
    if (index > 0) return day * DAY_MS + cron.times[index - 1];
  }
  let before = days & ~(-1 << (day - firstDay));
  while (before === 0) {
    month = Math.min(tickMonthBefore(cron, month), tickMonthBefore(cron, LAST_MONTH + 1));
    if (month < FIRST_MONTH) return -Infinity;
    firstDay = firstDayOf(month);
    before = tickDaysOf(cron, month, firstDay);
  }
  return (firstDay + highestBit(before)) * DAY_MS + cron.times[cron.times.length - 1];
}

function firstAtOrAfter(times: readonly number[], timeMs: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
