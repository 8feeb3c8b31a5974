/** From definitions to their snapshot. */
import { requireKind } from "../validate/options.ts";
import type { RunHooks } from "../step/hooks.ts";
import type { Asset, InlineCheck, StepDeclaration, StepInput } from "../assets/declaration.ts";
import { plainCron } from "../time/cron.ts";
import { jobOf, type Schedule, selectionOf } from "../automation/schedule.ts";
import type { StepConcurrency } from "../gates/concurrency.ts";
import type { Definitions } from "../definitions.ts";
import type { Job } from "../job.ts";
import { mostRetries } from "../policy.ts";
import { plainRecord } from "./json.ts";
import { mappingSnapshot, PartitionTable } from "./partitions.ts";
import { partitionsOf, selectedKeys, selectionTexts, sorted } from "./selections.ts";
import { sensorSnapshot } from "./sensors.ts";
import type {
  AssetSnapshot,
  CheckSnapshot,
  ConcurrencySnapshot,
  InputSnapshot,
  JobSnapshot,
  OutputSnapshot,
  ScheduleSnapshot,
  Snapshot,
  StepSnapshot,
} from "./snapshot.ts";

/**
 * The definitions as JSON: what exporters read, and what `diffSnapshots` compares. It holds no function, no path and no
 * secret, does not depend on the order of declarations, and is the same to the byte on every runtime.
 *
 * @throws {SluiceError} DEFINITION_INVALID for metadata, tags, descriptions or config that JSON cannot hold.
 * @example
 * ```ts
 * import { dailyPartitions, defineAsset, definitions, takeSnapshot } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", partitions: dailyPartitions({ start: "2026-01-01" }), run: () => [] });
 * const snapshot = takeSnapshot(definitions({ assets: [orders] }));
 * assert.equal(snapshot.assets[0].key, "orders");
 * assert.equal(snapshot.partitions[0].kind, "time");
 * assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
 * ```
 */
export function takeSnapshot(definitions: Definitions): Snapshot {
  requireKind(definitions, "definitions", "takeSnapshot() takes what definitions() gives");
  const table = new PartitionTable();
  const assets = sorted(definitions.assets, ({ key }) => key).map((asset) => assetSnapshot(asset, table));
  const steps = sorted(definitions.steps, ({ name }) => name);
  return {
    kind: "sluice-snapshot",
    version: 1,
    partitions: table.list,
    assets,
    steps: steps.map((step) => stepSnapshot(step, definitions, table)),
    jobs: sorted([...definitions.jobs.values()], ({ name }) => name).map((job) =>
      jobSnapshot(job, definitions)
    ),
    schedules: sorted([...definitions.schedules.values()], ({ name }) => name).map((schedule) =>
      scheduleSnapshot(schedule, definitions, table)
    ),
    ...(definitions.sensors.size > 0 && {
      sensors: sorted([...definitions.sensors.values()], ({ name }) => name).map((sensor) =>
        sensorSnapshot(sensor, definitions, table)
      ),
    }),
  };
}

function assetSnapshot(asset: Asset, table: PartitionTable): AssetSnapshot {
  const { key, description, group, tags, owners, kinds, metadata, codeVersion, io, automation, freshness } =
    asset;
  const path = ["assets", key];
  const step = asset["~step"];
  return plainRecord({
    key,
    step: step.name,
    isExternal: step.kind === "external",
    partitions: table.placeOf(asset.partitions),
    description,
    group,
    tags,
    owners,
    kinds,
    metadata,
    codeVersion,
    io,
    automation,
    freshness,
  }, path) as unknown as AssetSnapshot;
}

function stepSnapshot(step: StepDeclaration, definitions: Definitions, table: PartitionTable): StepSnapshot {
  return plainRecord({
    name: step.name,
    kind: step.kind,
    outputs: step.outputs.map(({ key }, place): OutputSnapshot => {
      const name = step.outputNames?.[place];
      return name === undefined ? { key } : { key, name };
    }),
    inputs: step.inputs.map((input) => inputSnapshot(input, step, definitions)),
    partitions: table.placeOf(step.partitions),
    takesConfig: step.config !== undefined,
    resources: sorted(Object.keys(step.resources), (name) => name),
    retry: step.retry && { ...step.retry, maxRetries: mostRetries(step.retry) },
    timeoutMs: step.timeoutMs,
    pool: step.pool,
    breakers: breakersOf(step),
    concurrency: step.concurrency && concurrencySnapshot(step.concurrency),
    priority: step.priority,
    dependsOnPast: step.dependsOnPast || undefined,
    triggerRule: step.triggerRule,
    hooks: hookNames(step.hooks),
    undo: step.undo && (step.undo.keepsValue ? "keep" : "wipe"),
    isolation: step.isolation?.tier,
    memoryMb: step.isolation?.memoryMb,
    batch: step.batch,
    maxPartitionsPerRun: step.backfill && finiteOrNull(step.backfill.maxPartitionsPerRun),
    skippable: step.skippable,
    elements: step.elements || undefined,
    subsettable: step.subsettable,
    checks: step.checks.map((check) => inlineSnapshot(check, step)),
    check: step.check,
  }, ["steps", step.name]) as unknown as StepSnapshot;
}

/** Their names, sorted; undefined for none. */
function hookNames(hooks: RunHooks | undefined): readonly string[] | undefined {
  const names = Object.entries(hooks ?? {}).flatMap(([name, hook]) =>
    typeof hook === "function" ? [name] : []
  );
  return names.length > 0 ? names.sort() : undefined;
}

function concurrencySnapshot({ key, limit = 1 }: StepConcurrency): ConcurrencySnapshot {
  return typeof key === "string" ? { key, limit } : { limit };
}

function breakersOf({ resources }: StepDeclaration): readonly string[] | undefined {
  const names = Object.values(resources).flatMap(({ name, breaker }) => breaker ? [name] : []);
  return names.length === 0 ? undefined : sorted([...new Set(names)], (name) => name);
}

function finiteOrNull(most: number): number | null {
  return most === Infinity ? null : most;
}

function inputSnapshot(
  { key, name, mapping: declared, optional, isPast }: StepInput,
  step: StepDeclaration,
  definitions: Definitions,
): InputSnapshot {
  const upstream = definitions.asset(key).partitions;
  return {
    key,
    ...(name !== undefined && { name }),
    ...mappingSnapshot(declared, step.partitions, upstream),
    isInferred: declared === undefined,
    ...(optional && { optional }),
    ...(isPast && { isPast }),
  };
}

function inlineSnapshot(
  { name, severity, blocking, description }: InlineCheck,
  { outputs }: StepDeclaration,
): CheckSnapshot {
  return {
    asset: outputs[0].key,
    name,
    ...(description !== undefined && { description }),
    severity,
    blocking,
  };
}

function jobSnapshot(job: Job, definitions: Definitions): JobSnapshot {
  return plainRecord({
    name: job.name,
    selection: selectionTexts(job.selection),
    assets: selectedKeys(job.selection, definitions),
    description: job.description,
    config: job.config,
    tags: job.tags,
    hooks: hookNames(job.hooks),
    priority: job.priority === 0 ? undefined : job.priority,
    concurrency: job.concurrency,
    compensate: job.compensate,
  }, ["jobs", job.name]) as unknown as JobSnapshot;
}

function scheduleSnapshot(
  schedule: Schedule,
  definitions: Definitions,
  table: PartitionTable,
): ScheduleSnapshot {
  const { name, crons, timezone, partitions, enabled, catchUp, description, config, tags } = schedule;
  const { misfire, overlap, jitterMs, request, startMs, endMs, declared } = schedule;
  const job = jobOf(schedule);
  const selection = selectionOf(schedule);
  const assets = selectedKeys(selection, definitions);
  return plainRecord({
    name,
    crons: crons.map(plainCron),
    timezone,
    job: job?.name,
    selection: selectionTexts(selection),
    assets,
    partitions: table.placeOf(partitionsOf(assets, definitions)),
    runs: partitions,
    enabled,
    catchUp,
    misfire: declared.includes("misfire") ? misfire : undefined,
    overlap: declared.includes("overlap") ? overlap : undefined,
    jitterMs: jitterMs === 0 ? undefined : jitterMs,
    isDecided: request ? true : undefined,
    startMs,
    endMs,
    description,
    config: { ...job?.config, ...config },
    tags: { ...job?.tags, ...tags },
  }, ["schedules", name]) as unknown as ScheduleSnapshot;
}
