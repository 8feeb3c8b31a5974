/** The fields that verbs know in what they are given; what concerns planning alone is told by the planner. */
import { isBy } from "../model/audit/audit.ts";
import type { ElementStatus, RunStatus } from "../model/events/status.ts";
import {
  ANYTHING,
  COUNT,
  DURATION,
  type Fields,
  FILLED,
  FLAG,
  INSTANT,
  MADE,
  METADATA,
  oneOf,
  PLACE,
  type Shape,
  someOf,
  STEP,
  TEXT,
} from "./arguments.ts";

/** Every state of a run. */
const RUN_STATUSES: readonly RunStatus[] = [
  "queued",
  "running",
  "canceling",
  "interrupted",
  "parked",
  "success",
  "failed",
  "canceled",
];

/** Every state of an element. */
const ELEMENT_STATUSES: readonly ElementStatus[] = [
  "running",
  "up_for_retry",
  "success",
  "failed",
  "skipped",
  "canceled",
];

/** What makes a run, and is looked at where options are. */
const RUN: Fields = {
  config: ANYTHING,
  tags: ANYTHING,
  signal: ANYTHING,
  concurrency: ANYTHING,
  priority: ANYTHING,
  compensate: ANYTHING,
  by: ANYTHING,
};

/** Of runs of a plan. */
export const RUN_FIELDS: Fields = RUN;

/** Of runs that are planned first; what concerns planning alone is told by the planner. */
export const PLANNED_RUN_FIELDS: Fields = { ...RUN, partitions: ANYTHING, scope: ANYTHING, checks: ANYTHING };

/** Of requests for plans. */
export const PLAN_FIELDS: Fields = {
  select: ANYTHING,
  partitions: ANYTHING,
  scope: ANYTHING,
  checks: FLAG,
  verifyIO: FLAG,
};

/** Of requests for backfills. */
export const BACKFILL_FIELDS: Fields = { ...PLAN_FIELDS, runs: COUNT, partitionsPerRun: COUNT };

/** Of the options of `recover`. */
export const RECOVER_FIELDS: Fields = { ...RUN, parked: FLAG };

/** Of the options of `rerun`. */
export const RERUN_FIELDS: Fields = { ...RUN, from: oneOf("failure", "start") };

/** Of the options of `compensate`. */
export const COMPENSATE_FIELDS: Fields = {
  by: ANYTHING,
  tags: ANYTHING,
  concurrency: ANYTHING,
  priority: ANYTHING,
};

/** Of the options of `close`. */
export const CLOSE_FIELDS: Fields = { graceMs: DURATION };

/** Who acts. */
const BY: Shape = { is: "who acts: { actor, via }", fits: isBy, example: '{ actor: "ada", via: "api" }' };

/** Of verbs that say nothing but who asks for them. */
export const BY_FIELDS: Fields = { by: BY };

/** Of the filter of `audit`. */
export const AUDIT_FIELDS: Fields = { actor: TEXT, via: TEXT, verb: TEXT, before: PLACE, limit: COUNT };

/** Of what is pruned. */
export const PRUNE_FIELDS: Fields = { runsBeforeMs: INSTANT };

/** Of reports. */
export const REPORT_FIELDS: Fields = { partition: TEXT, dataVersion: TEXT, metadata: METADATA };

/** Of the filter of `runs`. */
export const RUNS_FIELDS: Fields = {
  status: someOf(...RUN_STATUSES),
  job: TEXT,
  backfill: TEXT,
  parent: TEXT,
  before: TEXT,
  limit: COUNT,
};

/** Of the filter of `logs`. */
export const LOGS_FIELDS: Fields = { step: STEP, after: PLACE, limit: COUNT };

/** Of the filter of `events`. */
export const EVENTS_FIELDS: Fields = { after: PLACE, runId: TEXT, limit: COUNT };

/** Of the filter of `elements`. */
export const ELEMENTS_FIELDS: Fields = { step: STEP, status: someOf(...ELEMENT_STATUSES), limit: COUNT };

/** Of the filter of `checks`. */
export const CHECKS_FIELDS: Fields = { limit: COUNT };

/** Of the filter of `backfills`. */
export const BACKFILLS_FIELDS: Fields = { before: TEXT, limit: COUNT };

/** Of what is launched. */
export const LAUNCH_FIELDS: Fields = {
  ...PLANNED_RUN_FIELDS,
  id: FILLED,
  job: TEXT,
  select: ANYTHING,
  plan: ANYTHING,
  backfill: ANYTHING,
  atMs: INSTANT,
};

/** Of the filter of `ticks`. */
export const TICKS_FIELDS: Fields = { trigger: TEXT, key: TEXT, before: PLACE, limit: COUNT };

/** Of `pauseTrigger` and `resumeTrigger`. */
export const SWITCH_FIELDS: Fields = { by: TEXT };

/** Of the filter of `materializations`. */
export const MATERIALIZATIONS_FIELDS: Fields = { partition: TEXT, before: MADE, limit: COUNT };
