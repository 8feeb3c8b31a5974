/** What comes behind the steps of a Dag: tasks that undo what a failed run has made, and that call the hooks of its job. */
import { RUN_HOOKS } from "../parts/hooks.ts";
import { call, layOut, list, statement } from "../python/expression.ts";
import { identifierOf } from "../python/identifier.ts";
import { textLiteral } from "../python/literal.ts";
import type { DagPlan, DagStep } from "./dags.ts";
import type { Graph } from "./graph.ts";
import { policyArguments, type TaskContext, taskName } from "./steps.ts";

const ENDED = "sluice_ended";
const VERDICT = "sluice_verdict";
const STARTED = "sluice_started";
const TOLD = "sluice_told";

/** The steps of a Dag that are undone when a run of it fails. */
export function undoneSteps({ steps, compensate }: DagPlan): readonly DagStep[] {
  return compensate === false ? [] : steps.filter(({ step }) => step.undo !== undefined);
}

/** The task that undoes a step. */
export function undoName(name: string): string {
  return identifierOf(`undo ${name}`);
}

/** The tasks, and the order between them; nothing where nothing can be undone and no hook is called. */
export function endLines(plan: DagPlan, context: TaskContext): readonly string[] {
  const undone = undoneSteps(plan);
  const { hooks = [] } = plan.hooked ?? {};
  const isStartTold = hooks.includes(RUN_HOOKS.start);
  const isEndTold = hooks.includes(RUN_HOOKS.end);
  if (undone.length === 0 && !isStartTold && !isEndTold) return [];
  const group = call("TaskGroup", [], {
    group_id: textLiteral(identifierOf("group of ends")),
    group_display_name: textLiteral("ends"),
    prefix_group_id: "False",
  });
  return [
    "",
    layOut(group, 4, "    with ", ":"),
    ...isStartTold ? [hookStatement(STARTED, RUN_HOOKS.start, plan, context)] : [],
    ...undone.length > 0 ? [marker("RunEnded", ENDED, "when all steps are over")] : [],
    ...undone.map((step) => undoStatement(step, context)),
    ...isEndTold ? [hookStatement(TOLD, RUN_HOOKS.end, plan, context)] : [],
    marker("RunVerdict", VERDICT, "whether the run has failed"),
    "",
    ...orderLines(plan, undone, { graph: context.graph, isStartTold, isEndTold }),
  ];
}

function marker(operator: string, id: string, label: string): string {
  const task = call(operator, [], {
    task_id: textLiteral(id),
    task_display_name: textLiteral(label),
    trigger_rule: textLiteral("all_done"),
  });
  return layOut(task, 8, `        ${id} = `, "");
}

function hookStatement(id: string, hook: string, { hooked }: DagPlan, { operator }: TaskContext): string {
  const task = call(operator, [], {
    task_id: textLiteral(id),
    task_display_name: textLiteral(`${hook} of ${hooked?.name ?? ""}`),
    hook: textLiteral(hook),
    job: textLiteral(hooked?.name ?? ""),
    trigger_rule: textLiteral("all_done"),
  });
  return layOut(task, 8, `        ${id} = `, "");
}

function undoStatement({ step }: DagStep, context: TaskContext): string {
  const name = undoName(step.name);
  const task = call(context.operator, [], {
    task_id: textLiteral(name),
    task_display_name: textLiteral(`undo ${step.name}`),
    step: textLiteral(step.name),
    undoes: textLiteral(taskName(step)),
    ...policyArguments(step, context),
    depends_on_past: undefined,
    trigger_rule: textLiteral("all_done"),
  });
  return layOut(task, 8, `        ${name} = `, "");
}

/** All steps come before the end, that before what nothing was made from, and so on against the edges. */
function orderLines(
  plan: DagPlan,
  undone: readonly DagStep[],
  { graph, isStartTold, isEndTold }: {
    readonly graph: Graph;
    readonly isStartTold: boolean;
    readonly isEndTold: boolean;
  },
): readonly string[] {
  const all = plan.steps.map(({ step }) => taskName(step));
  const below = undoneBelow(plan, undone, graph);
  const waitedFor = new Set([...below.values()].flatMap((names) => [...names]));
  const last = undone.map(({ step }) => step.name).filter((name) => !waitedFor.has(name));
  const ends = undone.length > 0 ? last.map(undoName) : all;
  return [
    ...undone.length > 0 ? [waits(ENDED, all)] : [],
    ...undone.map(({ step: { name } }) => {
      const names = [...below.get(name) ?? []];
      return waits(undoName(name), names.length > 0 ? names.map(undoName) : [ENDED]);
    }),
    ...isEndTold ? [waits(TOLD, ends)] : [],
    waits(VERDICT, [...isEndTold ? [TOLD] : ends, ...isStartTold ? [STARTED] : []]),
  ];
}

function waits(task: string, before: readonly string[]): string {
  if (before.length === 1) return `    ${before[0]} >> ${task}`;
  return statement(call("wait_for", [task, list(before)]), 4);
}

/** For each step that is undone those next below it, through whatever lies between. */
function undoneBelow(
  { steps }: DagPlan,
  undone: readonly DagStep[],
  graph: Graph,
): ReadonlyMap<string, ReadonlySet<string>> {
  const isUndone = new Set(undone.map(({ step }) => step.name));
  const readers = new Map<string, string[]>();
  for (const { step } of steps) {
    for (const above of graph.upstreamOf(step)) readers.set(above, [...readers.get(above) ?? [], step.name]);
  }
  return new Map(undone.map(({ step: { name } }) => {
    const found = new Set<string>();
    const seen = new Set<string>();
    const open = [...readers.get(name) ?? []];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      if (isUndone.has(next)) found.add(next);
      else open.push(...readers.get(next) ?? []);
    }
    return [name, found];
  }));
}
