/** The verbs of the process that writes. */
import type { ActiveRuns } from "../active.ts";
import { executeBackfill } from "../backfills.ts";
import { cancelAny } from "../cancel.ts";
import { changeKeys, reportAsset, wipeAsset } from "../catalogue.ts";
import { compensateRun } from "../compensate/run.ts";
import { launchWork } from "../launch/launch.ts";
import type { Parts } from "../parts.ts";
import { recoverAll } from "../recovery/recover.ts";
import { executePlan, rerun } from "../runs.ts";
import type { Verbs } from "./verbs.ts";

/** Verbs over an open history; those that begin a run or a backfill give it an id, where one is asked for. */
export function localVerbs(parts: Parts, active: ActiveRuns, id?: string): Verbs {
  const own = id === undefined ? {} : { id };
  return {
    execute: (plan, options, job) =>
      executePlan(parts, active, plan, options, job === undefined ? own : { ...own, job }),
    backfill: (plan, options) => executeBackfill(parts, active, plan, options, own),
    launch: (work) => launchWork(parts, active, work),
    note: (name, payload) => parts.engine.recorder.append(name, payload),
    rerun: (runId, from, options) => rerun(parts, active, runId, from, options, own),
    compensate: (runId, options) => compensateRun(parts, active, runId, options, id),
    // Two at once would both go on with the same runs.
    recover: (options) => active.turns.take("recovery", () => recoverAll(parts, active, options)),
    cancel: (id, reason) => cancelAny(parts, active, id, reason),
    report: (asset, reports) => reportAsset(parts, asset, reports),
    wipe: (asset, partitions) => wipeAsset(parts, asset, partitions),
    addKeys: (name, keys) => changeKeys(parts, name, keys, "partitions_added"),
    removeKeys: (name, keys) => changeKeys(parts, name, keys, "partitions_removed"),
    prune: (retention) => parts.store.prune(retention),
    pause: async () => parts.engine.pause(),
    resume: async () => parts.engine.resume(),
  };
}
