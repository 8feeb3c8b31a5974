/** Which instants of a schedule are run now, and which were missed. */
import type { Misfire } from "../../model/automation/policies.ts";
import type { Timetable } from "../../model/automation/timetable.ts";

/** An instant that is noticed later than this was missed. */
export const GRACE_MS = 60_000;
/** So many missed instants are counted; more of them are told as such. */
const MOST_COUNTED = 1_000;

/** What decides about instants. */
export interface DueRequest {
  readonly timetable: Timetable;
  readonly misfire: Required<Misfire>;
  /** How much later than its instant a tick comes. */
  readonly delayOf: (instantMs: number) => number;
  /** All instants up to this one are done with. */
  readonly afterMs: number;
  readonly nowMs: number;
}

/** What is due. */
export interface Due {
  /** The instants to run, ascending. */
  readonly run: readonly number[];
  /** Those that are not made up for, which lie before the ones to run; undefined for none. */
  readonly missed: Missed | undefined;
}

/** Instants that are let go. */
export interface Missed {
  /** How many there are, or that many at least. */
  readonly count: number;
  readonly isMore: boolean;
  readonly firstMs: number;
  readonly lastMs: number;
}

const NOTHING: Due = Object.freeze({ run: [], missed: undefined });

/**
 * What is due now. Of several instants all but the last were missed, since the next one is there too; the last was missed
 * when it is noticed more than a minute late.
 */
export function dueNow(request: DueRequest): Due {
  const { timetable, misfire, delayOf, afterMs, nowMs } = request;
  const last = lastDue(request);
  if (last === undefined) return NOTHING;
  if (misfire.policy === "fire-all") {
    const run = lastOf(timetable, { afterMs, lastMs: last, most: misfire.cap });
    return { run, missed: missedBefore(timetable, afterMs, run[0]) };
  }
  const isLate = nowMs - last - delayOf(last) > GRACE_MS;
  if (misfire.policy === "skip" && isLate) {
    return { run: [], missed: missedBefore(timetable, afterMs, last + 1) };
  }
  return { run: [last], missed: missedBefore(timetable, afterMs, last) };
}

function lastDue({ timetable, delayOf, afterMs, nowMs }: DueRequest): number | undefined {
  let last = timetable.previous(nowMs + 1);
  while (last !== undefined && last > afterMs && last + delayOf(last) > nowMs) {
    last = timetable.previous(last);
  }
  return last !== undefined && last > afterMs ? last : undefined;
}

function lastOf(
  timetable: Timetable,
  { afterMs, lastMs, most }: { readonly afterMs: number; readonly lastMs: number; readonly most: number },
): readonly number[] {
  const instants = [lastMs];
  while (instants.length < most) {
    const before = timetable.previous(instants[instants.length - 1]);
    if (before === undefined || before <= afterMs) break;
    instants.push(before);
  }
  return instants.reverse();
}

function missedBefore(timetable: Timetable, afterMs: number, beforeMs: number): Missed | undefined {
  const lastMs = timetable.previous(beforeMs);
  const firstMs = timetable.next(afterMs);
  if (lastMs === undefined || firstMs === undefined || lastMs <= afterMs) return undefined;
  let count = 1;
  for (
    let at: number | undefined = firstMs;
    at !== undefined && at < lastMs && count <= MOST_COUNTED;
    count++
  ) {
    at = timetable.next(at);
  }
  const isMore = count > MOST_COUNTED;
  return { count: Math.min(count, MOST_COUNTED), isMore, firstMs, lastMs };
}
