/** Flows: of the whole graph, of a backfill, of every job and schedule. */
import type {
  JobSnapshot,
  JsonRecord,
  ScheduleSnapshot,
  Snapshot,
} from "../../src/model/snapshot/snapshot.ts";
import type { RunConcurrency } from "../../src/model/gates/concurrency.ts";
import { call, type Expression, layOut, list, pairs } from "../python/expression.ts";
import { hearsOfSteps, runHooksOf } from "../parts/hooks.ts";
import { shortHash } from "../python/identifier.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../python/literal.ts";
import { type ChosenSteps, type StepGraph, stepsFor } from "./graph.ts";
import { flowNames } from "./names.ts";
import { withoutTemplates } from "./yaml.ts";
import { clockOf, firingRules, tickExpression } from "./schedules.ts";
import type { FiringRule } from "./time/ticks.ts";

/** A flow, and the deployment by which it is run. */
export interface FlowPlan {
  /** The name of the deployment. */
  readonly name: string;
  /** The name of the flow in Prefect. */
  readonly flow: string;
  /** The name of its function. */
  readonly function: string;
  readonly description: string;
  /** What it runs; everything when undefined. */
  readonly steps: ChosenSteps | undefined;
  readonly tick?: Expression;
  readonly config: JsonRecord;
  readonly tags: { readonly [name: string]: string };
  /** What limits its runs; undefined for nothing. */
  readonly concurrency?: RunConcurrency | undefined;
  /** The job that its runs are of, where that has hooks. */
  readonly hooked?: JobSnapshot | undefined;
  /** Whether its runs undo what they have made when they fail. Default true. */
  readonly undoes?: boolean;
  /** The schedules of the deployment. */
  readonly firing?: { readonly rules: readonly FiringRule[]; readonly isActive: boolean };
  /** What it does, where that is not to run its steps. */
  readonly body?: Expression;
  /** Whether the parameter config is of use. Default true. */
  readonly takesConfig?: boolean;
  /** Events of resources that start a run of the deployment. */
  readonly startedBy?: { readonly event: string; readonly resources: readonly string[] };
  /** Whether it takes the ends of a range, and steps, rather than a partition. */
  readonly isBackfill?: boolean;
}

/** The flows of a project. */
export function planFlows(graph: StepGraph, project: string, ticksFromMs: number): readonly FlowPlan[] {
  const { snapshot } = graph;
  const whole: FlowPlan = {
    name: "all",
    flow: `${project}.all`,
    function: "run_all",
    description: "Runs every step.",
    steps: undefined,
    config: {},
    tags: {},
  };
  const jobs = snapshot.jobs.map((job): FlowPlan => ({
    name: job.name,
    ...flowNames(project, "job", job.name),
    description: job.description ?? "",
    steps: stepsFor(job.assets, graph),
    config: job.config,
    tags: job.tags,
    concurrency: job.concurrency,
    hooked: job.hooks && job,
    undoes: job.compensate !== false,
  }));
  const schedules = snapshot.schedules.map((schedule): FlowPlan => {
    const clock = clockOf(schedule, snapshot);
    const rules = firingRules(clock, ticksFromMs);
    const job = snapshot.jobs.find(({ name }) => name === schedule.job);
    return {
      name: schedule.name,
      concurrency: withOverlap(schedule, job?.concurrency),
      hooked: job?.hooks && job,
      undoes: job?.compensate !== false,
      ...flowNames(project, "schedule", schedule.name),
      description: schedule.description ?? "",
      steps: stepsFor(schedule.assets, graph),
      tick: tickExpression(schedule, clock, rules),
      config: schedule.config,
      tags: schedule.tags,
      firing: { rules, isActive: schedule.enabled },
    };
  });
  return [whole, ...isPartitioned(snapshot, undefined) ? [backfillOf(project)] : [], ...jobs, ...schedules];
}

/** The deployment stands for the schedule; of runs that overlap only one says what becomes of them, it or its job. */
function withOverlap(
  { name, overlap }: ScheduleSnapshot,
  own: RunConcurrency | undefined,
): RunConcurrency | undefined {
  if (overlap !== "skip" && overlap !== "queue-one") return own;
  return { ...own, key: name, whenBusy: overlap === "skip" ? "skip" : "queue" };
}

function backfillOf(project: string): FlowPlan {
  return {
    name: "backfill",
    flow: `${project}.backfill`,
    function: "backfill",
    description: "Makes partitions, from the first to the last or those given, upstream first.",
    steps: undefined,
    config: {},
    tags: {},
    isBackfill: true,
  };
}

/** Whether any of the steps has partitions. */
export function isPartitioned({ steps }: Snapshot, chosen: ChosenSteps | undefined): boolean {
  const names = chosen && new Set(chosen.names);
  return steps.some(({ name, kind, partitions }) =>
    kind !== "external" && partitions !== undefined && (names?.has(name) ?? true)
  );
}

/** The function of a flow. */
export function flowStatement(plan: FlowPlan, graph: StepGraph): string {
  const hasPartitions = !plan.body && isPartitioned(graph.snapshot, plan.steps);
  const decorator = call("flow", [], {
    name: textLiteral(plan.flow),
    description: plan.description === "" ? undefined : textLiteral(withoutTemplates(plan.description)),
    version: textLiteral(versionOf(plan, graph)),
    task_runner: call("ThreadPoolTaskRunner", [], { max_workers: "WORKERS" }),
  });
  return [
    layOut(decorator, 0, "@", ""),
    ...headOf(plan.function, parametersOf(plan, hasPartitions)),
    layOut(
      plan.body ?? (plan.isBackfill ? backfillBody() : bodyOf(plan, hasPartitions, isUndoable(graph))),
      4,
      "    return ",
      "",
    ),
  ].join("\n");
}

function headOf(name: string, parameters: readonly string[]): readonly string[] {
  if (parameters.length === 0) return [`def ${name}() -> State:`];
  return [`def ${name}(`, ...parameters.map((parameter) => `    ${parameter},`), ") -> State:"];
}

/** Depends on the steps that a flow runs, with all that the snapshot says of them. */
function versionOf(plan: FlowPlan, { snapshot, ordered }: StepGraph): string {
  const names = plan.steps && new Set(plan.steps.names);
  const steps = ordered.filter(({ name }) => names?.has(name) ?? true);
  return shortHash(
    JSON.stringify([steps, names ? [] : snapshot.assets.map(({ codeVersion }) => codeVersion ?? "")]),
  );
}

function parametersOf(
  { isBackfill, steps, takesConfig = true }: FlowPlan,
  hasPartitions: boolean,
): readonly string[] {
  const config = "config: dict[str, Any] | None = None";
  const size = "partitions_per_task: int | None = None";
  if (isBackfill) {
    return [
      "first: str | None = None",
      "last: str | None = None",
      "partitions: list[str] | None = None",
      "steps: list[str] | None = None",
      config,
      size,
    ];
  }
  if (!takesConfig) return [];
  const own = steps === undefined ? ["steps: list[str] | None = None"] : [];
  return hasPartitions
    ? ["partition: str | list[str] | None = None", ...own, config, size]
    : [...own, config];
}

function bodyOf(plan: FlowPlan, hasPartitions: boolean, isUndoable: boolean): Expression {
  const { steps, tick, config, tags, concurrency, hooked, undoes = true } = plan;
  return call("PROJECT.run", [steps ? list(steps.names.map(textLiteral)) : "steps"], {
    partition: hasPartitions ? "partition" : undefined,
    tick,
    defaults: Object.keys(config).length === 0 ? undefined : jsonExpression(config),
    config: "config",
    outputs: steps && steps.outputs.size > 0
      ? pairs([...steps.outputs].map(([step, keys]) => [textLiteral(step), list(keys.map(textLiteral))]))
      : undefined,
    tags: Object.keys(tags).length === 0 ? undefined : jsonExpression(tags),
    partitions_per_task: hasPartitions ? "partitions_per_task" : undefined,
    workers: concurrency?.steps === undefined ? undefined : numberLiteral(concurrency.steps),
    job: hooked && jobExpression(hooked),
    undoes: undoes || !isUndoable ? undefined : "False",
  });
}

/** What a flow is told of its job: its name, and what of its hooks is to be called. */
function jobExpression(job: JobSnapshot): Expression {
  const hooks = runHooksOf(job);
  return call("Job", [textLiteral(job.name)], {
    hooks: hooks.length > 0 ? list(hooks.map(textLiteral)) : undefined,
    hears_of_steps: hearsOfSteps(job) ? "True" : undefined,
  });
}

function isUndoable({ ordered }: StepGraph): boolean {
  return ordered.some(({ undo }) => undo !== undefined);
}

function backfillBody(): Expression {
  return call("PROJECT.backfill", ["first", "last", "partitions"], {
    steps: "steps",
    config: "config",
    partitions_per_task: "partitions_per_task",
  });
}
