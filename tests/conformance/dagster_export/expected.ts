/** What Dagster should find in an exported project, from the snapshot; and the form in which it answers. */
import { createHash } from "node:crypto";
import type { AssetSnapshot, Partitions, RetryRule, StepSnapshot } from "sluice";
import { carriedOwners } from "../../../adapters/dagster/definitions/fields.ts";
import type { Site } from "../../../adapters/dagster/site.ts";
import type { DagsterVersion } from "../../../adapters/dagster/version.ts";
import { windowDepartures } from "../../../adapters/dagster/ticks/departures.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { NOW_MS } from "./project.ts";

/** Keys of partitions, by what tells them apart. */
export interface Keys {
  readonly count?: number;
  readonly dynamic?: string;
  readonly dimensions?: { readonly [name: string]: Keys };
}

/** An asset as Dagster has it. */
export interface LoadedAsset {
  readonly key: string;
  readonly parents: readonly string[];
  readonly group: string;
  readonly tags: { readonly [name: string]: string };
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly codeVersion: string | null;
  readonly description: string | null;
  readonly metadata: { readonly [name: string]: unknown };
  readonly isExecutable: boolean;
  readonly partitions: Keys | null;
  readonly automation: string | null;
  readonly freshness: string | null;
}

/** The same as the snapshot tells it. */
export interface ExpectedAsset extends Omit<LoadedAsset, "partitions" | "automation" | "freshness"> {
  readonly hasAutomation: boolean;
  readonly hasFreshness: boolean;
}

/** A step as Dagster has it. */
export interface LoadedStep {
  readonly op: string;
  readonly keys: readonly string[];
  readonly reads: readonly string[];
  readonly retry: { readonly maxRetries: number; readonly delay: number | null } | null;
  readonly pool: string | null;
  readonly priority: string | null;
  /** What a pod of the step may take. */
  readonly memory: string | null;
  readonly canSubset: boolean;
  readonly backfill: number | null;
  readonly config: boolean;
  readonly checks: readonly (readonly [asset: string, check: string])[];
}

/** A project as Dagster has it. */
export interface Loaded {
  readonly error?: string;
  readonly warnings: readonly string[];
  readonly assets: readonly LoadedAsset[];
  readonly checks: readonly {
    readonly asset: string;
    readonly name: string;
    readonly blocking: boolean;
    readonly description: string | null;
  }[];
  readonly steps: readonly LoadedStep[];
  readonly jobs: readonly {
    readonly name: string;
    readonly assets: readonly string[];
    readonly tags: { readonly [name: string]: string };
    /** How many steps its own executor runs at once. */
    readonly maxConcurrent: number | null;
  }[];
  /** Of the runs of tags, as the instance has them. */
  readonly limits: readonly { readonly key: string; readonly value: string; readonly limit: number }[];
  readonly schedules: readonly {
    readonly name: string;
    readonly crons: readonly string[];
    readonly timezone: string;
    readonly running: boolean;
    readonly description: string | null;
  }[];
}

/** An asset, but for its partitions. */
export function expectedAsset(asset: AssetSnapshot, { steps, groups }: Site): ExpectedAsset {
  const { key, kinds, tags, codeVersion, description = null, metadata, owners, group } = asset;
  const step = steps.get(asset.step) as StepSnapshot;
  const made = step.outputs.map((output) => output.key);
  const carried = carriedOwners(asset);
  const others = owners.filter((owner) => !carried.includes(owner));
  return {
    key,
    parents: sorted(
      step.inputs.map((input) => input.key).filter((each) => each === key || !made.includes(each)),
    ),
    group: groups.get(group) as string,
    tags: { ...tags, ...Object.fromEntries(kinds.map((kind) => [`dagster/kind/${kind}`, ""])) },
    kinds: sorted(kinds),
    owners: [...carried],
    codeVersion: codeVersion || null,
    description,
    metadata: { ...metadata, ...others.length > 0 && { "sluice/owners": others } },
    isExecutable: !asset.isExternal,
    hasAutomation: asset.automation !== undefined,
    hasFreshness: asset.freshness !== undefined,
  };
}

/** How Dagster has each; for the last two the step asks for its own delays. */
const BACKOFFS: { readonly [backoff in NonNullable<RetryRule["backoff"]>]: string | null } = {
  constant: null,
  linear: "LINEAR",
  exponential: "EXPONENTIAL",
  doubling: "EXPONENTIAL",
  airflow: "EXPONENTIAL",
};

/** A step. */
export function expectedStep(step: StepSnapshot, { ops, pools }: Site): LoadedStep {
  const { retry, pool, priority, subsettable, outputs, batch, maxPartitionsPerRun } = step;
  const policy = maxPartitionsPerRun === undefined ? batch ? 0 : null : maxPartitionsPerRun ?? 0;
  const jitter = retry?.jitter ?? "none";
  const backoff = retry?.backoff ?? "constant";
  const made = outputs.map(({ key }) => key);
  const read = step.inputs.map(({ key }) => key);
  return {
    op: ops.get(step.name) as string,
    keys: sorted(made),
    reads: sorted([...step.check ? [step.check.asset] : [], ...read]),
    retry: retry
      ? {
        maxRetries: retry.maxRetries,
        delay: retry.delayMs === undefined ? null : retry.delayMs / 1000,
        backoff: BACKOFFS[backoff],
        jitter: jitter === "none" ? null : jitter === "full" ? "FULL" : "PLUS_MINUS",
      } as LoadedStep["retry"]
      : null,
    pool: pool === undefined ? null : pools.get(pool) as string,
    priority: priority === 0 ? null : String(Math.round(priority)),
    memory: step.memoryMb === undefined ? null : `${step.memoryMb}Mi`,
    canSubset: subsettable && outputs.length > 1,
    backfill: step.kind === "check" ? null : policy,
    config: step.takesConfig,
    checks: (step.check ? [step.check] : step.checks).map(({ asset, name }) => [asset, name] as const)
      .toSorted((a, b) => a[1] < b[1] ? -1 : 1),
  };
}

/** Whether Dagster's windows are not ours, as the report says, at some time before now. */
export function isDeparting(partitions: Partitions, dagster: DagsterVersion): boolean {
  if (partitions.kind === "multi") {
    return Object.values(partitions.dimensions).some((leaf) => isDeparting(leaf, dagster));
  }
  if (partitions.kind !== "time") return false;
  const { cron, timezone, startMs } = partitions;
  const span = { fromMs: startMs, untilMs: NOW_MS };
  return windowDepartures(cron, timezone, span, dagster.has("zoneMinutes")).length > 0;
}

/** The keys of a definition that Dagster has. */
export function expectedKeys(partitions: Partitions): Keys {
  if (partitions.kind === "dynamic") return { dynamic: partitions.name };
  if (partitions.kind === "multi") {
    const dimensions = Object.entries(partitions.dimensions).map((
      [name, leaf],
    ) => [name, expectedKeys(leaf)]);
    return { dimensions: Object.fromEntries(dimensions) };
  }
  const space = openSpace(partitions, { nowMs: NOW_MS, dynamicKeys: () => [] });
  const keys = Array.from({ length: space.size }, (_, index) => space.keyAt(index));
  const sha256 = createHash("sha256").update(keys.join("\n")).digest("hex");
  return { count: keys.length, first: keys.slice(0, 1), last: keys.slice(-1), sha256 } as Keys;
}

/** Each once, in order. */
export function sorted<T>(items: Iterable<T>): readonly T[] {
  return [...new Set(items)].sort();
}
