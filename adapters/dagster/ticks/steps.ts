/** One step along the crons that Dagster walks by rules of their own. */
import type { CronShape } from "./shape.ts";
import { type Clock, moved, settled, type Wall } from "./wall.ts";

/** A walk along a cron of a simple kind. */
export interface Walk {
  readonly shape: Exclude<CronShape, { readonly kind: "other" }>;
  readonly clock: Clock;
  /** Whether minutes of hourly crons are those of the zone's clock; else they are those of UTC. */
  readonly usesZoneMinutes: boolean;
}

/** Which way a step goes. */
export type Way = "ahead" | "back";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The next tick, or the one before. `isOnTick` says that the walk stands on a tick already. */
export function stepBy(walk: Walk, from: Wall, way: Way, isOnTick: boolean): Wall {
  switch (walk.shape.kind) {
    case "hourly":
      return hourly(walk, walk.shape.minutes, from, way, isOnTick);
    case "daily":
      return daily(walk, walk.shape, from, way, isOnTick);
    case "weekly":
      return weekly(walk, walk.shape, from, way, isOnTick);
    case "monthly":
      return monthly(walk, walk.shape, from, way, isOnTick);
  }
}

function hourly(
  { clock, usesZoneMinutes }: Walk,
  minutes: readonly number[],
  from: Wall,
  way: Way,
  isOnTick: boolean,
): Wall {
  const instant = clock.instantOf(from);
  const sign = way === "ahead" ? 1 : -1;
  const isAt = from.localMs % HOUR_MS === minutes[0] * MINUTE_MS;
  if (minutes.length === 1 && (isOnTick || isAt)) return clock.at(instant + sign * HOUR_MS);
  const round = way === "ahead" ? Math.ceil : Math.floor;
  const near = round(instant / MINUTE_MS) * MINUTE_MS;
  const current = Math.floor((usesZoneMinutes ? clock.at(near).localMs : near) / MINUTE_MS) % 60;
  const found = minutes.map((minute) => {
    const distance = ((sign * (minute - current)) % 60 + 60) % 60;
    const candidate = near + sign * distance * MINUTE_MS;
    const isBehind = way === "ahead" ? candidate <= instant : candidate >= instant;
    return isBehind ? candidate + sign * HOUR_MS : candidate;
  });
  return clock.at(way === "ahead" ? Math.min(...found) : Math.max(...found));
}

/** A time of day. */
interface TimeOfDay {
  readonly minute: number;
  readonly hour: number;
}

function timeMs({ hour, minute }: TimeOfDay): number {
  return hour * HOUR_MS + minute * MINUTE_MS;
}

/** The time of day on the day of a local time, put where it exists. */
function onDay(wall: Wall, time: TimeOfDay, clock: Clock): Wall {
  const localMs = Math.floor(wall.localMs / DAY_MS) * DAY_MS + timeMs(time);
  return settled({ localMs, fold: wall.fold }, clock);
}

/** The time of day again, where a move over a change of the clock has lost it. */
function corrected(wall: Wall, time: TimeOfDay, clock: Clock): Wall {
  const minuteMs = Math.floor(wall.localMs / MINUTE_MS) * MINUTE_MS;
  const isRight = ((minuteMs % DAY_MS) + DAY_MS) % DAY_MS === timeMs(time);
  return settled(isRight ? wall : onDay(wall, time, clock), clock);
}

/** Whether a step must be taken from here: the walk stands on a tick, or the tick found lies on the other side. */
function mustMove(found: Wall, from: Wall, way: Way, isOnTick: boolean, clock: Clock): boolean {
  if (isOnTick) return true;
  const [there, here] = [clock.instantOf(found), clock.instantOf(from)];
  return way === "ahead" ? there <= here : there >= here;
}

function daily(
  { clock }: Walk,
  shape: TimeOfDay & { readonly weekdays: readonly number[] | undefined },
  start: Wall,
  way: Way,
  startsOnTick: boolean,
): Wall {
  let from = start;
  let isOnTick = startsOnTick;
  for (;;) {
    const isThere = isOnTick && ((from.localMs % DAY_MS) + DAY_MS) % DAY_MS === timeMs(shape);
    let found = isThere ? from : onDay(from, shape, clock);
    if (mustMove(found, from, way, isOnTick, clock)) found = moved(found, way === "ahead" ? DAY_MS : -DAY_MS);
    from = corrected(found, shape, clock);
    if (!shape.weekdays || shape.weekdays.includes(weekdayOf(from))) return from;
    isOnTick = true;
  }
}

function weekdayOf({ localMs }: Wall): number {
  return new Date(localMs).getUTCDay();
}

function weekly(
  { clock }: Walk,
  shape: TimeOfDay & { readonly weekday: number },
  from: Wall,
  way: Way,
  isOnTick: boolean,
): Wall {
  const sign = way === "ahead" ? 1 : -1;
  let found = from;
  if (!isOnTick) {
    found = onDay(from, shape, clock);
    const days = ((sign * (shape.weekday - weekdayOf(found))) % 7 + 7) % 7;
    if (days !== 0) found = moved(found, sign * days * DAY_MS);
  }
  if (mustMove(found, from, way, isOnTick, clock)) found = moved(found, sign * 7 * DAY_MS);
  return corrected(found, shape, clock);
}

function monthly(
  { clock }: Walk,
  shape: TimeOfDay & { readonly day: number },
  from: Wall,
  way: Way,
  isOnTick: boolean,
): Wall {
  const inMonth = (wall: Wall, months: number): Wall => {
    const date = new Date(wall.localMs);
    const dayMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, shape.day);
    return { localMs: dayMs + ((wall.localMs % DAY_MS) + DAY_MS) % DAY_MS, fold: wall.fold };
  };
  let found = isOnTick ? from : onDay(inMonth(from, 0), shape, clock);
  if (mustMove(found, from, way, isOnTick, clock)) {
    found = moved(inMonth(found, way === "ahead" ? 1 : -1), 0);
  }
  const minuteMs = ((found.localMs % DAY_MS) + DAY_MS) % DAY_MS;
  return settled(minuteMs === timeMs(shape) ? found : onDay(inMonth(found, 0), shape, clock), clock);
}
