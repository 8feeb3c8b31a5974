/** Steps as tasks. */
import type { RetryPolicy } from "../../src/model/policy.ts";
import type { StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import { call, type Expression, layOut, list, type NamedArguments } from "../python/expression.ts";
import { identifierOf } from "../python/identifier.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";
import { assetName } from "./assets.ts";
import type { DagStep } from "./dags.ts";
import type { Graph } from "./graph.ts";
import { RUNTIME_KEYS } from "./options.ts";

/** What tasks of one Dag have in common. */
export interface TaskContext {
  readonly graph: Graph;
  readonly level: number;
  /** Whether each task is a container, which can be held to a cap on memory. */
  readonly isContained: boolean;
  /** The class of the tasks. */
  readonly operator: string;
  /** The priority of the job. */
  readonly priority: number;
  /** Whether the definitions leave windows out that Airflow's clock does not. */
  readonly leavesOut: boolean;
}

/** A process that does not answer is ended this long after the step's own time limit. */
const SLACK_MS = 30_000;
/** Airflow keeps weights as 32 bits. */
const HEAVIEST = 2 ** 31 - 1;
/** A job's priority outweighs that of steps up to half of this. */
const JOB_WEIGHT = 1_000;

/** The variable and the id of a task. */
export function taskName({ name }: StepSnapshot): string {
  return identifierOf(name);
}

/** A step as a statement. */
export function taskStatement({ step, outputs }: DagStep, indent: number, context: TaskContext): string {
  const { graph, operator, leavesOut } = context;
  const keys = outputs ?? step.outputs.map(({ key }) => key);
  const inlets = [...new Set(step.check ? [step.check.asset] : step.inputs.map(({ key }) => key))];
  const isPartitioned = step.partitions !== undefined;
  const task = call(operator, [], {
    task_id: textLiteral(taskName(step)),
    task_display_name: textLiteral(step.name),
    step: textLiteral(step.name),
    outputs: outputs && list(outputs.map(textLiteral)),
    partition: isPartitioned ? "PARTITION" : undefined,
    leaves_out: isPartitioned && leavesOut ? "True" : undefined,
    takes_config: step.takesConfig ? "True" : undefined,
    inlets: inlets.length > 0 ? list(inlets.map(assetName)) : undefined,
    outlets: keys.length > 0 ? list(keys.map(assetName)) : undefined,
    ...policyArguments(step, context),
    owner: ownersOf(step, graph),
    doc_md: documentationOf(step, graph),
  });
  const before = " ".repeat(indent);
  return layOut(task, indent, `${before}${taskName(step)} = `, "");
}

/** The weight of a task: that of the job counts first. */
export function weightOf(ofJob: number, ofStep: number): number {
  return Math.max(-HEAVIEST, Math.min(HEAVIEST, Math.trunc(ofJob) * JOB_WEIGHT + Math.trunc(ofStep)));
}

/** How a task is tried again, how long it may take, and what it waits for. */
export function policyArguments(
  step: StepSnapshot,
  { level, priority: ofJob, isContained }: TaskContext,
): NamedArguments {
  const { pool, priority, timeoutMs, triggerRule, dependsOnPast, memoryMb } = step;
  const weight = weightOf(ofJob, priority);
  return {
    ...retryArguments(step.retry, level),
    execution_timeout: timeoutMs === undefined ? undefined : duration(timeoutMs + SLACK_MS),
    memory_mb: memoryMb === undefined || !isContained ? undefined : numberLiteral(memoryMb),
    pool: pool === undefined ? undefined : textLiteral(pool),
    priority_weight: weight === weightOf(ofJob, 0) ? undefined : numberLiteral(weight),
    depends_on_past: dependsOnPast ? "True" : undefined,
    trigger_rule: triggerRule === undefined ? undefined : textLiteral(triggerRule),
  };
}

/**
 * From Airflow 3.3 on the step says how long to wait; before, Airflow's own growth comes nearest. A policy that asks for
 * Airflow's arithmetic leaves it to Airflow.
 */
function retryArguments(retry: RetryPolicy | undefined, level: number): NamedArguments {
  if (!retry || retry.maxRetries === 0) return {};
  const { maxRetries, delayMs = 0, backoff = "constant", maxDelayMs, airflow = {} } = retry;
  const cappedMs = backoff === "constant" ? Math.min(delayMs, maxDelayMs ?? delayMs) : delayMs;
  const isOwn = backoff === "airflow";
  const grows = isOwn || backoff !== "constant" && level < RUNTIME_KEYS;
  const { multiplier = 2 } = airflow;
  return {
    retries: numberLiteral(maxRetries),
    retry_delay: duration(cappedMs),
    retry_exponential_backoff: !grows ? undefined : multiplier === 2 ? "True" : numberLiteral(multiplier),
    max_retry_delay: grows && maxDelayMs !== undefined ? duration(maxDelayMs) : undefined,
    retry_policy: level >= RUNTIME_KEYS && !isOwn ? call("StepRetry", []) : undefined,
  };
}

/** A duration in the largest unit in which it is a whole number. */
export function duration(ms: number): Expression {
  for (const [unit, size] of [["hours", 3_600_000], ["minutes", 60_000], ["seconds", 1000]] as const) {
    if (ms > 0 && ms % size === 0) return call("timedelta", [], { [unit]: numberLiteral(ms / size) });
  }
  return call("timedelta", [], { [ms === 0 ? "seconds" : "milliseconds"]: numberLiteral(ms) });
}

function ownersOf({ outputs }: StepSnapshot, graph: Graph): Expression | undefined {
  const owners = [...new Set(outputs.flatMap(({ key }) => graph.asset(key).owners))];
  return owners.length > 0 ? textLiteral(owners.join(", ")) : undefined;
}

function documentationOf({ outputs, check }: StepSnapshot, graph: Graph): Expression | undefined {
  const texts = check ? [check.description] : outputs.map(({ key }) => graph.asset(key).description);
  const told = texts.filter((text) => text !== undefined && text !== "");
  return told.length > 0 ? textLiteral(told.join("\n\n")) : undefined;
}
