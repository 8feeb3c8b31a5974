/** Trigger rules in a run: what has become of the steps that ruled steps wait for. */
import {
  judgeTrigger,
  type TriggerRule,
  type TriggerVerdict,
  type UpstreamTally,
} from "../../model/assets/trigger_rule.ts";
import type { StepGraph } from "../../planner/steps/table.ts";

/** What became of one step, for those that wait for it. */
export type UpstreamEnd = Exclude<keyof UpstreamTally, "total">;

type Tally = { -readonly [field in keyof UpstreamTally]: UpstreamTally[field] };

/** Counts ends for the steps that have a rule; empty in a run without rules. */
export class Triggers {
  /** Whether no step of the run has a rule. */
  readonly isEmpty: boolean;
  readonly #graph: StepGraph;
  readonly #rules: ReadonlyMap<number, TriggerRule>;
  /** By step, and by barrier behind the steps. */
  readonly #tallies: Map<number, Tally> = new Map();

  /** @param rules By rank. */
  constructor(graph: StepGraph, rules: ReadonlyMap<number, TriggerRule>) {
    this.#graph = graph;
    this.#rules = rules;
    this.isEmpty = rules.size === 0;
  }

  /** The rule of a step; undefined for the default, and for barriers. */
  ruleOf(step: number): TriggerRule | undefined {
    return this.isEmpty || step >= this.#graph.count
      ? undefined
      : this.#rules.get(this.#graph.rankOfSteps[step]);
  }

  /** Counts the end of a step for a step or barrier that waits for it. */
  count(child: number, end: UpstreamEnd): void {
    this.#tallyOf(child)[end]++;
  }

  /** Counts all that a barrier stood for. */
  countBarrier(child: number, barrier: number): void {
    const tally = this.#tallyOf(child);
    const { success, failed, upstreamFailed, skipped } = this.#tallyOf(barrier);
    tally.success += success;
    tally.failed += failed;
    tally.upstreamFailed += upstreamFailed;
    tally.skipped += skipped;
  }

  /** What the rule of a step says now. */
  judge(step: number, rule: TriggerRule): TriggerVerdict {
    return judgeTrigger(rule, this.#tallyOf(step));
  }

  #tallyOf(child: number): Tally {
    const known = this.#tallies.get(child);
    if (known) return known;
    const tally = { total: this.#expected(child), success: 0, failed: 0, upstreamFailed: 0, skipped: 0 };
    this.#tallies.set(child, tally);
    return tally;
  }

  /** How many steps a step or barrier waits for, those behind barriers included. */
  #expected(child: number): number {
    const { count, parents: { offsets, targets } } = this.#graph;
    let total = 0;
    for (let edge = offsets[child]; edge < offsets[child + 1]; edge++) {
      const parent = targets[edge];
      total += parent < count ? 1 : this.#tallyOf(parent).total;
    }
    return total;
  }
}
