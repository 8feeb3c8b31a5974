/** Planning over what is recorded now. */
import type { Asset } from "../model/assets/declaration.ts";
import { isRecord } from "../model/validate/options.ts";
import { type Subset, subsetOf } from "../model/partitions/subset.ts";
import { planBackfillInSlices } from "../planner/backfill.ts";
import { openPlanning, type PlanningContext } from "../planner/context.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { BackfillRequest, PlanRequest } from "../planner/request.ts";
import { planRunInSlices } from "../planner/run.ts";
import type { VerifyOptions } from "./contract.ts";
import type { Parts } from "./parts.ts";

/** How many values are looked for at once. */
const LOOKS = 64;

/**
 * Opens a planning context over everything recorded so far.
 *
 * @param verifyIO Whether the values of recorded partitions are looked for; those that are gone count as missing.
 */
export async function openContext(parts: Parts, verifyIO: boolean = false): Promise<PlanningContext> {
  await parts.engine.recorder.flush();
  const facts = await parts.store.facts();
  const nowMs = parts.clock.now();
  const context = openPlanning(parts.definitions, facts, nowMs);
  if (!verifyIO) return context;
  return openPlanning(parts.definitions, facts, nowMs, await lostValues(parts, context));
}

/** The planning part of options. */
export function requestOf({ partitions, scope, checks }: Omit<PlanRequest, "select">): PlanRequest {
  return {
    ...(partitions !== undefined && { partitions }),
    ...(scope !== undefined && { scope }),
    ...(checks !== undefined && { checks }),
  };
}

/** Whether what is asked for is planned already. */
export function isBackfillPlan(asked: BackfillRequest | BackfillPlan): asked is BackfillPlan {
  const given: unknown = asked;
  return isRecord(given) && given.kind === "backfill-plan";
}

/** Plans a run over everything recorded so far. */
export async function planIn(
  parts: Parts,
  { verifyIO, ...request }: PlanRequest & VerifyOptions,
): Promise<RunPlan> {
  const context = await openContext(parts, verifyIO);
  const plan = await parts.engine.pace.finish(planRunInSlices(context, request));
  if ((request.scope ?? "all") === "all") context.facts.releaseAssets?.();
  return plan;
}

/** Plans a backfill over everything recorded so far. */
export async function planBackfillIn(
  parts: Parts,
  { verifyIO, ...request }: BackfillRequest & VerifyOptions,
): Promise<BackfillPlan> {
  const context = await openContext(parts, verifyIO);
  return await parts.engine.pace.finish(planBackfillInSlices(context, { scope: "missing", ...request }));
}

/** Recorded partitions without a value, by asset key. Assets made elsewhere are not looked for. */
async function lostValues(parts: Parts, context: PlanningContext): Promise<ReadonlyMap<string, Subset>> {
  const lost = new Map<string, Subset>();
  for (const asset of parts.definitions.assets) {
    if (asset["~step"].kind === "external") continue;
    const gone = await lostOf(parts, context, asset);
    if (gone.length > 0) lost.set(asset.key, subsetOf(gone));
  }
  return lost;
}

async function lostOf(parts: Parts, context: PlanningContext, asset: Asset): Promise<readonly number[]> {
  const { space, materialized } = context.factsOf(asset.key);
  const manager = parts.findManager(asset);
  const gone: number[] = [];
  const indices = materialized.indices();
  const look = async () => {
    for (const index of indices) {
      const partition = asset.partitions && space.keyAt(index);
      if (!await manager.has({ asset: asset.key, partition })) gone.push(index);
    }
  };
  await Promise.all(Array.from({ length: LOOKS }, look));
  return gone;
}
