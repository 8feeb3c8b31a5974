/** Explanations of conditions: which term holds for what, and what stands in the way. */
import type { PartitionSpace } from "../../model/partitions/space.ts";
import type { Subset } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { Outcome } from "./outcome.ts";
import type { Decision } from "./round.ts";

/** Some partitions, for people: how many, and the first and the last. */
export interface PartitionsShown {
  /** How many there are. */
  readonly count: number;
  /** The key of the first; empty without partitions, and where there are none. */
  readonly first: string;
  /** The key of the last. */
  readonly last: string;
}

/** What came of one term of a condition. */
export interface TermExplanation {
  /** The condition as it was written: `eager`, `newly-updated`; `upstream` for the step to what an asset is made from. */
  readonly term: string;
  /** What it was asked about: the key of an asset, or `asset:check`. */
  readonly about: string;
  /** Of how many partitions it was asked. */
  readonly asked: number;
  /** Those for which it holds. */
  readonly holds: PartitionsShown;
  /** What came of the terms below it. */
  readonly of: readonly TermExplanation[];
}

/** Why an asset is, or is not, to be made by its condition. */
export interface AutomationExplanation {
  /** The key of the asset. */
  readonly asset: string;
  /** Whether it has partitions. */
  readonly isPartitioned: boolean;
  /** What is requested. */
  readonly requested: PartitionsShown;
  /** What the condition holds for, and what was asked for a short while ago or is being made: it is not asked for again. */
  readonly withheld: PartitionsShown;
  /** In a sentence: what stands in the way, or what is requested. */
  readonly because: string;
  /** The whole of it, term by term. */
  readonly condition: TermExplanation;
}

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

/** An explanation as lines of text. */
export function formatAutomation(
  { asset, isPartitioned, because, condition }: AutomationExplanation,
): string {
  const lines = [`${asset}: ${because}`];
  const visit = (term: TermExplanation, depth: number): void => {
    const name = term.term === "upstream" ? `upstream ${term.about}` : term.term;
    lines.push(`${"  ".repeat(depth)}${mark(term, isPartitioned)} ${name}${shown(term, isPartitioned)}`);
    for (const each of term.of) visit(each, depth + 1);
  };
  visit(condition, 1);
  return lines.join("\n");
}

function mark({ holds, asked }: TermExplanation, isPartitioned: boolean): string {
  if (asked === 0) return "-";
  if (holds.count === 0) return "no ";
  return isPartitioned && holds.count < asked ? `${holds.count} of ${asked}` : "yes";
}

function shown({ holds }: TermExplanation, isPartitioned: boolean): string {
  if (!isPartitioned || holds.count === 0 || holds.first === "") return "";
  return holds.count === 1 ? `: ${holds.first}` : `: ${holds.first} ... ${holds.last}`;
}
