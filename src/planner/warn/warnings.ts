/** What a reader of a plan should know before it runs. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import { isOwnOutput } from "../../model/compile.ts";
import { fullSubset } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import { describeGap, pastGaps } from "./past.ts";
import { isPlanned, type PlannedSet, type RunPlan } from "../plan.ts";

/** Most warnings that a plan carries; the rest is counted in the last one. */
const MOST = 20;

/** Inputs that planned steps read, that have no recorded value and are not planned either. */
export function missingInputs(
  context: PlanningContext,
  plan: Pick<RunPlan, "ranks" | "sets">,
): readonly string[] {
  const { definitions } = context;
  if (plan.ranks.length === definitions.steps.length && plan.sets.size === 0) return NONE;
  const planned = new Uint8Array(definitions.steps.length);
  for (const rank of plan.ranks) planned[rank] = 1;
  const warnings: string[] = [];
  for (const rank of plan.ranks) {
    if (plan.sets.size === 0 && allParentsPlanned(definitions.stepGraph, rank, planned)) continue;
    for (const input of definitions.steps[rank].inputs) {
      const warning = missingInput(context, plan, rank, input);
      if (warning) warnings.push(warning);
    }
  }
  for (const { rank, place, ...gap } of pastGaps(context, { definitions, sets: plan.sets })) {
    const { space, subset } = plan.sets.get(rank) as PlannedSet;
    const { name } = definitions.steps[rank];
    warnings.push(`${name} will not run for ${space.keyAt(subset.at(place))}: ${describeGap(gap)}.`);
  }
  if (warnings.length <= MOST) return Object.freeze(warnings);
  return Object.freeze([
    ...warnings.slice(0, MOST),
    `... and ${warnings.length - MOST} more missing inputs.`,
  ]);
}

const NONE: readonly string[] = Object.freeze([]);

function allParentsPlanned(
  graph: PlanningContext["definitions"]["stepGraph"],
  rank: number,
  planned: Uint8Array,
): boolean {
  for (let edge = graph.parentOffsets[rank]; edge < graph.parentOffsets[rank + 1]; edge++) {
    if (!planned[graph.parents[edge]]) return false;
  }
  return true;
}

function missingInput(
  context: PlanningContext,
  plan: Pick<RunPlan, "ranks" | "sets">,
  rank: number,
  input: StepInput,
): string | undefined {
  const step = context.definitions.steps[rank];
  const upstream = context.upstream(input);
  if (input.name === undefined || input.optional || upstream["~step"].kind === "external") return undefined;
  const needed = context.mapping(step, input).toUpstream(plan.sets.get(rank)?.subset ?? fullSubset(1));
  if (isOwnOutput(step, input.key) && needed.existing.size === 0) return undefined;
  const absent = needed.existing
    .minus(plannedCells(context, plan, upstream["~step"]))
    .minus(context.factsOf(input.key).materialized);
  if (absent.size === 0) return nonexistent(step, input, needed.missing);
  if (!upstream.partitions) return `${step.name} reads ${input.key}, which has no value and is not planned.`;
  const first = context.space(upstream.partitions).keyAt(absent.at(0));
  const others = absent.size > 1 ? ` and ${absent.size - 1} more` : "";
  return `${step.name} reads ${input.key} at ${first}${others}, which have no value and are not planned.`;
}

function nonexistent(
  step: StepDeclaration,
  input: StepInput,
  missing: readonly string[],
): string | undefined {
  if (missing.length === 0 || isOwnOutput(step, input.key)) return undefined;
  const others = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  return `${step.name} reads ${input.key} at ${missing[0]}${others}, which do not exist.`;
}

function plannedCells(
  context: PlanningContext,
  plan: Pick<RunPlan, "ranks" | "sets">,
  upstream: StepDeclaration,
): Subset {
  const { definitions } = context;
  const rank = definitions.stepOfAsset[definitions.graph.rankOf(upstream.outputs[0].key) as number];
  const set = plan.sets.get(rank);
  if (set) return set.subset;
  return fullSubset(isPlanned(plan.ranks, rank) ? 1 : 0);
}
