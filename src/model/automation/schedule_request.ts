/** Functions that decide what a tick of a schedule runs. */
import type { Awaitable, Skip } from "../assets/result.ts";
import type { RunConfig } from "../job.ts";
import { SluiceError } from "../issue.ts";
import { isRecord, isTextList, nameGiven, namesOf, refuseUnknown } from "../validate/options.ts";

/** What a function that decides about a tick is handed. */
export interface ScheduleTick {
  /** The name of the schedule. */
  readonly schedule: string;
  /** The instant of the tick, epoch milliseconds. */
  readonly atMs: number;
  /** The time, epoch milliseconds: later than the instant where it was missed. */
  readonly nowMs: number;
  /** Aborted when the time limit has passed, or schedules are stopped. */
  readonly signal: AbortSignal;
}

/** What a tick runs. */
export interface ScheduleRequest {
  /** What the run is known by within the schedule: of each key there is one run ever. Default: the instant. */
  readonly runKey?: string;
  /** Config by step name, over that of the schedule. */
  readonly config?: RunConfig;
  /** Values by name, over those of the schedule. */
  readonly tags?: { readonly [name: string]: string };
  /** Keys of the partitions to run. Default: those that the schedule says. */
  readonly partitions?: readonly string[];
}

/** Decides what a tick runs, or skips it by giving `skip("why")`. */
export type DecideTick = (tick: ScheduleTick) => Awaitable<ScheduleRequest | Skip>;

const FIELDS = namesOf<ScheduleRequest>()({ runKey: true, config: true, tags: true, partitions: true });

/**
 * Holds what a function gave to its shape.
 *
 * @throws {SluiceError} DEFINITION_INVALID.
 */
export function readScheduleRequest(given: unknown, schedule: string): ScheduleRequest | Skip {
  const what = `The request of the schedule ${schedule}`;
  const path = ["schedules", schedule, "request"];
  const misfit = (problem: string, field?: string) =>
    new SluiceError({
      code: "DEFINITION_INVALID",
      message: `${what} ${problem}.`,
      path: field === undefined ? path : [...path, field],
      hint: 'Give a record such as { tags: { of: "today" } }, or skip("why").',
    });
  if (!isRecord(given)) throw misfit(`gives a record, or skip("why"), not ${nameGiven(given)}`);
  if (given["~result"] === "skip") return given as unknown as Skip;
  refuseUnknown(given, FIELDS, { what, code: "DEFINITION_INVALID", path, of: "field" });
  const { runKey, config, tags, partitions } = given;
  if (runKey !== undefined && (typeof runKey !== "string" || runKey === "")) {
    throw misfit(`gives a text as runKey, not ${nameGiven(runKey)}`, "runKey");
  }
  if (config !== undefined && !isRecord(config)) {
    throw misfit(`gives a record as config, not ${nameGiven(config)}`, "config");
  }
  if (
    tags !== undefined && !(isRecord(tags) && Object.values(tags).every((each) => typeof each === "string"))
  ) {
    throw misfit("gives a record of texts as tags", "tags");
  }
  if (partitions !== undefined && !(isTextList(partitions) && partitions.length > 0)) {
    throw misfit("gives keys as partitions, at least one", "partitions");
  }
  return given as ScheduleRequest;
}
