/** Which assets are made by themselves, and when: the Dags that follow assets. */
import type { AutomationCondition, CronCondition } from "../../src/model/automation/condition.ts";
import type { InputSnapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import type { Graph } from "./graph.ts";

/** When a Dag follows assets: after any of them was updated, or after all were. */
export type Follows = "any" | "all";

/** Steps that run together because the same assets were updated. */
export interface Automation {
  /** Its name: that of its first step. */
  readonly name: string;
  /** What is made. */
  readonly assets: readonly string[];
  /** The place of their partition definition. */
  readonly partitions: number | undefined;
  /** The inputs from elsewhere that are followed. */
  readonly triggers: readonly InputSnapshot[];
  /** Whether one update is enough. */
  readonly follows: Follows;
  /** The ticks of a condition on a cron, of assets that follow nothing. */
  readonly cron?: { readonly cron: string; readonly timezone: string };
  /** Whether the windows of the definition are followed: a missing asset that follows nothing. */
  readonly byWindows: boolean;
}

/** A condition that Airflow can follow. */
type Known = { readonly kind: "eager" | "on-missing" } | CronCondition & { readonly kind: "on-cron" };

/** What makes a step run by itself; undefined for nothing, and for conditions of one's own. */
export function conditionOf(graph: Graph, { outputs }: StepSnapshot): Known | undefined {
  for (const { key } of outputs) {
    const { automation } = graph.asset(key);
    if (automation && isKnown(automation)) return automation;
  }
  return undefined;
}

function isKnown(condition: AutomationCondition): condition is AutomationCondition & Known {
  return condition.kind === "eager" || condition.kind === "on-missing" || condition.kind === "on-cron";
}

/**
 * Groups the steps that run by themselves. Steps with one definition whose updates come in the end from the same assets
 * are one Dag, in which they keep their order; a step that follows more than these is a Dag of its own.
 *
 * @param others The steps of the other Dags. A step that is in each of those that make what it follows is not repeated.
 */
export function planAutomations(
  graph: Graph,
  others: readonly (readonly StepSnapshot[])[],
): readonly Automation[] {
  const makers = makersOf(others);
  const roots = new Map<string, readonly string[]>();
  const groups = new Map<string, StepSnapshot[]>();
  for (const step of graph.sorted(graph.snapshot.steps)) {
    const condition = conditionOf(graph, step);
    const inputs = followed(graph, step);
    if (!condition || inputs.length > 0 && isCarried(step, inputs, makers)) continue;
    const keys = inputs.flatMap(({ key }) =>
      isAlike(graph, step, key) && roots.get(graph.asset(key).step) || [key]
    );
    roots.set(step.name, [...new Set(keys)].sort());
    const follows = condition.kind === "eager" ? "any" : "all";
    const place = inputs.length === 0
      ? step.name
      : JSON.stringify([follows, step.partitions, roots.get(step.name)]);
    groups.set(place, [...groups.get(place) ?? [], step]);
  }
  return [...groups.values()].flatMap((steps) => automationOf(graph, steps));
}

/** What is followed: every input but the step's own earlier windows. */
function followed(graph: Graph, { name, inputs }: StepSnapshot): readonly InputSnapshot[] {
  return inputs.filter(({ key }) => graph.asset(key).step !== name);
}

/** Whether the maker of an input has the partitions of the step. */
function isAlike(graph: Graph, { partitions }: StepSnapshot, key: string): boolean {
  return graph.step(graph.asset(key).step).partitions === partitions;
}

/** The places of the Dags that hold each step. */
function makersOf(dags: readonly (readonly StepSnapshot[])[]): ReadonlyMap<string, ReadonlySet<number>> {
  const makers = new Map<string, Set<number>>();
  dags.forEach((steps, place) => {
    for (const { name, outputs } of steps) {
      for (const key of [name, ...outputs.map((output) => output.key)]) {
        makers.set(key, (makers.get(key) ?? new Set()).add(place));
      }
    }
  });
  return makers;
}

/** Whether every Dag that makes what a step follows has the step in it, and there is such a Dag for all of it. */
function isCarried(
  { name }: StepSnapshot,
  inputs: readonly InputSnapshot[],
  makers: ReadonlyMap<string, ReadonlySet<number>>,
): boolean {
  const mine = makers.get(name);
  return mine !== undefined && inputs.every(({ key }) => {
    const theirs = makers.get(key);
    return theirs !== undefined && [...theirs].every((place) => mine.has(place));
  });
}

function automationOf(graph: Graph, steps: readonly StepSnapshot[]): readonly Automation[] {
  const [first] = steps;
  const condition = conditionOf(graph, first) as Known;
  const inside = new Set(steps.map(({ name }) => name));
  const triggers = new Map<string, InputSnapshot>();
  for (const step of steps) {
    for (const input of followed(graph, step)) {
      if (!inside.has(graph.asset(input.key).step)) triggers.set(input.key, input);
    }
  }
  const isAlone = triggers.size === 0;
  if (isAlone && condition.kind === "eager") return [];
  return [{
    name: first.name,
    assets: steps.flatMap(({ outputs }) => outputs.map(({ key }) => key)),
    partitions: first.partitions,
    triggers: [...triggers.values()],
    follows: condition.kind === "eager" ? "any" : "all",
    ...(isAlone && condition.kind === "on-cron" &&
      { cron: { cron: condition.cron, timezone: condition.timezone } }),
    byWindows: isAlone && condition.kind === "on-missing",
  }];
}
