/** One Dag as a Python file. */
import { createHash } from "node:crypto";
import type { Partitions } from "../../src/model/partitions/definition.ts";
import type { Json } from "../../src/model/snapshot/snapshot.ts";
import type { ExportOptions } from "../export.ts";
import {
  assignment,
  call,
  type Expression,
  layOut,
  LINE,
  list,
  pairs,
  statement,
} from "../python/expression.ts";
import { hearsOfSteps } from "../parts/hooks.ts";
import { identifierOf } from "../python/identifier.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../python/literal.ts";
import { assetStatement } from "./assets.ts";
import type { DagPlan, DagStep } from "./dags.ts";
import type { Graph } from "./graph.ts";
import type { AirflowOptions } from "./options.ts";
import { type TaskContext, taskName, taskStatement, weightOf } from "./steps.ts";
import { modulesOf, type Timing } from "./time/timetables.ts";
import { endLines } from "./ends.ts";

/** What a file is made from. */
export interface FileContext {
  readonly graph: Graph;
  readonly exported: ExportOptions;
  readonly options: AirflowOptions;
  /** The module of the helper that has the operator, and the one with everything else. */
  readonly operator: { readonly name: string; readonly module: string };
  readonly helper: string;
}

const HEADER = '"""A Dag of Sluice. Change the definitions, and export again."""';
const LONGEST_TAG = 100;
/** From so many tasks on the size of a Dag shows. */
export const MANY_TASKS: number = 2_000;
const HELPED: readonly string[] = [
  "AllWindows",
  "Cells",
  "DueWindow",
  "IntervalStart",
  "Keys",
  "LastWindow",
  "RunEnded",
  "RunKey",
  "RunVerdict",
  "StepRetry",
  "WindowKey",
  "wait_for",
];

/** The text of a Dag's file. */
export function dagFile(plan: DagPlan, timing: Timing, context: FileContext): string {
  const constants = constantLines(plan, timing, context);
  const tasks = taskLines(plan, context);
  const dag = (hash: string) => layOut(dagCall(plan, timing, context, hash), 0, "with ", ":");
  const hash = createHash("sha256").update([...constants, dag(""), ...tasks].join("\n"), "utf8").digest(
    "hex",
  );
  const body = [...constants, dag(hash.slice(0, 16)), ...tasks].join("\n");
  const lines = [...importLines(body, context), "", body].join("\n");
  const isLong = lines.split("\n").some((line) => line.length > LINE);
  return [HEADER, ...isLong ? ["# ruff: noqa: E501"] : [], "", lines, ""].join("\n");
}

function constantLines(plan: DagPlan, timing: Timing, { graph }: FileContext): readonly string[] {
  const keys = new Set([...assetsOf(plan), ...timing.follows]);
  const assets = graph.snapshot.assets.filter(({ key }) => keys.has(key)).map(assetStatement);
  const partition = timing.partition ? [assignment("PARTITION", timing.partition)] : [];
  const lines = [...assets, ...partition];
  return lines.length > 0 ? [...lines, ""] : [];
}

function assetsOf({ steps }: DagPlan): readonly string[] {
  return steps.flatMap(({ step, outputs }) => [
    ...outputs ?? step.outputs.map(({ key }) => key),
    ...step.check ? [step.check.asset] : step.inputs.map(({ key }) => key),
  ]);
}

function dagCall(plan: DagPlan, timing: Timing, context: FileContext, hash: string): Expression {
  const { description, isPaused, steps, concurrency } = plan;
  const params = paramsOf(plan, context.graph);
  const readsItself = steps.some(({ step }) =>
    step.inputs.some(({ key }) => context.graph.asset(key).step === step.name)
  );
  return call("DAG", [], {
    dag_id: textLiteral(plan.id),
    description: description === undefined ? undefined : textLiteral(description),
    doc_md: textLiteral(documentation(hash, context.options)),
    ...timing.named,
    max_active_runs: readsItself ? "1" : activeRunsOf(plan),
    max_active_tasks: concurrency?.steps === undefined ? undefined : numberLiteral(concurrency.steps),
    is_paused_upon_creation: isPaused ? "True" : "False",
    tags: tagsOf(plan, context),
    params: params.length > 0 ? pairs(params) : undefined,
    default_args: defaultsOf(plan, context),
  });
}

/** A Dag stands for its key, which no other Dag counts for; without one its schedule may let runs wait. */
function activeRunsOf({ concurrency: { key, limit = 1 } = {}, origin }: DagPlan): Expression | undefined {
  if (key !== undefined) return numberLiteral(limit);
  const waits = origin.kind === "schedule" && origin.schedule.overlap === "queue-one";
  return waits ? numberLiteral(1) : undefined;
}

/** Tells Airflow that something changed, also where only the arguments of a task did. It does not end like a file. */
function documentation(hash: string, { codeHash }: AirflowOptions): string {
  const code = codeHash === undefined ? "" : `\n\nCode: ${codeHash}`;
  return `Exported from Sluice.${code}\n\nDefinitions: ${hash}`;
}

function tagsOf({ tags }: DagPlan, { exported }: FileContext): Expression {
  const own = Object.entries(tags).map(([name, value]) => value === "" ? name : `${name}:${value}`);
  const all = [exported.name, ...own].map((tag) => [...tag].slice(0, LONGEST_TAG).join(""));
  return list([...new Set(all)].map(textLiteral));
}

const ANY_JSON = list(["null", "object", "array", "string", "number", "boolean"].map(textLiteral));

/** The partitions of a run, the keys that only whoever starts it knows, and the config of each step that takes one. */
function paramsOf({ steps, config }: DagPlan, graph: Graph): readonly (readonly [string, Expression])[] {
  const partitions = steps.some(({ step }) => step.partitions !== undefined)
    ? [
      [
        textLiteral("partitions"),
        call("Param", ["None"], {
          type: list(["null", "string", "array", "object"].map(textLiteral)),
          description: textLiteral("One key, a list, or {start, end}. Default: the run's."),
        }),
      ] as const,
    ]
    : [];
  const readsDynamic = steps.some(({ step }) => step.inputs.some(({ key }) => isDynamic(graph, key)));
  const dynamic = readsDynamic
    ? [
      [
        textLiteral("dynamicKeys"),
        call("Param", ["None"], {
          type: list(["null", "object"].map(textLiteral)),
          description: textLiteral("Lists of keys by the name of their definition."),
        }),
      ] as const,
    ]
    : [];
  const configs = steps.filter(({ step }) => step.takesConfig).map(({ step: { name } }) => {
    const value: Json = Object.hasOwn(config, name) ? config[name] : null;
    return [
      textLiteral(`config.${name}`),
      call("Param", [jsonExpression(value)], { type: ANY_JSON }),
    ] as const;
  });
  return [...partitions, ...dynamic, ...configs];
}

/** Whether the keys of an asset are known at run time only. */
function isDynamic(graph: Graph, key: string): boolean {
  const place = graph.asset(key).partitions;
  const partitions = place === undefined ? undefined : graph.snapshot.partitions[place];
  if (partitions?.kind !== "multi") return partitions?.kind === "dynamic";
  return Object.values(partitions.dimensions).some(({ kind }) => kind === "dynamic");
}

/** Written out, so that no default of a cluster changes what a Dag does. */
function defaultsOf(
  { tags, hooked, priority = 0 }: DagPlan,
  { exported, options }: FileContext,
): Expression {
  const { command, module } = exported;
  const { cwd, image, env, runner } = options;
  const entries: (readonly [string, Expression | undefined])[] = [
    ["command", list(command.map(textLiteral))],
    ["module", module === undefined ? undefined : textLiteral(module)],
    ["cwd", cwd === undefined || runner !== "process" ? undefined : textLiteral(cwd)],
    ["image", image === undefined || runner === "process" ? undefined : textLiteral(image)],
    ["env", Object.keys(env).length > 0 ? jsonExpression(env) : undefined],
    ["run_tags", Object.keys(tags).length > 0 ? jsonExpression(tags) : undefined],
    ["job", hooked && hearsOfSteps(hooked) ? textLiteral(hooked.name) : undefined],
    ["retries", "0"],
    ["priority_weight", numberLiteral(weightOf(priority, 0))],
    ["weight_rule", textLiteral("absolute")],
  ];
  return pairs(
    entries.flatMap(([name, value]) => value === undefined ? [] : [[textLiteral(name), value] as const]),
  );
}

/** Tasks by group, then the order between them. */
function taskLines(plan: DagPlan, { graph, options, operator }: FileContext): readonly string[] {
  const { steps, priority = 0 } = plan;
  const { snapshot } = graph;
  const common = {
    graph,
    level: options.level,
    priority,
    operator: operator.name,
    leavesOut: false,
    isContained: options.runner !== "process",
  };
  const groups = Map.groupBy(steps, (step) => groupOf(step, graph));
  const of = (inside: readonly DagStep[], indent: number) =>
    inside.map((step) => {
      const place = step.step.partitions;
      const partitions = place === undefined ? undefined : snapshot.partitions[place];
      const leavesOut = partitions !== undefined && hasExclusions(partitions);
      const context: TaskContext = { ...common, leavesOut };
      return taskStatement(step, indent, context);
    });
  const isFlat = groups.size === 1 && groups.has("default");
  const lines = [...groups].flatMap(([group, inside]) =>
    group === "default" || isFlat ? of(inside, 4) : [groupLine(group), ...of(inside, 8)]
  );
  return [...lines, ...edgeLines(steps, graph), ...endLines(plan, common)];
}

/** Whether windows are left out, which Airflow's clock does not know of. */
function hasExclusions(partitions: Partitions): boolean {
  if (partitions.kind === "multi") return Object.values(partitions.dimensions).some(hasExclusions);
  return partitions.kind === "time" && partitions.exclusions.length > 0;
}

function groupOf({ step: { outputs, check } }: DagStep, graph: Graph): string {
  return graph.asset(check?.asset ?? outputs[0].key).group;
}

function groupLine(group: string): string {
  const taskGroup = call("TaskGroup", [], {
    group_id: textLiteral(identifierOf(`group ${group}`)),
    group_display_name: textLiteral(group),
    prefix_group_id: "False",
  });
  return layOut(taskGroup, 4, "    with ", ":");
}

function edgeLines(steps: readonly DagStep[], graph: Graph): readonly string[] {
  const inside = new Set(steps.map(({ step }) => step.name));
  const lines = steps.flatMap(({ step }) => {
    const before = [...graph.upstreamOf(step)].filter((name) => inside.has(name)).map((name) =>
      taskName(graph.step(name))
    );
    return before.length === 0 ? [] : [edgeLine(before, taskName(step), steps.length > MANY_TASKS)];
  });
  return lines.length > 0 ? ["", ...lines] : [];
}

/** Airflow looks at all tasks of a Dag for each arrow: with many of them the helper draws these. */
function edgeLine(before: readonly string[], task: string, isLarge: boolean): string {
  if (isLarge) return statement(call("wait_for", [task, list(before)]), 4);
  if (before.length === 1) return `    ${before[0]} >> ${task}`;
  return layOut(list(before), 4, `    ${task} << `, "");
}

/** Imports of what the text uses, sorted as Python's linters sort them. */
function importLines(text: string, { operator, helper, options }: FileContext): readonly string[] {
  const used = usedNames(text);
  const modules = new Map<string, string[]>();
  const add = (module: string, name: string) => modules.set(module, [...modules.get(module) ?? [], name]);
  for (const [name, module] of modulesOf(options.level)) if (used.has(name)) add(module, name);
  for (const name of HELPED) if (used.has(name)) add(helper, name);
  add(operator.module, operator.name);
  const sections = [["datetime", "zoneinfo"], ["airflow."], ["_sluice"]].map((starts) =>
    [...modules.keys()].filter((module) => starts.some((start) => module.startsWith(start))).sort()
  );
  return sections.filter((section) => section.length > 0).flatMap((section, place) => [
    ...place > 0 ? [""] : [],
    ...section.map((module) => importLine(module, modules.get(module) ?? [])),
  ]);
}

/** Python's linters put names in capitals first. */
function importLine(module: string, names: readonly string[]): string {
  const isConstant = (name: string) => name === name.toUpperCase();
  const sorted = names.toSorted((a, b) => Number(isConstant(b)) - Number(isConstant(a)) || (a < b ? -1 : 1));
  const line = `from ${module} import ${sorted.join(", ")}`;
  if (line.length <= LINE) return line;
  return [`from ${module} import (`, ...sorted.map((name) => `    ${name},`), ")"].join("\n");
}

/** The names that stand outside of string literals. */
function usedNames(text: string): ReadonlySet<string> {
  const code = text.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');
  return new Set(code.match(/(?<![\w.])[A-Za-z]\w*/g));
}
