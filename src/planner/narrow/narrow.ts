/** Narrowing: of the selected steps, what a scope takes and what follows downstream of it. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { isOwnOutput } from "../../model/compile.ts";
import { fullSubset, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { Cooperative } from "../cooperative.ts";
import { withReaders } from "../partitions.ts";
import type { PlannedReason } from "../plan.ts";
import type { PlanScope } from "../request.ts";
import type { SelectedSteps } from "../steps/selected.ts";
import { scopeReasons } from "./scope.ts";
import { Staleness } from "./staleness.ts";

/** How many steps are looked at between two pauses. */
const SLICE = 4_096;

/** What a narrower scope takes of each step, and the reasons that lie in the steps themselves, by rank. */
export interface Narrowed {
  readonly cells: ReadonlyMap<number, Subset>;
  readonly own: ReadonlyMap<number, readonly PlannedReason[]>;
}

/** A reason with the cells for which it holds, also where a step has only one. */
type BoundedReason = PlannedReason & { readonly subset: Subset };

/** The cells that are to be made: by themselves, or because something upstream is. */
export function* narrow(
  context: PlanningContext,
  { ranks, outputs }: SelectedSteps,
  allowed: ReadonlyMap<number, Subset>,
  scope: PlanScope,
): Cooperative<Narrowed> {
  const unit = fullSubset(1);
  const cells = new Map<number, Subset>();
  const own = new Map<number, readonly PlannedReason[]>();
  const staleness = new Staleness(context);
  let sinceYield = 0;
  for (const rank of ranks) {
    const step = context.definitions.steps[rank];
    const bounds = allowed.get(rank) ?? unit;
    const reasons = within(scopeReasons(context, step, outputs.get(rank), scope, staleness), bounds);
    const made = withReaders(context, step, unionOf(reasons.map(({ subset }) => subset)), cells, bounds);
    if (reasons.length > 0) own.set(rank, reasons);
    if (made.size > 0) cells.set(rank, withOwnPast(context, step, made, bounds));
    if (++sinceYield % SLICE === 0) yield;
  }
  return { cells, own };
}

/** A step that reads its own earlier partitions is made again from the first one that is. */
function withOwnPast(
  context: PlanningContext,
  step: StepDeclaration,
  first: Subset,
  bounds: Subset,
): Subset {
  const input = step.partitions && step.inputs.find((input) => !input.isPast && isOwnOutput(step, input.key));
  if (!input) return first;
  const mapping = context.mapping(step, input);
  for (let all = first;;) {
    const next = all.union(mapping.toDownstream(all).intersect(bounds));
    if (next.size === all.size) return all;
    all = next;
  }
}

function within(reasons: readonly PlannedReason[], bounds: Subset): readonly BoundedReason[] {
  return reasons
    .map(({ reason, subset }) => ({ reason, subset: subset?.intersect(bounds) ?? bounds }))
    .filter(({ subset }) => subset.size > 0);
}
