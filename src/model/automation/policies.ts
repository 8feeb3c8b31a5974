/** What a schedule does about instants that it has missed, and about runs that are not over when the next is due. */
import { SluiceError } from "../issue.ts";
import { show } from "../quote.ts";

/**
 * What becomes of instants that were missed, because nothing ran: nothing (`"skip"`), the latest of them is run
 * (`"fire-once"`), or all are, one after the other (`"fire-all"`).
 */
export type MisfirePolicy = "skip" | "fire-once" | "fire-all";

/** A policy for missed instants, with a limit. */
export interface Misfire {
  /** What becomes of them. */
  readonly policy: MisfirePolicy;
  /** Of `"fire-all"`: so many at most, the latest ones. Default 100. */
  readonly cap?: number;
}

/**
 * What becomes of an instant while an earlier run of the schedule is queued or under way: it is skipped, one run is queued
 * behind the earlier one and further ones are skipped, it runs beside it, or the earlier one is canceled.
 */
export type OverlapPolicy = "skip" | "queue-one" | "allow" | "cancel-previous";

const MISFIRES: readonly unknown[] = ["skip", "fire-once", "fire-all"] satisfies readonly MisfirePolicy[];
const OVERLAPS: readonly unknown[] = [
  "skip",
  "queue-one",
  "allow",
  "cancel-previous",
] satisfies readonly OverlapPolicy[];

/** Default of how many missed instants are made up for. */
const CAP = 100;

/** What a misfire policy must be, in words. */
export const MISFIRE_IS: string =
  'one of "skip", "fire-once" and "fire-all", or a record of that as policy and a cap';
/** What an overlap policy must be, in words. */
export const OVERLAP_IS: string = 'one of "skip", "queue-one", "allow" and "cancel-previous"';

/** Whether a value is a policy for missed instants. */
export function isMisfire(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return MISFIRES.includes(value);
  const { policy, cap, ...rest } = value as { readonly policy?: unknown; readonly cap?: unknown };
  const isCap = cap === undefined || (Number.isInteger(cap) && Number(cap) >= 1);
  return MISFIRES.includes(policy) && isCap && Object.keys(rest).length === 0;
}

/** Whether a value is a policy for overlapping runs. */
export function isOverlap(value: unknown): boolean {
  return OVERLAPS.includes(value);
}

/**
 * The policy that `misfire` and `catchUp` declare together: `catchUp` is short for `"fire-all"`.
 *
 * @throws {SluiceError} DEFINITION_INVALID when they contradict each other.
 */
export function misfireOf(
  misfire: MisfirePolicy | Misfire | undefined,
  catchUp: boolean | undefined,
  path: readonly string[],
): Required<Misfire> {
  const given = typeof misfire === "string" ? { policy: misfire } : misfire;
  const policy = given?.policy ?? (catchUp ? "fire-all" : "fire-once");
  if (catchUp !== undefined && given && catchUp !== (policy === "fire-all")) {
    throw new SluiceError({
      code: "DEFINITION_INVALID",
      message: `catchUp: ${catchUp} and misfire: ${show(policy)} contradict each other.`,
      path: [...path, "misfire"],
      hint: 'catchUp: true is short for misfire: "fire-all"; write one of them.',
    });
  }
  return Object.freeze({ policy, cap: given?.cap ?? CAP });
}
