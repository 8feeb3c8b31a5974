/** The closure over partitions: which partitions of every selected step a request means. */
import type { StepDeclaration, StepInput } from "../model/assets/declaration.ts";
import { isOwnOutput } from "../model/compile.ts";
import { SluiceError } from "../model/issue.ts";
import { samePartitions } from "../model/partitions/definition.ts";
import type { Partitions } from "../model/partitions/definition.ts";
import { rangeOf } from "../model/partitions/space.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import { fullSubset, subsetOf } from "../model/partitions/subset.ts";
import type { Subset } from "../model/partitions/subset.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";
import type { PlanningContext } from "./context.ts";
import type { PartitionRequest } from "./request.ts";

/** With more names than this none is suggested. */
const MOST_COMPARED = 10_000;

/** The inputs of a step whose assets are made in the same plan, its own earlier partitions left out. */
export function* plannedInputs(
  { definitions }: Pick<PlanningContext, "definitions">,
  step: StepDeclaration,
  isPlanned: (rank: number) => boolean,
): IterableIterator<readonly [input: StepInput, rank: number]> {
  for (const input of step.inputs) {
    if (isOwnOutput(step, input.key)) continue;
    const rank = definitions.stepOfAsset[definitions.graph.rankOf(input.key) as number];
    if (isPlanned(rank)) yield [input, rank];
  }
}

/**
 * Some cells of a step, and those within bounds that read any of these cells of its upstream. It is done as soon as
 * the bounds are full: a step of a thousand inputs seldom needs to look at more than the first.
 */
export function withReaders(
  context: PlanningContext,
  step: StepDeclaration,
  own: Subset,
  upstream: ReadonlyMap<number, Subset>,
  bounds: Subset,
): Subset {
  let all = own;
  if (all.size === bounds.size) return all;
  for (const [input, rank] of plannedInputs(context, step, (rank) => upstream.has(rank))) {
    const reads = context.mapping(step, input).toDownstream(upstream.get(rank) as Subset);
    all = all.union(reads.intersect(bounds));
    if (all.size === bounds.size) break;
  }
  return all;
}

/**
 * The partitions that a request allows, by step rank: roots of the selection take the requested keys, steps
 * partitioned like a root take the same, others take what reads partitions of their selected upstream.
 * Steps without partitions are absent.
 */
export function allowedPartitions(
  context: PlanningContext,
  ranks: Int32Array,
  request: PartitionRequest,
): ReadonlyMap<number, Subset> {
  const { isPartitioned, steps } = context.definitions;
  const allowed = new Map<number, Subset>();
  if (!isPartitioned.includes(1)) return allowed;
  const partitioned = ranks.filter((rank) => isPartitioned[rank] === 1);
  const chosen = new Uint8Array(steps.length);
  for (const rank of ranks) chosen[rank] = 1;
  const roots: { readonly partitions: Partitions; readonly subset: Subset }[] = [];
  for (const rank of partitioned) {
    const step = steps[rank];
    const partitions = step.partitions as Partitions;
    const like = roots.find((root) => samePartitions(root.partitions, partitions));
    if (like && request !== "all") {
      allowed.set(rank, like.subset);
      continue;
    }
    const mapped = request === "all" ? undefined : mappedFromInputs(context, step, allowed, chosen);
    const subset = mapped ?? requestedSubset(context.space(partitions), request, step.name);
    if (!mapped) roots.push({ partitions, subset });
    allowed.set(rank, subset);
  }
  return allowed;
}

/** What reads the allowed partitions of partitioned upstream steps; undefined when there are none. */
function mappedFromInputs(
  context: PlanningContext,
  step: StepDeclaration,
  allowed: ReadonlyMap<number, Subset>,
  chosen: Uint8Array,
): Subset | undefined {
  let subset: Subset | undefined;
  for (const [input, rank] of plannedInputs(context, step, (rank) => chosen[rank] === 1)) {
    const upstream = allowed.get(rank);
    if (!upstream) continue;
    const reads = context.mapping(step, input).toDownstream(upstream);
    subset = subset ? subset.union(reads) : reads;
  }
  return subset;
}

/** The cells of a space that a request names. Throws PARTITION_UNKNOWN for a key that does not exist. */
export function requestedSubset(space: PartitionSpace, request: PartitionRequest, asset: string): Subset {
  if (request === "all") return fullSubset(space.size);
  if (typeof request === "string") return subsetOf([indexOfKey(space, request, asset)]);
  if (!("start" in request)) return subsetOf(request.map((key) => indexOfKey(space, key, asset)));
  indexOfKey(space, request.start, asset);
  indexOfKey(space, request.end, asset);
  const subset = rangeOf(space, request.start, request.end);
  if (subset.size > 0) return subset;
  throw new SluiceError({
    code: "PARTITION_UNKNOWN",
    message:
      `The range ${request.start}...${request.end} of ${asset} is empty: its end comes before its start.`,
    path: ["partitions"],
    hint: "Give the earlier key first.",
  });
}

function indexOfKey(space: PartitionSpace, key: string, asset: string): number {
  const index = space.indexOf(key);
  if (index >= 0) return index;
  throw new SluiceError({
    code: "PARTITION_UNKNOWN",
    message: `${asset} has no partition ${quote(key)}.`,
    path: ["partitions"],
    hint: keyHint(space, key),
  });
}

/** Names keys like the one asked for, or what keys look like. */
function keyHint(space: PartitionSpace, key: string): string {
  if (space.size === 0) return "It has no partitions at this time.";
  const all = `Its ${space.size} partitions run from ${space.keyAt(0)} to ${space.keyAt(space.size - 1)}.`;
  if (space.kind !== "names" || space.size > MOST_COMPARED) return all;
  return didYouMean(key, Array.from({ length: space.size }, (_, index) => space.keyAt(index))) ?? all;
}
