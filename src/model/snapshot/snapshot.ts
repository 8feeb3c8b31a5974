/**
 * The snapshot: definitions as JSON, without a function in it. Exporters read this and nothing else.
 *
 * It does not depend on the order in which things were declared: lists are sorted by key or name, in the order of
 * code points, and the same definitions give the same bytes on every runtime.
 */
import type { AutomationCondition } from "../automation/condition.ts";
import type { FreshnessPolicy } from "../automation/freshness.ts";
import type { Misfire, OverlapPolicy } from "../automation/policies.ts";
import type { ScheduledPartitions } from "../automation/schedule.ts";
import type {
  AssetWatch,
  CustomWatch,
  FileWatch,
  FreshnessWatch,
  HttpWatch,
  RunWatch,
} from "../automation/sensors/watch.ts";
import type { CheckSeverity, StepDeclaration } from "../assets/declaration.ts";
import type { RunConcurrency } from "../gates/concurrency.ts";
import type { StepIsolation } from "../step/isolation.ts";
import type { TriggerRule } from "../assets/trigger_rule.ts";
import type { Partitions } from "../partitions/definition.ts";
import type { Mapping } from "../partitions/mapping.ts";
import type { RetryPolicy } from "../policy.ts";

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Values by name, as JSON. */
export type JsonRecord = { readonly [name: string]: Json };

/** An asset as JSON. Its step says how it is made. */
export interface AssetSnapshot {
  /** The normalised key. */
  readonly key: string;
  /** The name of the step that makes it. */
  readonly step: string;
  /** It is made elsewhere. */
  readonly isExternal: boolean;
  /** The place of its partition definition in `partitions`; left out without partitions. */
  readonly partitions?: number;
  /** What it is, for people. */
  readonly description?: string;
  /** The group it belongs to. */
  readonly group: string;
  /** Values by name. */
  readonly tags: { readonly [name: string]: string };
  /** E-mail addresses or `team:name`. */
  readonly owners: readonly string[];
  /** What it is made of. */
  readonly kinds: readonly string[];
  /** Facts for people. */
  readonly metadata: JsonRecord;
  /** Opaque; a change makes what exists stale. */
  readonly codeVersion?: string;
  /** The IO manager that holds its values, with its options; left out for the default. */
  readonly io?: JsonRecord & { readonly manager: string };
  /** When it is to be made by itself. */
  readonly automation?: AutomationCondition;
  /** How old it may get. */
  readonly freshness?: FreshnessPolicy;
}

/** A mapping of two functions, told as a table where both sides are lists of names. */
export interface CustomMappingSnapshot {
  /** Says what this is. */
  readonly kind: "custom";
  /** Its name. */
  readonly name: string;
  /** The upstream keys by downstream key; left out where a side is not a fixed list. */
  readonly upstreamByDownstream?: { readonly [downstream: string]: readonly string[] };
}

/** A mapping as JSON. */
export type MappingSnapshot = Exclude<Mapping, { readonly kind: "custom" }> | CustomMappingSnapshot;

/** One thing a step waits for. */
export interface InputSnapshot {
  /** The key of the upstream asset. */
  readonly key: string;
  /** The name under which the body reads the value; left out when only the order counts. */
  readonly name?: string;
  /** Which upstream partitions are read; left out where neither side has partitions. */
  readonly mapping?: MappingSnapshot;
  /** Whether nobody declared the mapping: it is what holds between the two definitions. */
  readonly isInferred: boolean;
  /** Whether the body may run without the value; left out where it may not. */
  readonly optional?: true;
  /** Whether it is the step's own window before, which is only waited for; left out where it is not. */
  readonly isPast?: true;
}

/** An asset made by a step. */
export interface OutputSnapshot {
  /** The asset's key. */
  readonly key: string;
  /** The name under which a multi-asset's body returns it. */
  readonly name?: string;
}

/** A concurrency key. */
export interface ConcurrencySnapshot {
  /** The key; left out where a function gives one for each step. */
  readonly key?: string;
  /** How many steps of the key may be under way at once. */
  readonly limit: number;
}

/** A check that runs inside a step, or as a step of its own. */
export interface CheckSnapshot {
  /** The key of the asset that is checked. */
  readonly asset: string;
  /** Its name. */
  readonly name: string;
  /** What it is, for people. */
  readonly description?: string;
  /** What a failure means. */
  readonly severity: CheckSeverity;
  /** Whether a failure of severity `error` stops what is downstream. */
  readonly blocking: boolean;
}

/** What can be executed, as JSON. */
export interface StepSnapshot {
  /** The asset's key, the multi-asset's name, or `asset:check`. */
  readonly name: string;
  /** What it is: an asset, several, a check, or a node without a body. */
  readonly kind: StepDeclaration["kind"];
  /** What it makes, in order of declaration. */
  readonly outputs: readonly OutputSnapshot[];
  /** What it waits for, in order of declaration. */
  readonly inputs: readonly InputSnapshot[];
  /** The place of its partition definition in `partitions`; left out without partitions. */
  readonly partitions?: number;
  /** Whether it takes config. */
  readonly takesConfig: boolean;
  /** The names of its resources, sorted. */
  readonly resources: readonly string[];
  /** How a failed attempt is tried again; `maxRetries` is the most that an error of any class allows. */
  readonly retry?: RetryPolicy;
  /** Longest time of one attempt, in milliseconds. */
  readonly timeoutMs?: number;
  /** The concurrency pool in which it takes a slot. */
  readonly pool?: string;
  /** The resources whose breaker stops it, by name; left out where there are none. */
  readonly breakers?: readonly string[];
  /** The key whose limit it shares with others. */
  readonly concurrency?: ConcurrencySnapshot;
  /** Steps with a higher number start first. */
  readonly priority: number;
  /** A window is made only when the one before it was; left out where it does not matter. */
  readonly dependsOnPast?: true;
  /** What must have become of the steps upstream; left out for the default. */
  readonly triggerRule?: TriggerRule;
  /** The names of its hooks, sorted; left out without any. */
  readonly hooks?: readonly string[];
  /** What becomes of its values when it is undone; left out for a step that is not. */
  readonly undo?: "wipe" | "keep";
  /** Where the body runs; left out for in the process that runs everything else. */
  readonly isolation?: StepIsolation["tier"];
  /** The most memory that an attempt may hold, in megabytes of 1,048,576 bytes; left out for no cap. */
  readonly memoryMb?: number;
  /** The body takes many partitions at once. */
  readonly batch: boolean;
  /** How many partitions one run of a backfill takes, `null` for all; left out without a policy. */
  readonly maxPartitionsPerRun?: number | null;
  /** Whether the body may skip. */
  readonly skippable: boolean;
  /** Whether the body may fan out; left out for no. */
  readonly elements?: true;
  /** Whether a run may ask for some outputs only. */
  readonly subsettable: boolean;
  /** Checks on the value just made. */
  readonly checks: readonly CheckSnapshot[];
  /** For kind `check`: what it checks. */
  readonly check?: CheckSnapshot;
}

/** A job as JSON. */
export interface JobSnapshot {
  /** Its name. */
  readonly name: string;
  /** The selection as texts of the selection language, whose union counts. */
  readonly selection: readonly string[];
  /** The keys of the selected assets, sorted. */
  readonly assets: readonly string[];
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name. */
  readonly config: JsonRecord;
  /** Values by name. */
  readonly tags: { readonly [name: string]: string };
  /** The names of its hooks, sorted; left out without any. */
  readonly hooks?: readonly string[];
  /** Of its runs; left out for 0. */
  readonly priority?: number;
  /** What limits its runs; left out without. */
  readonly concurrency?: RunConcurrency;
  /** When its runs undo what they have made; left out for when they fail. */
  readonly compensate?: boolean | "always";
}

/** A schedule as JSON. */
export interface ScheduleSnapshot {
  /** Its name. */
  readonly name: string;
  /** Cron texts of five fields, unless there are seconds or years; empty where it follows the windows of `partitions`. */
  readonly crons: readonly string[];
  /** IANA zone of the crons; left out without crons. */
  readonly timezone?: string;
  /** The job it runs; left out for a selection of its own. */
  readonly job?: string;
  /** The selection as texts of the selection language, whose union counts. */
  readonly selection: readonly string[];
  /** The keys of the assets it runs, sorted. */
  readonly assets: readonly string[];
  /** The place of the partition definition of what it runs; left out without partitions. */
  readonly partitions?: number;
  /** Which partitions a tick runs. */
  readonly runs: ScheduledPartitions;
  /** Whether it is on from the start. */
  readonly enabled: boolean;
  /** Whether all ticks that were missed are made up for. */
  readonly catchUp: boolean;
  /** What becomes of ticks that were missed; left out where only `catchUp` says it. */
  readonly misfire?: Misfire;
  /** What becomes of a tick while an earlier run is not over; left out where nothing is said. */
  readonly overlap?: OverlapPolicy;
  /** Ticks come up to so many milliseconds late; left out for 0. */
  readonly jitterMs?: number;
  /** A function decides what a tick runs; left out where none does. */
  readonly isDecided?: true;
  /** From when on it ticks, epoch milliseconds; left out for no limit. */
  readonly startMs?: number;
  /** Until when, exclusive, epoch milliseconds; left out for no limit. */
  readonly endMs?: number;
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name, that of the job included. */
  readonly config: JsonRecord;
  /** Values by name, those of the job included. */
  readonly tags: { readonly [name: string]: string };
}

/** What a sensor of an address looks at, without the values of its headers and without its function. */
export interface HttpWatchSnapshot extends Omit<HttpWatch, "headers" | "when"> {
  /** The names of its headers, sorted; left out without any. */
  readonly headers?: readonly string[];
  /** Whether a function decides; left out where a change does. */
  readonly isDecided?: true;
}

/** What a sensor looks at, as JSON. */
export type WatchSnapshot =
  | FileWatch
  | AssetWatch
  | (Omit<RunWatch, "jobs"> & {
    /** The names of the jobs whose runs count; left out for all runs. */
    readonly jobs?: readonly string[];
  })
  | HttpWatchSnapshot
  | FreshnessWatch
  | Pick<CustomWatch, "kind">;

/** A sensor as JSON. */
export interface SensorSnapshot {
  /** Its name. */
  readonly name: string;
  /** What it looks at. */
  readonly watch: WatchSnapshot;
  /** The job it runs; left out for a selection of its own, and for nothing. */
  readonly job?: string;
  /** The selection as texts of the selection language, whose union counts; empty where it runs nothing. */
  readonly selection: readonly string[];
  /** The keys of the assets it runs, sorted. */
  readonly assets: readonly string[];
  /** The place of the partition definition of what it runs; left out without partitions. */
  readonly partitions?: number;
  /** Which partitions a request runs where what happened does not say it. */
  readonly runs: ScheduledPartitions;
  /** How long after one look the next one comes, in milliseconds; left out where it does not look by itself. */
  readonly intervalMs?: number;
  /** How long a look may take, in milliseconds; left out where it does not look by itself. */
  readonly timeoutMs?: number;
  /** Whether it is on from the start. */
  readonly enabled: boolean;
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name, that of the job included. */
  readonly config: JsonRecord;
  /** Values by name, those of the job included. */
  readonly tags: { readonly [name: string]: string };
}

/** Definitions as JSON. */
export interface Snapshot {
  /** Says what this is. */
  readonly kind: "sluice-snapshot";
  /** The version of this form. */
  readonly version: 1;
  /** The partition definitions, each once, in the order in which assets first name them. */
  readonly partitions: readonly Partitions[];
  /** The assets, by key. */
  readonly assets: readonly AssetSnapshot[];
  /** The steps, by name. */
  readonly steps: readonly StepSnapshot[];
  /** The jobs, by name. */
  readonly jobs: readonly JobSnapshot[];
  /** The schedules, by name. */
  readonly schedules: readonly ScheduleSnapshot[];
  /** The sensors, by name; left out without any. */
  readonly sensors?: readonly SensorSnapshot[];
}
