/** The fields that verbs know in what they are given; what concerns planning alone is told by the planner. */
import type { RunStatus } from "../model/events/status.ts";
import {
  COUNT,
  DURATION,
  type Fields,
  FLAG,
  MADE,
  METADATA,
  oneOf,
  PLACE,
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
  "success",
  "failed",
  "canceled",
];

/** Of requests for plans. */
export const PLAN_FIELDS: Fields = { checks: FLAG, verifyIO: FLAG };

/** Of requests for backfills. */
export const BACKFILL_FIELDS: Fields = { ...PLAN_FIELDS, runs: COUNT, partitionsPerRun: COUNT };

/** Of the options of `rerun`. */
export const RERUN_FIELDS: Fields = { from: oneOf("failure", "start") };

/** Of the options of `close`. */
export const CLOSE_FIELDS: Fields = { graceMs: DURATION };

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

/** Of the filter of `checks`. */
export const CHECKS_FIELDS: Fields = { limit: COUNT };

/** Of the filter of `backfills`. */
export const BACKFILLS_FIELDS: Fields = { before: TEXT, limit: COUNT };

/** Of the filter of `materializations`. */
export const MATERIALIZATIONS_FIELDS: Fields = { partition: TEXT, before: MADE, limit: COUNT };
