/** The parts of what users write, shared by the `define` functions. */
import type { AutomationCondition } from "../automation/condition.ts";
import type { FreshnessPolicy } from "../automation/freshness.ts";
import type { Dependency } from "./context.ts";
import type { Asset, AssetRef, CheckResult, CheckSeverity } from "./declaration.ts";
import type { StepHooks } from "../step/hooks.ts";
import type { StepConcurrency } from "../gates/concurrency.ts";
import type { IOChoice } from "./io_choice.ts";
import type { IsolationRules } from "../step/isolation.ts";
import type { RetryPolicy } from "../policy.ts";
import type { Awaitable, Metadata } from "./result.ts";
import type { TriggerRule } from "./trigger_rule.ts";

/** What describes an asset to people and to selections. */
export interface AssetDescription {
  /** What it is, for people. */
  readonly description?: string;
  /** Default `"default"`. */
  readonly group?: string;
  /** Values by name, for selections and views. */
  readonly tags?: { readonly [name: string]: string };
  /** E-mail addresses or `team:name`. */
  readonly owners?: readonly string[];
  /** What it is made of: `["table", "duckdb"]`. */
  readonly kinds?: readonly string[];
  /** Facts for people, as JSON. */
  readonly metadata?: Metadata;
  /** Opaque; a change makes what exists stale. */
  readonly codeVersion?: string;
  /**
   * Which IO manager of the orchestrator holds its values: `"files"` (default), `"memory"`, the name of one of the
   * user's own, or a choice with options such as `files({ format: "ndjson" })`.
   */
  readonly io?: string | IOChoice;
  /** When it is to be made by itself: `condition.eager`, or others of that kit. Default: only when asked for. */
  readonly automation?: AutomationCondition;
  /** How old it may get: `freshWithin(...)` or `freshBy(...)`. Default: as old as it likes. */
  readonly freshness?: FreshnessPolicy;
}

/** The rules under which a step runs. */
export interface StepRules extends IsolationRules {
  /** How a failed attempt is tried again. */
  readonly retry?: RetryPolicy;
  /** Longest time of one attempt in milliseconds. Default none. */
  readonly timeoutMs?: number;
  /** Name of a concurrency pool; its limit belongs to the orchestrator. */
  readonly pool?: string;
  /**
   * At most so many steps of one key are under way at once, over all runs of the process: `{ key: "tenant/acme" }`, or a
   * function of the partition. Default none.
   */
  readonly concurrency?: StepConcurrency;
  /** Higher starts first, among the steps of a run and of runs of the same priority. Default 0. */
  readonly priority?: number;
  /**
   * What must have become of the steps upstream for this one to run. Default: all have succeeded, and nothing that it
   * reads was skipped. With any rule but `all_success` what the body reads has to be declared `optional`.
   */
  readonly triggerRule?: TriggerRule;
  /** What is called when an attempt has begun, and when the step has ended. Default: nothing. */
  readonly hooks?: StepHooks;
}

/**
 * How what a step has made is undone when its run fails: a function, or that with its rules. It runs by the retry policy,
 * the time limit and the pool of the step.
 */
export type UndoSpec<Context> =
  | ((context: Context) => unknown)
  | {
    readonly run: (context: Context) => unknown;
    /** Leaves the stored values where they are. Default false: they are removed as `wipe` does it. */
    readonly keepsValue?: boolean;
  };

/** Dependencies by the names under which the body reads them. */
export type Deps = { readonly [name: string]: Upstream };

/** An inline check: a function on the value, or that with its rules. */
export type InlineCheckSpec<T> =
  | ((value: T) => Awaitable<boolean | CheckResult>)
  | {
    /** Default `"error"`. */
    readonly severity?: CheckSeverity;
    /** Whether a failure of severity `error` stops what is downstream. Default false. */
    readonly blocking?: boolean;
    readonly description?: string;
    readonly run: (value: T) => Awaitable<boolean | CheckResult>;
  };

/** Something that names an upstream asset. */
export type Upstream = Asset | AssetRef | Dependency<Asset | AssetRef>;
