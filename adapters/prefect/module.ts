/** `flows.py`: everything of the user's, and nothing of the machinery. */
import type { Partitions } from "../../src/model/partitions/definition.ts";
import type { ExportedFile, ExportOptions } from "../export.ts";
import { assignment, call, type Expression, list, pairs } from "../python/expression.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";
import { runHooksOf } from "../parts/hooks.ts";
import { type FlowPlan, flowStatement } from "./flows.ts";
import type { StepGraph } from "./graph.ts";
import { limitName } from "./names.ts";
import type { PrefectOptions } from "./options.ts";
import { partitionStatements } from "./partitions.ts";
import { stepStatements } from "./steps.ts";

/** The names that a module may take from elsewhere, by where they are, in the order of import sorters. */
const IMPORTS: readonly (readonly (readonly [module: string, names: readonly string[]])[])[] = [
  [["pathlib", ["Path"]], ["typing", ["Any"]]],
  [
    ["prefect", ["flow", "task"]],
    ["prefect.assets", ["Asset", "AssetProperties", "materialize"]],
    ["prefect.cache_policies", ["NO_CACHE"]],
    ["prefect.states", ["State"]],
    ["prefect.task_runners", ["ThreadPoolTaskRunner"]],
  ],
  [[
    "sluice_prefect",
    [
      "ByDimension",
      "Cells",
      "Dynamic",
      "Every",
      "Job",
      "Last",
      "Names",
      "Overlap",
      "Project",
      "Read",
      "Same",
      "Step",
      "Table",
      "These",
      "Tick",
      "When",
      "Windows",
      "make_when_due",
      "may_retry",
      "name_of_run",
      "require_fresh",
      "run_step",
    ],
  ]],
];

/** The module with the assets, steps and flows. */
export function flowsFile(
  graph: StepGraph,
  plans: readonly FlowPlan[],
  options: ExportOptions,
  settings: PrefectOptions,
): ExportedFile {
  const steps = graph.ordered.map((step) => stepStatements(step, graph, options.name));
  const blocks = [
    [...constantsOf(graph, options, settings), ...partitionStatements(usedPartitions(graph))].join("\n"),
    ...steps.flat(),
    ...plans.map((plan) => flowStatement(plan, graph)),
  ];
  const body = blocks.join("\n\n\n");
  return { path: "flows.py", text: `"""The flows of this project."""\n\n${importsOf(body)}\n\n${body}\n` };
}

function usedPartitions({ ordered, snapshot }: StepGraph): readonly Partitions[] {
  const used = new Set(ordered.map(({ partitions }) => partitions));
  const upstream = snapshot.schedules.map(({ partitions }) => partitions);
  return snapshot.partitions.filter((_, place) => used.has(place) || upstream.includes(place));
}

function constantsOf(
  { snapshot }: StepGraph,
  { command, module, name }: ExportOptions,
  { workers, pools }: PrefectOptions,
): readonly string[] {
  const words = (verb: string): readonly Expression[] => [
    ...command.map(textLiteral),
    textLiteral(verb),
    ...module === undefined ? [] : [`str(HERE / ${textLiteral(module)})`],
  ];
  const isHooked = snapshot.jobs.some((job) => runHooksOf(job).length > 0);
  const used = poolsOf(snapshot.steps.map(({ pool }) => pool));
  const limits = used.map((pool) =>
    [textLiteral(limitName(name, pool)), numberLiteral(pools[pool] ?? 1)] as const
  );
  const projectCall = call("Project", [], {
    workers: "WORKERS",
    pools: pairs(limits),
    hook: isHooked ? "HOOK" : undefined,
  });
  return [
    ...module === undefined ? [] : ["HERE = Path(__file__).resolve().parent"],
    assignment("COMMAND", list(words("step"))),
    ...isHooked ? [assignment("HOOK", list(words("hook")))] : [],
    `WORKERS = ${workers}`,
    assignment("PROJECT", projectCall),
  ];
}

/** The pools that are used, sorted. */
export function poolsOf(pools: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(pools.filter((pool) => pool !== undefined))].sort();
}

/** The imports of what a text uses; what stands in quotes does not count. */
function importsOf(body: string): string {
  const code = body.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  const words = new Set(code.match(/\w+/g));
  return IMPORTS.map((group) =>
    group.flatMap(([module, names]) => {
      const used = names.filter((name) => words.has(name));
      return used.length === 0 ? [] : [importLine(module, used)];
    }).join("\n")
  ).filter((group) => group !== "").join("\n\n");
}

function importLine(module: string, names: readonly string[]): string {
  const line = `from ${module} import ${names.join(", ")}`;
  return line.length <= 88
    ? line
    : `from ${module} import (\n${names.map((name) => `    ${name},\n`).join("")})`;
}
