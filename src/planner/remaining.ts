/** What is left to do: recorded plans, read back, less what is over or cannot be made. */
import { SluiceError } from "../model/issue.ts";
import type { StepTable } from "../model/events/step_table.ts";
import { decodeSubset } from "../model/partitions/stored.ts";
import { emptySubset, fullSubset, type Subset, subsetOf } from "../model/partitions/subset.ts";
import type { PlanningContext } from "./context.ts";
import { withReaders } from "./partitions.ts";
import type { PlannedReason, PlannedSet, RunPlan } from "./plan.ts";

/**
 * The plan of a recorded run, against the definitions and partitions of now.
 *
 * @throws {SluiceError} PLAN_OUTDATED when it names steps, outputs or partitions that no longer exist.
 */
export function recordedPlan(context: PlanningContext, table: StepTable, runId: string): RunPlan {
  const { definitions, nowMs } = context;
  const sets = new Map<number, PlannedSet>();
  const outputs = new Map<number, readonly number[]>();
  const reasons = new Map<number, readonly PlannedReason[]>();
  const ranks: number[] = [];
  for (let position = 0; position < table.nodeCount; position++) {
    const node = table.node(position);
    const rank = definitions.stepGraph.rankOf(node.step);
    if (rank === undefined) throw outdated(runId, `there is no ${node.step}`);
    const step = definitions.steps[rank];
    if ((node.partitions.kind === "unit") !== (step.partitions === undefined)) {
      throw outdated(runId, `${node.step} is partitioned in another way`);
    }
    ranks.push(rank);
    if (step.partitions) {
      const space = context.space(step.partitions);
      const { subset, gone } = decodeSubset(node.partitions, space);
      if (gone > 0) throw outdated(runId, `${gone} of the partitions of ${node.step} do not exist`);
      sets.set(rank, { space, subset });
    }
    if (node.outputs.length < step.outputs.length) {
      outputs.set(
        rank,
        step.outputs.flatMap(({ key }, at) => node.outputs.some(({ asset }) => asset === key) ? [at] : []),
      );
    }
    reasons.set(rank, [{ reason: { kind: "resumed", runId }, subset: sets.get(rank)?.subset }]);
  }
  return Object.freeze({
    kind: "run-plan",
    definitions,
    nowMs,
    ranks: Int32Array.from(ranks).sort(),
    sets,
    outputs,
    reasons,
    warnings: [],
  });
}

function outdated(runId: string, what: string): SluiceError {
  return new SluiceError({
    code: "PLAN_OUTDATED",
    message: `The run ${runId} was planned for other definitions: ${what}.`,
    path: ["runs", runId],
    hint: "Plan what is missing instead.",
  });
}

/** What is other in the definitions of now than in those that a run was recorded with. */
export interface StepChanges {
  /** Why what is left cannot be recorded as these steps; undefined when it can. */
  readonly what: string | undefined;
  /** Assets of other code, all of whose steps are over: what they hold was made by an earlier version. */
  readonly earlier: readonly string[];
}

/**
 * Compares the steps of a recorded run with the same plan, compiled now: their numbers mean the same, and where steps are left
 * the code has the version that the record would say it has.
 */
export function changedSteps(
  recorded: StepTable,
  now: StepTable,
  isOver: (step: number) => boolean,
): StepChanges {
  const earlier: string[] = [];
  const given = { what: "its steps are numbered in another way", earlier };
  if (recorded.count !== now.count || recorded.nodeCount !== now.nodeCount) return given;
  for (let position = 0; position < now.nodeCount; position++) {
    const [before, after] = [recorded.node(position), now.node(position)];
    if (before.step !== after.step || before.firstStep !== after.firstStep) return given;
    if (before.stepCount !== after.stepCount || before.chunkSize !== after.chunkSize) return given;
    const last = after.firstStep + after.stepCount;
    let isLeft = false;
    for (let step = after.firstStep; step < last; step++) {
      if (!haveSameKeys(recorded.partitionKeys(step), now.partitionKeys(step))) return given;
      isLeft ||= !isOver(step);
    }
    const other = before.outputs.filter(({ asset, codeVersion }, place) =>
      after.outputs[place]?.asset !== asset || after.outputs[place].codeVersion !== codeVersion
    );
    if (isLeft && other.length > 0) return { what: `the code of ${other[0].asset} has changed`, earlier };
    earlier.push(...other.map(({ asset }) => asset));
  }
  return { what: undefined, earlier };
}

function haveSameKeys(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((key, place) => key === other[place]);
}

/** A plan without the cells that are over, by rank. */
export function withoutCells(plan: RunPlan, over: ReadonlyMap<number, Subset>): RunPlan {
  if (over.size === 0) return plan;
  const sets = new Map<number, PlannedSet>();
  const ranks = plan.ranks.filter((rank) => {
    const cells = over.get(rank);
    const set = plan.sets.get(rank);
    if (!set) return !cells || cells.size === 0;
    const subset = cells ? set.subset.minus(cells) : set.subset;
    if (subset.size > 0) sets.set(rank, { space: set.space, subset });
    return subset.size > 0;
  });
  return Object.freeze({ ...plan, ranks, sets });
}

/** The cells of recorded steps that a test names, by rank: unpartitioned steps have the one cell 0. */
export function cellsOfSteps(
  context: PlanningContext,
  steps: Iterable<{ readonly name: string; readonly partitionKeys: readonly string[] }>,
): ReadonlyMap<number, Subset> {
  const indices = new Map<number, number[]>();
  for (const { name, partitionKeys } of steps) {
    const rank = context.definitions.stepGraph.rankOf(name);
    if (rank === undefined) continue;
    const space = context.space(context.definitions.steps[rank].partitions);
    const cells = partitionKeys.length === 0 ? [0] : partitionKeys.map((key) => space.indexOf(key));
    indices.set(rank, [...indices.get(rank) ?? [], ...cells.filter((cell) => cell >= 0)]);
  }
  return new Map([...indices].map(([rank, cells]) => [rank, subsetOf(cells)]));
}

/** The cells of a plan that are among these or read one of them, directly or through others, by rank. */
export function withDownstream(
  context: PlanningContext,
  plan: RunPlan,
  cells: ReadonlyMap<number, Subset>,
): ReadonlyMap<number, Subset> {
  const reached = new Map(cells);
  for (const rank of plan.ranks) {
    const own = plan.sets.get(rank)?.subset ?? fullSubset(1);
    const before = reached.get(rank) ?? emptySubset();
    const all = withReaders(context, context.definitions.steps[rank], before, reached, own);
    if (all.size > 0) reached.set(rank, all);
  }
  return reached;
}
