/** What is to be launched, planned. */
import type { Definitions } from "../../model/definitions.ts";
import type { Job } from "../../model/job.ts";
import { SluiceError } from "../../model/issue.ts";
import type { BackfillPlan, RunPlan } from "../../planner/plan.ts";
import type { LaunchRequest } from "../../triggers/launch.ts";
import type { RunOptions } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { planBackfillIn, planIn, requestOf } from "../planning.ts";
import { unknownJob } from "../refusals.ts";
import { newId } from "../run_id.ts";

/** A run or a backfill that is planned, under the id that it will have. */
export interface Work {
  readonly id: string;
  /** Whether the id was made for it: then nobody else can have used it. */
  readonly isFresh: boolean;
  readonly plan: RunPlan | BackfillPlan;
  readonly options: RunOptions;
  readonly job?: string;
}

const WHAT = ["job", "select", "plan", "backfill"] as const;

/**
 * Plans what was asked for.
 *
 * @throws {SluiceError} USAGE for nothing, or several things, to start; and what planning throws.
 */
export async function planLaunch(parts: Parts, request: LaunchRequest & RunOptions): Promise<Work> {
  const { id, job: name } = request;
  requireOne(request);
  const job = name === undefined ? undefined : findJob(parts.definitions, name);
  const options = optionsOf(request);
  return {
    id: id ?? newId(parts.clock, parts.random),
    isFresh: id === undefined,
    plan: await planOf(parts, request, job),
    options: job ? jobOptions(job, options) : options,
    ...(name !== undefined && { job: name }),
  };
}

async function planOf(
  parts: Parts,
  { select, plan, backfill, atMs, ...rest }: LaunchRequest,
  job: Job | undefined,
): Promise<RunPlan | BackfillPlan> {
  if (plan) return plan;
  if (backfill) return await planBackfillIn(parts, backfill, atMs);
  const selection = select ?? job?.selection;
  return await planIn(
    parts,
    { ...requestOf(rest), ...(selection !== undefined && { select: selection }) },
    atMs,
  );
}

/** The job of a name. */
export function findJob(definitions: Definitions, name: string): Job {
  const job = definitions.jobs.get(name);
  if (!job) throw unknownJob(name, definitions);
  return job;
}

/** The options of a run of a job: those that are given, over its own. */
export function jobOptions(job: Job, options: RunOptions): RunOptions {
  const { compensate } = { ...job, ...options };
  return {
    priority: job.priority,
    ...(job.concurrency && { concurrency: job.concurrency }),
    ...options,
    config: { ...job.config, ...options.config },
    tags: { ...job.tags, ...options.tags },
    ...(compensate !== undefined && { compensate }),
  };
}

function optionsOf(
  { id: _, job: _job, select: _select, plan: _plan, backfill: _backfill, atMs: _at, ...rest }:
    & LaunchRequest
    & RunOptions,
): RunOptions {
  const { partitions: _partitions, scope: _scope, checks: _checks, ...options } = rest;
  return options;
}

/** A job may go with a plan, which counts for it; all else stands alone. */
function requireOne(request: LaunchRequest): void {
  const given = WHAT.filter((name) => request[name] !== undefined);
  const isOne = given.length === 1 || (given.length === 2 && given[0] === "job" && given[1] === "plan");
  if (isOne) return;
  throw new SluiceError({
    code: "USAGE",
    message: `launch() starts one of ${WHAT.join(", ")}, and was given ${given.join(" and ") || "none"}.`,
    path: ["launch"],
    hint: 'Write launch({ job: "nightly" }), or launch({ select: "*" }).',
  });
}
