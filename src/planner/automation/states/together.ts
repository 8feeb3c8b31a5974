/** Which assets Dagster makes in one run: only of those is a request known downstream within one evaluation. */
import type { Asset } from "../../../model/assets/declaration.ts";
import { samePartitions } from "../../../model/partitions/definition.ts";
import { inferMapping } from "../../../model/partitions/infer.ts";
import type { Mapping } from "../../../model/partitions/mapping.ts";
import type { PlanningContext } from "../../context.ts";
import { shapeOf } from "../memory.ts";

/** Whether an asset can be made in one run with one that it is made from: they have the same partitions, in step. */
export function runsTogether({ definitions }: PlanningContext, asset: Asset, upstream: string): boolean {
  const up = definitions.asset(upstream);
  if (up["~step"].kind === "external") return false;
  const { partitions } = asset;
  if (partitions === undefined || up.partitions === undefined) return partitions === up.partitions;
  const isSame = samePartitions(partitions, up.partitions) && shapeOf(partitions) === shapeOf(up.partitions);
  if (!isSame) return false;
  const inputs = asset["~step"].inputs.filter(({ key, isPast }) => key === upstream && !isPast);
  const mappings = inputs.length > 0 ? inputs.map(({ mapping }) => mapping) : [undefined];
  return mappings.every((mapping) => isInStep(mapping ?? inferred(asset, up)));
}

function inferred({ partitions }: Asset, up: Asset): Mapping | undefined {
  if (!partitions || !up.partitions) return undefined;
  const found = inferMapping(partitions, up.partitions);
  return "mapping" in found ? found.mapping : undefined;
}

function isInStep(mapping: Mapping | undefined): boolean {
  return mapping?.kind === "identity" || mapping?.kind === "time-window";
}
