/** Finishing what a dead process left, or a store that failed: backfills first, then runs that belong to none. */
import { SluiceError } from "../../model/issue.ts";
import type { ActiveRuns } from "../active.ts";
import { giveUpBackfill, resumeBackfill } from "../backfills.ts";
import type { RecoverOptions, RunResult } from "../contract.ts";
import { interruptLost } from "./lost.ts";
import type { Parts } from "../parts.ts";
import { giveUpRun } from "../runs.ts";
import { resumeOnce } from "./resume.ts";

/**
 * Goes on with every backfill and run that is interrupted. One that no longer fits the definitions is recorded as
 * failed, and the others go on.
 */
export async function recoverAll(
  parts: Parts,
  active: ActiveRuns,
  options: RecoverOptions,
): Promise<readonly RunResult[]> {
  await interruptLost(parts.store, parts.engine.recorder, (id) => active.has(id));
  const results: RunResult[] = [];
  for (const { id, plan, status } of await parts.store.backfills({ limit: Number.MAX_SAFE_INTEGER })) {
    if (parts.engine.isLeaving) return results;
    if (active.has(id) || (status !== "running" && status !== "interrupted")) continue;
    await attempt(
      async () => void results.push(...(await resumeBackfill(parts, active, id, plan, options)).runs),
      () => giveUpBackfill(parts, id),
    );
  }
  const lost = await parts.store.runs({
    status: options.parked ? ["interrupted", "parked"] : ["interrupted"],
    limit: Number.MAX_SAFE_INTEGER,
  });
  const inOrder = lost.toReversed().sort((a, b) => b.priority - a.priority);
  for (const { id } of inOrder) {
    if (parts.engine.isLeaving) return results;
    if (active.has(id) || results.some((result) => result.id === id)) continue;
    await attempt(
      async () => {
        const result = await resumeOnce(parts, active, id, options);
        if (result) results.push(result);
      },
      (error) => giveUpRun(parts, id, error),
    );
  }
  return results;
}

/** Only a plan that is outdated may be given up; all else is told to the caller. */
async function attempt(
  work: () => Promise<void>,
  giveUp: (error: SluiceError) => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== "PLAN_OUTDATED") throw error;
    await giveUp(error);
  }
}
