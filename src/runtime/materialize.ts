/** One asset's body by itself: for a user's own test, with no orchestrator, no store and no files. */
import { openSpace } from "../model/partitions/space.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Partitioned } from "../model/assets/partitioned.ts";
import type { Asset, StepDeclaration } from "../model/assets/declaration.ts";
import type { ResourceOverride } from "../model/assets/resource.ts";
import type { Metadata } from "../model/assets/result.ts";
import { formatIssuePath } from "../model/assets/schema.ts";
import type { CheckRecord, OutputRecord } from "../model/events/event.ts";
import { SluiceError } from "../model/issue.ts";
import { inputShape } from "../model/partitions/infer.ts";
import { type LogFields, type LogLevel, systemClock } from "../model/ports.ts";
import {
  ANYTHING,
  COUNT,
  isRecord,
  isTextList,
  nameGiven,
  refuseUnknown,
  requireOptions,
  type Shapes,
} from "../model/validate/options.ts";
import { validateValue } from "./config.ts";
import { openLoneDesk } from "./elements/lone_desk.ts";
import { ResourceDesk } from "./resources.ts";
import { openSecrets } from "./secrets.ts";
import { givenCollection } from "./step/given.ts";
import { BodyContext, type ContextSource, type NamedValues } from "./step/context.ts";
import { keepOutputs } from "./step/outputs.ts";
import { type BodyPartition, NO_PARTITION, partitionAt } from "./step/partition.ts";
import { BlockedByCheck } from "./step/refusal.ts";

/** What a test gives to a body. */
export interface MaterializeOptions {
  /**
   * The values of the dependencies by name. Where the body reads several partitions: a record or a Map by key, or a
   * collection.
   */
  readonly inputs?: { readonly [name: string]: unknown };
  /** Values in the place of resources. Others are set up and torn down as in a run. */
  readonly resources?: readonly ResourceOverride[];
  /** The key of the partition to make; several for a `batch` asset. */
  readonly partition?: string | readonly string[];
  /** The config, validated by the asset's schema. */
  readonly config?: unknown;
  /** Values by name, for selections and views. */
  readonly tags?: { readonly [name: string]: string };
  /** Which attempt the body believes to be at. Default 1. */
  readonly attempt?: number;
  /** Passed to the body. */
  readonly signal?: AbortSignal;
}

const OPTIONS: Shapes<MaterializeOptions> = Object.freeze({
  inputs: { is: "a record of values by input name", fits: isRecord },
  resources: {
    is: "a list of what override() gives",
    fits: (value) => Array.isArray(value) && value.every((each) => isRecord(each) && isRecord(each.resource)),
  },
  partition: {
    is: "a key, or a list of keys",
    fits: (value) => typeof value === "string" || isTextList(value),
  },
  config: ANYTHING,
  tags: { is: "a record of texts", fits: (value) => isRecord(value) && isTextList(Object.values(value)) },
  attempt: COUNT,
  signal: { is: "an AbortSignal", fits: (value) => value instanceof AbortSignal },
});

/** One line that a body wrote. */
export interface MaterializedLine {
  /** How serious the line is. */
  readonly level: LogLevel;
  /** What is wrong. */
  readonly message: string;
  /** Values that go with the line. */
  readonly fields: LogFields | undefined;
  /** The path of the element that wrote it; absent for a line of the body itself. */
  readonly element?: string;
}

/** What a body made. */
export interface Materialized<out T = unknown> {
  /** `blocked` when a blocking inline check failed. */
  readonly status: "success" | "skipped" | "unchanged" | "blocked";
  /** The value; undefined unless one was made. Of a batch: a Map by partition key. */
  readonly value: T | undefined;
  /** Why it was skipped. */
  readonly reason: string | undefined;
  /** Facts for people, as JSON. */
  readonly metadata: Metadata | undefined;
  /** Identity of the content. */
  readonly dataVersion: string | undefined;
  /** The verdicts of the inline checks. */
  readonly checks: readonly CheckRecord[];
  /** Lines that bodies wrote. */
  readonly logs: readonly MaterializedLine[];
}

/**
 * Runs the body of one asset with the inputs that a test gives, and gives back what it made. Nothing is stored and no
 * policy applies: one attempt, and what the body throws is thrown.
 *
 * @throws {SluiceError} PARTITION_UNKNOWN for a partition that does not exist or is not given, VALUE_MISSING for an input
 * that is not given, CONFIG_INVALID, VALUE_INVALID when the value does not fit its schema, RESOURCE_FAILED.
 * @example
 * ```ts
 * import { dailyPartitions, defineAsset, materialize } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const days = dailyPartitions({ start: "2026-01-01" });
 * const orders = defineAsset({ key: "orders", partitions: days, run: () => [1, 2] });
 * const all = defineAsset({
 *   key: "all",
 *   deps: { orders },
 *   run: async ({ inputs }) => (await inputs.orders.load()).size,
 * });
 *
 * assert.deepEqual((await materialize(orders, { partition: "2026-01-05" })).value, [1, 2]);
 * const { value } = await materialize(all, { inputs: { orders: { "2026-01-01": [1], "2026-01-02": [2, 3] } } });
 * assert.equal(value, 2);
 * ```
 */
export async function materialize<T>(
  asset: Asset<T>,
  options: MaterializeOptions = {},
): Promise<Materialized<T>> {
  requireAsset(asset);
  requireOptions(options, OPTIONS, {
    what: "materialize()",
    code: "DEFINITION_INVALID",
    path: ["materialize", asset.key],
    example: "materialize(asset, { inputs: { orders: [] } })",
  });
  const step = asset["~step"];
  if (!step.run) {
    throw refused(asset, "DEFINITION_INVALID", `${asset.key} is made elsewhere and has no body to run.`);
  }
  const desk = new ResourceDesk(options.resources ?? []);
  try {
    await desk.open(step.resources);
    return await runBody(asset, step, desk, options) as Materialized<T>;
  } finally {
    await desk.close();
  }
}

function requireAsset(asset: unknown): void {
  if (isRecord(asset) && asset.kind === "asset") return;
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `materialize() takes an asset by value, not ${nameGiven(asset)}.`,
    path: ["materialize"],
    hint: "Give what defineAsset() gives; an orchestrator's materialize() takes keys and selections too.",
  });
}

async function runBody(
  asset: Asset,
  step: StepDeclaration,
  desk: ResourceDesk,
  options: MaterializeOptions,
): Promise<Materialized> {
  const partitions = findPartitions(asset, options.partition);
  const logs: MaterializedLine[] = [];
  const source: ContextSource = {
    run: { id: "test", tags: options.tags ?? {} },
    declarationOf: () => step,
    inputsOf: () => inputs,
    configOf: () => config,
    resourcesOf: () => desk.values(step.resources),
    partitionsOf: () => partitions,
    selectedOf: () =>
      new Set(step.outputNames?.filter((_, place) => step.outputs[place] === asset || !step.subsettable)),
    elementsOf: () =>
      openLoneDesk(
        step,
        (element, level, message, fields) => logs.push({ level, message: String(message), fields, element }),
      ),
    writeLog: (_step, _attempt, level, message, fields) =>
      logs.push({ level, message: String(message), fields }),
  };
  const inputs = findInputs(step, options.inputs ?? {});
  const config = await validConfig(step, options.config);
  const context = new BodyContext(source, 0, options.attempt ?? 1);
  const stop = () => BodyContext.abort(context, options.signal?.reason);
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener("abort", stop);
  try {
    const result = await step.run?.(context as never);
    return { logs, ...await collect(asset, step, context, partitions, result) };
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

/** Takes what a body returned the way a run would, and keeps it in hand. */
async function collect(
  asset: Asset,
  step: StepDeclaration,
  context: BodyContext,
  partitions: readonly BodyPartition[],
  result: unknown,
): Promise<Omit<Materialized, "logs">> {
  const keys = partitions.flatMap((partition) => partition.kind === "none" ? [] : [partition.key]);
  const values = new Map<string | undefined, unknown>();
  const checks: CheckRecord[] = [];
  const outputs = step.subsettable ? [asset] : step.outputs;
  const base = { value: undefined, reason: undefined, metadata: undefined, dataVersion: undefined, checks };
  try {
    const made = await keepOutputs({
      declaration: step,
      outputs,
      partitions: keys.length > 0 ? keys : undefined,
      facts: BodyContext.factsOf(context),
      keep: (output, place, value, facts) => {
        if (output === asset) values.set(keys[place], value);
        return Promise.resolve(facts.dataVersion);
      },
      evaluated: (record) => checks.push(record),
    }, result);
    if (made.kind === "skipped") return { ...base, status: "skipped", reason: made.reason };
    return { ...base, ...outcome(step, asset, outputs, made.outputs ?? [], values, keys) };
  } catch (error) {
    if (!(error instanceof BlockedByCheck)) throw error;
    return { ...base, ...outcome(step, asset, outputs, error.outputs, values, keys), status: "blocked" };
  }
}

function outcome(
  step: StepDeclaration,
  asset: Asset,
  outputs: readonly Asset[],
  records: readonly OutputRecord[],
  values: ReadonlyMap<string | undefined, unknown>,
  keys: readonly string[],
): Pick<Materialized, "status" | "value" | "reason" | "metadata" | "dataVersion"> {
  const place = step.outputs.indexOf(asset);
  const record = records.find(({ output = 0 }) => output === place || outputs[output] === asset);
  const status = record?.unchanged ? "unchanged" : record?.skipped !== undefined ? "skipped" : "success";
  return {
    status,
    value: step.batch ? values : values.get(keys[0]),
    reason: record?.skipped,
    metadata: record?.metadata,
    dataVersion: record?.dataVersion,
  };
}

function findPartitions(asset: Asset, wanted: MaterializeOptions["partition"]): readonly BodyPartition[] {
  const keys = wanted === undefined ? [] : typeof wanted === "string" ? [wanted] : wanted;
  if (!asset.partitions) {
    if (keys.length === 0) return [NO_PARTITION];
    throw refused(asset, "PARTITION_UNKNOWN", `${asset.key} has no partitions, and one is given.`);
  }
  if (keys.length === 0) {
    throw refused(asset, "PARTITION_UNKNOWN", `${asset.key} is partitioned: say which partition to make.`);
  }
  const space = openSpace(asset.partitions, { nowMs: systemClock.now(), dynamicKeys: () => keys });
  return keys.map((key) => partitionAt(space, indexOf(asset, space, key)));
}

function indexOf(asset: Asset, space: PartitionSpace, key: string): number {
  const index = space.indexOf(key);
  if (index >= 0) return index;
  throw refused(asset, "PARTITION_UNKNOWN", `${asset.key} has no partition ${JSON.stringify(key)}.`);
}

/** The values that a test gives, each in the shape in which the body expects it. */
function findInputs(step: StepDeclaration, given: { readonly [name: string]: unknown }): NamedValues {
  const names = step.inputs.flatMap(({ name }) => name === undefined ? [] : [[name, true]]);
  refuseUnknown(given, Object.fromEntries(names), {
    what: step.name,
    code: "DEFINITION_INVALID",
    path: ["materialize", step.name, "inputs"],
    of: "input",
  });
  const values: Record<string, unknown> = {};
  for (const { name, asset, mapping, key, optional } of step.inputs) {
    if (name === undefined || optional && !Object.hasOwn(given, name)) continue;
    if (!Object.hasOwn(given, name)) {
      throw refused(
        step.outputs[0],
        "VALUE_MISSING",
        `${step.name} reads ${name}, and the test does not give it.`,
      );
    }
    const upstream = asset?.partitions ??
      (step.outputs.some((output) => output.key === key) ? step.partitions : undefined);
    const isMany = upstream !== undefined &&
      (step.batch || inputShape(mapping, step.partitions, upstream) === "many");
    values[name] = isMany || asset === undefined && isCollectionLike(given[name])
      ? givenCollection(name, given[name])
      : given[name];
  }
  return values;
}

/** An input by reference says nothing about its partitions: a Map or a collection is then taken for one. */
function isCollectionLike(value: unknown): value is Partitioned<unknown> {
  return value instanceof Map;
}

async function validConfig(step: StepDeclaration, config: unknown): Promise<unknown> {
  if (!step.config) return undefined;
  const result = await validateValue(step.config, config, openSecrets());
  if (!result.issues) return result.value;
  const problems = result.issues.map(({ path, message }) =>
    [formatIssuePath(path), message].filter(Boolean).join(": ")
  );
  throw refused(
    step.outputs[0],
    "CONFIG_INVALID",
    `The config of ${step.name} is not valid: ${problems.join("; ")}`,
  );
}

function refused(
  { key }: Asset,
  code: "DEFINITION_INVALID" | "PARTITION_UNKNOWN" | "VALUE_MISSING" | "CONFIG_INVALID",
  message: string,
): SluiceError {
  return new SluiceError({ code, message, path: ["materialize", key] });
}
