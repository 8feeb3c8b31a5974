/** What is started by itself: what a trigger asks for, and what it gets. */
import { createHash } from "node:crypto";
import type { RunConcurrency } from "../model/gates/concurrency.ts";
import type { RunConfig, Selection } from "../model/job.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { BackfillRequest, PlanRequest } from "../planner/request.ts";

/** A run or a backfill to be started: of one of `job`, `select`, `plan` and `backfill`. */
export interface LaunchRequest extends Omit<PlanRequest, "select"> {
  /** Its id. Default: a new one. */
  readonly id?: string;
  /** The name of a job: it is run, or with a plan it is the job that the plan counts for. */
  readonly job?: string;
  /** Assets to be run. */
  readonly select?: Selection;
  /** What was planned already. */
  readonly plan?: RunPlan | BackfillPlan;
  /** A backfill that is planned now. */
  readonly backfill?: BackfillRequest;
  /** The instant that it is planned as of, epoch milliseconds: the partitions that exist then. Default: now. */
  readonly atMs?: number;
  /** Config by step name, over that of the job. */
  readonly config?: RunConfig;
  /** Values by name, for selections and views. */
  readonly tags?: { readonly [name: string]: string };
  /** Higher ones are served first. Default: what the job says, else 0. */
  readonly priority?: number;
  /** How many of its steps, and how many runs of its key, may be under way at once. Default: what the job says. */
  readonly concurrency?: number | RunConcurrency;
}

/** What a run or a backfill came to. */
export interface LaunchedResult {
  /** Its id. */
  readonly id: string;
  /** What became of it. */
  readonly status: "success" | "failed" | "canceled" | "interrupted" | "parked";
}

/** A run or a backfill that is on record. */
export interface Launched<Result extends LaunchedResult = LaunchedResult> {
  /** Its id. */
  readonly runId: string;
  /** Whether it was started now; false where one of this id was on record. */
  readonly isNew: boolean;
  /** Fulfilled when it is over, or left as it is by a process that closes. Need not be waited for. */
  readonly ended: Promise<Result>;
}

const DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH = 16;

/**
 * The id of a run that a tick asks for: the same for the same trigger and identity, whoever asks and however often.
 *
 * @param trigger The id of the trigger: `schedule:nightly`.
 * @param identity What tells the run from the others of the trigger: an instant, a run key, the id of an event.
 * @example
 * ```ts
 * import { tickRunId } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const id = tickRunId("schedule:nightly", Date.UTC(2026, 0, 1));
 * assert.equal(id, tickRunId("schedule:nightly", Date.UTC(2026, 0, 1)));
 * assert.notEqual(id, tickRunId("schedule:nightly", Date.UTC(2026, 0, 2)));
 * assert.match(id, /^[0-9a-z]{16}$/);
 * ```
 */
export function tickRunId(trigger: string, identity: string | number): string {
  const hash = createHash("sha256").update(JSON.stringify([trigger, identity])).digest();
  let id = "";
  for (let at = 0; at < LENGTH; at++) id += DIGITS[hash[at] & 31];
  return id;
}
