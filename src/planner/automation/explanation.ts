/** Explanations of conditions: how it is told which term holds for what, and what stands in the way. */

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

/**
 * An explanation as lines of text: what came of it, and below it every term with `yes`, `no`, or for how many of the
 * partitions it holds; `-` where nothing was left to ask about.
 *
 * @example
 * ```ts
 * import { condition, createOrchestrator, defineAsset, definitions, formatAutomation } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const one = defineAsset({ key: "one", automation: condition.missing, run: () => 1 });
 * await using sluice = createOrchestrator(definitions({ assets: [one] }), { store: "memory" });
 * const text = formatAutomation(await sluice.explainAutomation(one));
 * assert.equal(text, "one: requested\n  yes missing");
 * ```
 */
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
