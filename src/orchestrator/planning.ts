/** Planning over what is recorded now. */
import type { Asset } from "../model/assets/declaration.ts";
import type { StepRecord } from "../model/events/record.ts";
import { isRecord } from "../model/validate/options.ts";
import { type Subset, subsetOf } from "../model/partitions/subset.ts";
import { planBackfillInSlices } from "../planner/backfill.ts";
import { openPlanning, type PlanningContext } from "../planner/context.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { BackfillRequest, PlanRequest } from "../planner/request.ts";
import { recordedPlan } from "../planner/remaining.ts";
import { planRunInSlices } from "../planner/run.ts";
import type { VerifyOptions } from "./contract.ts";
import type { RunPlanRecord } from "../stores/store.ts";
import type { Parts } from "./parts.ts";
import { unknownRun } from "./refusals.ts";

/** How many values are looked for at once. */
const LOOKS = 64;

/**
 * Opens a planning context over everything recorded so far.
 *
 * @param verifyIO Whether the values of recorded partitions are looked for; those that are gone count as missing.
 * @param atMs The instant that counts as now. Default: now.
 */
export async function openContext(
  parts: Parts,
  verifyIO: boolean = false,
  atMs: number | undefined = undefined,
): Promise<PlanningContext> {
  await parts.engine.recorder.flush();
  const facts = await parts.store.facts();
  const nowMs = atMs ?? parts.clock.now();
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
export function isBackfillPlan(
  asked: BackfillRequest | BackfillPlan | RunPlan,
): asked is BackfillPlan {
  const given: unknown = asked;
  return isRecord(given) && given.kind === "backfill-plan";
}

/** Plans a run over everything recorded so far. */
export async function planIn(
  parts: Parts,
  { verifyIO, ...request }: PlanRequest & VerifyOptions,
  atMs?: number,
): Promise<RunPlan> {
  const context = await openContext(parts, verifyIO, atMs);
  const plan = await parts.engine.pace.finish(planRunInSlices(context, request));
  if ((request.scope ?? "all") === "all") context.facts.releaseAssets?.();
  return plan;
}

/** Plans a backfill over everything recorded so far. */
export async function planBackfillIn(
  parts: Parts,
  { verifyIO, ...request }: BackfillRequest & VerifyOptions,
  atMs?: number,
): Promise<BackfillPlan> {
  const context = await openContext(parts, verifyIO, atMs);
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

/** A recorded run, read back. */
export interface Recorded {
  readonly created: RunPlanRecord;
  readonly plan: RunPlan;
  readonly steps: readonly StepRecord[];
  readonly context: PlanningContext;
}

/**
 * Reads a recorded run back, against the definitions of now.
 *
 * @throws {SluiceError} RUN_UNKNOWN, and PLAN_OUTDATED for steps or partitions that do not exist any more.
 */
export async function readBack(parts: Parts, id: string): Promise<Recorded> {
  const created = await parts.store.plan(id);
  if (!created) throw unknownRun(id);
  const context = await openContext(parts);
  const plan = recordedPlan(context, created.steps, id);
  return { created, plan, steps: await parts.store.steps(id), context };
}
