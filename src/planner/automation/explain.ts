/** Explanations of conditions: which term holds for what, and what stands in the way. */
import type { PartitionSpace } from "../../model/partitions/space.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { Outcome } from "./outcome.ts";
import type { AutomationExplanation, PartitionsShown, TermExplanation } from "./explanation.ts";
import type { Decision } from "./round.ts";

/** Explains a decision. */
export function explainDecision(
  { asset, outcome, requested, withheld }: Decision,
  planning: PlanningContext,
): AutomationExplanation {
  const spaceOf = (key: string) => planning.space(planning.definitions.asset(key).partitions);
  const space = spaceOf(asset);
  return {
    asset,
    isPartitioned: space.kind !== "unit",
    requested: show(requested, space),
    withheld: show(withheld, space),
    because: because(requested, withheld, outcome, space),
    condition: explainTerm(outcome, spaceOf),
  };
}

function explainTerm(outcome: Outcome, spaceOf: (key: string) => PartitionSpace): TermExplanation {
  const { term, target: { asset, check }, reader = asset, candidates, holds, of } = outcome;
  return {
    term: term?.label ?? "upstream",
    about: check === undefined ? asset : `${asset}:${check}`,
    asked: candidates.size,
    holds: show(holds, spaceOf(reader)),
    of: of.map((each) => explainTerm(each, spaceOf)),
  };
}

function show(set: Subset, space: PartitionSpace): PartitionsShown {
  if (set.size === 0) return { count: 0, first: "", last: "" };
  return { count: set.size, first: space.keyAt(set.at(0)), last: space.keyAt(set.at(set.size - 1)) };
}

function because(requested: Subset, withheld: Subset, outcome: Outcome, space: PartitionSpace): string {
  if (requested.size > 0) return `requested${whichOf(requested, space)}`;
  if (withheld.size > 0) return "asked for a short while ago, or being made";
  return inTheWay(outcome);
}

function whichOf(set: Subset, space: PartitionSpace): string {
  if (space.kind === "unit") return "";
  const { count, first, last } = show(set, space);
  return count === 1 ? `: ${first}` : `: ${count} partitions, ${first} to ${last}`;
}

/** Of terms that must all hold, the first that leaves nothing. */
function inTheWay({ term, of, candidates, target }: Outcome): string {
  if (candidates.size === 0) return `${target.asset} has no partitions`;
  if (term?.rule.kind === "and") {
    const blocking = of.find(({ holds }) => holds.size === 0);
    if (blocking) return inTheWay(blocking);
  }
  if (term?.rule.kind === "not") return `${of[0].term?.label ?? "it"} holds${among(of[0])}`;
  return `${term?.label ?? "upstream"} does not hold`;
}

/** The upstream assets for which a term holds. */
function among({ of }: Outcome): string {
  const upstream = of.filter(({ term, holds }) => term === undefined && holds.size > 0);
  return upstream.length === 0 ? "" : ` (${upstream.map(({ target }) => target.asset).join(", ")})`;
}
