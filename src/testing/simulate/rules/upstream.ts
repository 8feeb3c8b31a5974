/** Which steps of a run must be over before another one begins, from what is declared and from what was compiled. */
import type { Definitions } from "../../../model/definitions.ts";
import type { StepTable } from "../../../model/events/step_table.ts";
import type { StepGraph } from "../../../planner/steps/table.ts";

/** A step upstream of another. */
export interface Upstream {
  readonly step: number;
  /** Whether a value of it is read as a whole, so that the other step cannot run without it. */
  readonly isRead: boolean;
}

/** The steps upstream of one. */
export function upstreamOf(table: StepTable, definitions: Definitions, step: number): readonly Upstream[] {
  const found = new Map<number, boolean>();
  if (isCompiled(table)) { for (const other of compiledUpstream(table, step)) found.set(other, false); }
  for (const { step: other, isRead } of declaredUpstream(table, definitions, step)) {
    found.set(other, isRead || (found.get(other) ?? false));
  }
  return Array.from(found, ([other, isRead]) => ({ step: other, isRead }));
}

/** A table that a run was begun with, and not one that was read back. */
function isCompiled(table: StepTable): table is StepGraph {
  return "parents" in table && "size" in table;
}

/** Along the edges of the graph, through what stands for many edges at once. */
function compiledUpstream({ parents, count }: StepGraph, step: number): ReadonlySet<number> {
  const found = new Set<number>();
  const waiting = [step];
  const seen = new Set<number>(waiting);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (let edge = parents.offsets[next]; edge < parents.offsets[next + 1]; edge++) {
      const parent = parents.targets[edge];
      if (seen.has(parent)) continue;
      seen.add(parent);
      if (parent < count) found.add(parent);
      else waiting.push(parent);
    }
  }
  return found;
}

/** By the declarations alone, where neither side has partitions: what the compiler of steps made of them is not asked. */
function declaredUpstream(table: StepTable, definitions: Definitions, step: number): readonly Upstream[] {
  const { stepGraph, steps, graph, stepOfAsset } = definitions;
  const stepByName = new Map<string, number>();
  for (let position = 0; position < table.nodeCount; position++) {
    const node = table.node(position);
    if (node.partitions.kind === "unit") stepByName.set(node.step, node.firstStep);
  }
  const { step: name, partitions } = table.node(table.nodeOf(step));
  const rank = stepGraph.rankOf(name);
  if (rank === undefined || partitions.kind !== "unit") return [];
  return steps[rank].inputs.flatMap(({ key, name: readAs, optional }) => {
    const maker = steps[stepOfAsset[graph.rankOf(key) as number]];
    const other = stepByName.get(maker.name);
    if (other === undefined || other === step) return [];
    return [{ step: other, isRead: readAs !== undefined && !optional && maker.kind === "asset" }];
  });
}
