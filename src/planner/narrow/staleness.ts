/** Staleness: which recorded values no longer follow from their code and inputs, and why. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import type { AssetFacts } from "../../model/events/facts.ts";
import { subsetOf } from "../../model/partitions/subset.ts";
import type { PlanningContext } from "../context.ts";
import type { PlannedReason } from "../plan.ts";
import type { Reason } from "../reason.ts";

/**
 * The partitions of a step that are out of date by themselves, with reasons: made by another code version, or
 * from an upstream value that has changed since. Partitions without a value are not stale but missing.
 */
export function staleReasons(
  context: PlanningContext,
  step: StepDeclaration,
  outputs?: readonly number[],
): readonly PlannedReason[] {
  const reasons: PlannedReason[] = [];
  for (const output of outputs ? outputs.map((position) => step.outputs[position]) : step.outputs) {
    const facts = context.factsOf(output.key);
    if (facts.materialized.size === 0) continue;
    addCodeReason(reasons, facts, output.codeVersion);
    for (const input of step.inputs) addInputReasons(reasons, context, step, input, facts);
  }
  return reasons;
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

function addInputReasons(
  reasons: PlannedReason[],
  context: PlanningContext,
  step: StepDeclaration,
  input: StepInput,
  facts: AssetFacts,
): void {
  const upstream = context.factsOf(input.key);
  if (upstream.newestChange <= facts.oldestRead) return;
  const changed: number[] = [];
  let changedMs = 0;
  const mapping = context.mapping(step, input);
  for (const index of facts.materialized.indices()) {
    const latestMs = latestChange(upstream, mapping, index, facts.readSeqAt(index));
    if (latestMs === undefined) continue;
    changed.push(index);
    changedMs = Math.max(changedMs, latestMs);
  }
  if (changed.length === 0) return;
  const reason: Reason = { kind: "upstream-changed", asset: input.key, changedMs };
  reasons.push({ reason, subset: subsetOf(changed) });
}

/** When the newest of the upstream partitions that one partition reads changed after it was read. */
function latestChange(
  upstream: AssetFacts,
  mapping: ReturnType<PlanningContext["mapping"]>,
  index: number,
  readSeq: number,
): number | undefined {
  let latestMs: number | undefined;
  mapping.eachUpstreamRange(index, (start, end) => {
    for (let cell = start; cell < end; cell++) {
      if (upstream.changedSeqAt(cell) <= readSeq) continue;
      latestMs = Math.max(latestMs ?? 0, upstream.at(cell)?.changedMs ?? 0);
    }
  });
  return latestMs;
}
