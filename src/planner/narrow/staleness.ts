/** Staleness: which recorded values no longer follow from their code and inputs, and why. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import type { AssetFacts } from "../../model/events/facts.ts";
import type { ResolvedMapping } from "../../model/partitions/mapping.ts";
import { createSubsetBuilder, subsetOf } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { PlannedReason } from "../plan.ts";
import { Changes } from "./changes.ts";

/** Tells what is stale in one planning context. What it works out of an asset serves all that read it. */
export class Staleness {
  readonly #context: PlanningContext;
  readonly #changes: Map<string, Changes> = new Map();

  constructor(context: PlanningContext) {
    this.#context = context;
  }

  /**
   * The partitions of a step that are out of date by themselves, with reasons: made by another code version, or
   * from an upstream value that has changed since. Partitions without a value are not stale but missing.
   */
  reasons(step: StepDeclaration, outputs?: readonly number[]): readonly PlannedReason[] {
    const reasons: PlannedReason[] = [];
    for (const output of outputs ? outputs.map((position) => step.outputs[position]) : step.outputs) {
      const facts = this.#context.factsOf(output.key);
      if (facts.materialized.size === 0) continue;
      addCodeReason(reasons, facts, output.codeVersion);
      for (const input of step.inputs) {
        if (!input.isPast) this.#addInputReason(reasons, step, input, facts);
      }
    }
    return reasons;
  }

  #addInputReason(
    reasons: PlannedReason[],
    step: StepDeclaration,
    input: StepInput,
    facts: AssetFacts,
  ): void {
    const upstream = this.#context.factsOf(input.key);
    if (upstream.newestChange <= facts.oldestRead) return;
    const reader = new LatestReader(this.#context.mapping(step, input), this.#changesOf(input.key));
    const stale = createSubsetBuilder();
    let latest = -1;
    let latestSeq = 0;
    facts.materialized.eachRange((start, end) => {
      for (let index = start; index < end; index++) {
        const cell = reader.latestOf(index);
        const seq = cell < 0 ? 0 : upstream.changedSeqAt(cell);
        if (seq <= facts.readSeqAt(index)) continue;
        stale.add(index);
        if (seq > latestSeq) [latest, latestSeq] = [cell, seq];
      }
    });
    if (latest < 0) return;
    const changedMs = upstream.at(latest)?.changedMs ?? 0;
    reasons.push({
      reason: { kind: "upstream-changed", asset: input.key, changedMs },
      subset: stale.build(),
    });
  }

  #changesOf(key: string): Changes {
    let changes = this.#changes.get(key);
    if (!changes) this.#changes.set(key, changes = new Changes(this.#context.factsOf(key)));
    return changes;
  }
}

/** Finds what changed last of all that a partition reads, once for partitions that read the same. */
class LatestReader {
  readonly #mapping: ResolvedMapping;
  readonly #changes: Changes;
  readonly #known: Map<number, number> = new Map();
  #latest = -1;

  constructor(mapping: ResolvedMapping, changes: Changes) {
    this.#mapping = mapping;
    this.#changes = changes;
  }

  /** The upstream partition, or -1 when it reads none that has a value. */
  latestOf(index: number): number {
    const alike = this.#mapping.firstAlike(index);
    if (alike === index) return this.#find(index);
    let latest = this.#known.get(alike);
    if (latest === undefined) this.#known.set(alike, latest = this.#find(index));
    return latest;
  }

  #find(index: number): number {
    this.#latest = -1;
    this.#mapping.eachUpstreamRange(index, this.#visit);
    return this.#latest;
  }

  readonly #visit = (start: number, end: number): void => {
    const { facts } = this.#changes;
    const cell = this.#changes.latestIn(start, end);
    if (cell < 0) return;
    if (this.#latest < 0 || facts.changedSeqAt(cell) > facts.changedSeqAt(this.#latest)) this.#latest = cell;
  };
}

function addCodeReason(reasons: PlannedReason[], facts: AssetFacts, codeVersion: string | undefined): void {
  if (codeVersion === undefined) return;
  const byVersion = new Map<string | undefined, number[]>();
  for (const index of facts.madeByOther(codeVersion).indices()) {
    const from = facts.at(index)?.codeVersion;
    const list = byVersion.get(from) ?? [];
    list.push(index);
    byVersion.set(from, list);
  }
  for (const [from, indices] of byVersion) {
    reasons.push({ reason: { kind: "code-changed", from, to: codeVersion }, subset: subsetOf(indices) });
  }
}
