/** What is recorded of an asset, as sets of its partitions. */
import type { Asset } from "../model/assets/declaration.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import { emptySubset, fullSubset, type Subset } from "../model/partitions/subset.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import type { PlannedReason } from "../planner/plan.ts";

/** The names of the sets, in the order in which they are shown. */
export const partitionStatuses = ["materialized", "missing", "failed", "stale"] as const;

/** One of {@linkcode partitionStatuses}. */
export type PartitionStatus = typeof partitionStatuses[number];

/** The sets of one asset. A stale partition is materialized as well; a failed one may be either. */
export interface AssetStatus {
  readonly space: PartitionSpace;
  readonly sets: { readonly [status in PartitionStatus]: Subset };
  /** Why partitions are stale, or have no value. */
  readonly reasons: readonly PlannedReason[];
}

/** Reads what is recorded of an asset. */
export async function readAssetStatus(
  orchestrator: Orchestrator,
  asset: Asset,
): Promise<AssetStatus> {
  const { space, materialized, failed } = await orchestrator.partitions(asset);
  const reasons = await staleReasonsOf(orchestrator, asset);
  const stale = reasons
    .filter(({ reason }) => reason.kind !== "missing")
    .reduce((all, { subset }) => all.union(subset ?? fullSubset(1)), emptySubset())
    .intersect(materialized);
  const missing = fullSubset(space.size).minus(materialized);
  return { space, sets: { materialized, missing, failed, stale }, reasons };
}

/** The reasons for which a plan would make an asset by itself. What is made elsewhere has none. */
async function staleReasonsOf(orchestrator: Orchestrator, asset: Asset): Promise<readonly PlannedReason[]> {
  const step = asset["~step"];
  if (step.kind === "external") return [];
  const select = step.subsettable ? asset : step.outputs;
  const plan = await orchestrator.plan({ select, scope: "stale", checks: false });
  return plan.ranks.length === 0 ? [] : plan.reasons.get(plan.ranks[0]) ?? [];
}
