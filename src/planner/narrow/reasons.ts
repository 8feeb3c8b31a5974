/** Why steps are in a plan of a narrower scope, worked out from the plan itself when somebody asks. */
import type { StepInput } from "../../model/assets/declaration.ts";
import { isOwnOutput } from "../../model/compile.ts";
import { fullSubset, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import { plannedInputs } from "../partitions.ts";
import { isPlanned, type PlannedReason, type PlanReasons, type RunPlan } from "../plan.ts";
import { PlanMappings } from "../steps/mappings.ts";

/** The part of a plan that says which cells are made. */
export type PlannedCells = Pick<RunPlan, "definitions" | "nowMs" | "ranks" | "sets">;

/**
 * Reasons by rank. Those that lie in the steps themselves are given. Those that lie upstream follow from the cells that
 * are planned there, and one for each edge would cost more than the plan: they are made for one step at a time.
 */
export class NarrowedReasons implements PlanReasons {
  readonly #own: ReadonlyMap<number, readonly PlannedReason[]>;
  readonly #plan: PlannedCells;
  readonly #mappings: PlanMappings;

  constructor(own: ReadonlyMap<number, readonly PlannedReason[]>, plan: PlannedCells) {
    this.#own = own;
    this.#plan = plan;
    this.#mappings = new PlanMappings(plan, noKeys);
  }

  get(rank: number): readonly PlannedReason[] | undefined {
    if (!isPlanned(this.#plan.ranks, rank)) return undefined;
    const reasons = [...this.#own.get(rank) ?? [], ...this.#upstream(rank)];
    return [...reasons, ...this.#ownPast(rank, reasons)];
  }

  /** What is made because it reads what is made upstream. */
  #upstream(rank: number): readonly PlannedReason[] {
    const { definitions, ranks } = this.#plan;
    const step = definitions.steps[rank];
    const cells = this.#cells(rank);
    const reasons: PlannedReason[] = [];
    for (const [input, upstream] of plannedInputs(this.#plan, step, (rank) => isPlanned(ranks, rank))) {
      const { partitions } = definitions.steps[upstream];
      const reads = this.#mappings.of(step, input, partitions).toDownstream(this.#cells(upstream));
      const subset = reads.intersect(cells);
      if (subset.size > 0) reasons.push(becauseOf(input, subset));
    }
    return reasons;
  }

  /** What no other reason names is made because it reads earlier partitions of the same asset. */
  #ownPast(rank: number, others: readonly PlannedReason[]): readonly PlannedReason[] {
    const step = this.#plan.definitions.steps[rank];
    const input = step.inputs.find((input) => !input.isPast && isOwnOutput(step, input.key));
    if (!input) return [];
    const rest = this.#cells(rank).minus(unionOf(others.flatMap(({ subset }) => subset ?? [])));
    return rest.size > 0 ? [becauseOf(input, rest)] : [];
  }

  #cells(rank: number): Subset {
    return this.#plan.sets.get(rank)?.subset ?? fullSubset(1);
  }
}

function becauseOf({ key }: StepInput, subset: Subset): PlannedReason {
  return { reason: { kind: "upstream-planned", asset: key }, subset };
}

/** The spaces of all steps that are planned are those of the plan: no key has to be looked up. */
function noKeys(): readonly string[] {
  return [];
}
