/** Steps as tasks: one function each, and what it waits for. */
import { isStrictlyEarlier } from "../../src/model/partitions/earlier.ts";
import type { Mapping } from "../../src/model/partitions/mapping.ts";
import { retryDelayMs, type RetryPolicy } from "../../src/model/policy.ts";
import type { AssetSnapshot, InputSnapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";
import { call, type Expression, layOut, list, name, pairs, statement, tuple } from "../python/expression.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../python/literal.ts";
import type { StepGraph } from "./graph.ts";
import { ruleOf } from "./mappings.ts";
import { assetKey, limitName, partitionsName, stepName, undoName } from "./names.ts";

/** The longest description of an asset that Prefect takes. */
export const LONGEST_DESCRIPTION = 2_500;
/** The most delays that Prefect takes; later retries wait as long as the last. */
const MOST_DELAYS = 50;

/** The function of a step, and the statement that adds it to the project. */
export function stepStatements(step: StepSnapshot, graph: StepGraph, project: string): readonly string[] {
  const assets = step.outputs.map(({ key }) => assetOf(key, graph));
  const decorator = assets.length > 0
    ? call("materialize", assets.map(assetExpression), taskArguments(step, assets))
    : call("task", [], taskArguments(step, assets));
  const body = call("run_step", ["request"], {
    command: "COMMAND",
    pool: step.pool === undefined ? undefined : textLiteral(limitName(project, step.pool)),
    timeout_seconds: step.timeoutMs === undefined ? undefined : numberLiteral(step.timeoutMs / 1000),
    metadata: metadataOf(assets),
  });
  const definition = [
    layOut(decorator, 0, "@", ""),
    `def ${stepName(step.name)}(request: dict[str, Any]) -> State:`,
    layOut(body, 4, "    return ", ""),
  ].join("\n");
  return [
    definition,
    ...step.undo === undefined ? [] : [undoStatement(step, project)],
    statement(call("PROJECT.add", [stepExpression(step, graph, project)])),
  ];
}

/** The function that undoes a step: a task that claims no asset, tried again as often as the step. */
function undoStatement(step: StepSnapshot, project: string): string {
  const { retry, pool, timeoutMs } = step;
  const decorator = call("task", [], {
    name: textLiteral(`undo ${step.name}`),
    cache_policy: "NO_CACHE",
    task_run_name: "name_of_run",
    ...retryArguments(retry),
  });
  const body = call("run_step", ["request"], {
    command: "COMMAND",
    pool: pool === undefined ? undefined : textLiteral(limitName(project, pool)),
    timeout_seconds: timeoutMs === undefined ? undefined : numberLiteral(timeoutMs / 1000),
  });
  return [
    layOut(decorator, 0, "@", ""),
    `def ${undoName(step.name)}(request: dict[str, Any]) -> State:`,
    layOut(body, 4, "    return ", ""),
  ].join("\n");
}

function retryArguments(retry: RetryPolicy | undefined) {
  return {
    ...retry && retry.maxRetries > 0 && {
      retries: numberLiteral(retry.maxRetries),
      retry_delay_seconds: delaysOf(retry),
      retry_condition_fn: "may_retry",
    },
  };
}

function assetOf(key: string, { assets }: StepGraph): AssetSnapshot {
  return assets.get(key) as AssetSnapshot;
}

function assetExpression({ key, description, owners }: AssetSnapshot): Expression {
  const properties = description === undefined && owners.length === 0
    ? undefined
    : call("AssetProperties", [], {
      name: textLiteral(key),
      description: description === undefined ? undefined : textLiteral(shortened(description)),
      owners: owners.length === 0 ? undefined : list(owners.map(textLiteral)),
    });
  return call("Asset", [], { key: textLiteral(assetKey(key)), properties });
}

function shortened(description: string): string {
  return [...description].slice(0, LONGEST_DESCRIPTION).join("");
}

function taskArguments(step: StepSnapshot, assets: readonly AssetSnapshot[]) {
  const { retry } = step;
  const read = assets.length === 0 ? [] : step.inputs.filter(({ key }) => !isOwn(step, key));
  const tags = tagsOf(assets);
  const description = step.check?.description ?? (assets.length === 1 ? assets[0].description : undefined);
  const version = versionOf(assets);
  return {
    name: textLiteral(step.name),
    description: description === undefined ? undefined : textLiteral(description),
    tags: tags.length === 0 ? undefined : list(tags.map(textLiteral)),
    version: version === undefined ? undefined : textLiteral(version),
    asset_deps: read.length === 0
      ? undefined
      : list([...new Set(read.map(({ key }) => key))].map((key) => textLiteral(assetKey(key)))),
    cache_policy: "NO_CACHE",
    task_run_name: "name_of_run",
    ...retryArguments(retry),
  };
}

function tagsOf(assets: readonly AssetSnapshot[]): readonly string[] {
  const tags = assets.flatMap(({ group, kinds, tags }) => [
    ...group === "default" ? [] : [`group=${group}`],
    ...kinds.map((kind) => `kind=${kind}`),
    ...Object.entries(tags).map(([tag, value]) => value === "" ? tag : `${tag}=${value}`),
  ]);
  return [...new Set(tags)];
}

function versionOf(assets: readonly AssetSnapshot[]): string | undefined {
  const versions = assets.filter(({ codeVersion }) => codeVersion !== undefined);
  if (versions.length === 0) return undefined;
  if (assets.length === 1) return versions[0].codeVersion;
  return JSON.stringify(Object.fromEntries(versions.map(({ key, codeVersion }) => [key, codeVersion])));
}

/** The shortest delays that the policy can mean. What a random draw adds, the step says and the helper waits. */
function delaysOf(retry: RetryPolicy): Expression | undefined {
  const shortest = { random: () => 0 };
  const seconds = Array.from(
    { length: Math.min(retry.maxRetries, MOST_DELAYS) },
    (_, index) => retryDelayMs(retry, index + 1, shortest) / 1000,
  );
  if (seconds.every((delay) => delay === seconds[0])) {
    return seconds[0] === 0 ? undefined : numberLiteral(seconds[0]);
  }
  return list(seconds.map(numberLiteral));
}

function metadataOf(assets: readonly AssetSnapshot[]): Expression | undefined {
  const told = assets.filter(({ metadata }) => Object.keys(metadata).length > 0);
  if (told.length === 0) return undefined;
  return pairs(told.map(({ key, metadata }) => [textLiteral(key), jsonExpression(metadata)]));
}

function stepExpression(step: StepSnapshot, graph: StepGraph, project: string): Expression {
  const { partitions } = graph.snapshot;
  const reads = readsOf(step, graph);
  const versions = step.outputs.flatMap(({ key }) => {
    const { codeVersion } = assetOf(key, graph);
    return codeVersion === undefined ? [] : [[textLiteral(key), textLiteral(codeVersion)] as const];
  });
  return call("Step", [textLiteral(step.name), name(stepName(step.name))], {
    reads: reads.length === 0 ? undefined : tuple(reads),
    partitions: step.partitions === undefined ? undefined : name(partitionsName(partitions[step.partitions])),
    code_versions: versions.length === 0 ? undefined : pairs(versions),
    partitions_per_task: perTask(step),
    sequential: isSequential(step, graph) ? "True" : undefined,
    pool: step.pool === undefined ? undefined : textLiteral(limitName(project, step.pool)),
    priority: step.priority === 0 ? undefined : numberLiteral(step.priority),
    trigger_rule: step.triggerRule === undefined ? undefined : textLiteral(step.triggerRule),
    undo: step.undo === undefined ? undefined : name(undoName(step.name)),
  });
}

/** One by default: a task is what is tried again. A policy says otherwise, and bodies that take many take all. */
function perTask({ partitions, maxPartitionsPerRun, batch }: StepSnapshot): Expression | undefined {
  if (partitions === undefined) return undefined;
  const most = maxPartitionsPerRun === undefined ? (batch ? null : 1) : maxPartitionsPerRun;
  if (most === 1) return undefined;
  return most === null ? "None" : numberLiteral(most);
}

function isSequential(step: StepSnapshot, { snapshot }: StepGraph): boolean {
  if (step.partitions === undefined) return false;
  const partitions = snapshot.partitions[step.partitions];
  return step.inputs.some(({ key, mapping }) =>
    isOwn(step, key) && isStrictlyEarlier(mapping as Mapping | undefined, partitions)
  );
}

function isOwn({ outputs }: StepSnapshot, key: string): boolean {
  return outputs.some((output) => output.key === key);
}

/** What a step waits for: what it reads, and the checks that guard it. */
function readsOf(step: StepSnapshot, graph: StepGraph): readonly Expression[] {
  const { makerOf, guardsOf, rankOf } = graph;
  const rank = rankOf.get(step.name) as number;
  return step.inputs.filter(({ key }) => !isOwn(step, key)).flatMap((input) => {
    const maker = makerOf.get(input.key);
    if (!maker || !rankOf.has(maker.name)) return [];
    const rule = ruleBetween(step, input, graph);
    const guards = (guardsOf.get(input.key) ?? []).filter(({ name: guard }) =>
      guard !== step.name && (rankOf.get(guard) as number) < rank
    );
    return [
      readExpression(maker.name, input.key, rule),
      ...guards.map((guard) => readExpression(guard.name, undefined, rule)),
    ];
  });
}

function readExpression(step: string, asset: string | undefined, rule: Expression | undefined): Expression {
  const asked = asset === undefined ? (rule ? ["None"] : []) : [textLiteral(asset)];
  return call("Read", [textLiteral(step), ...asked, ...rule ? [rule] : []]);
}

function ruleBetween(step: StepSnapshot, input: InputSnapshot, graph: StepGraph): Expression | undefined {
  const { partitions } = graph.snapshot;
  const upstream = assetOf(input.key, graph).partitions;
  return ruleOf(
    input.mapping,
    step.partitions === undefined ? undefined : partitions[step.partitions],
    upstream === undefined ? undefined : partitions[upstream],
  );
}
