/** Declarations as everything else reads them: assets, and the steps that make them, with the types worn off. */
import type { AutomationCondition } from "../automation/condition.ts";
import type { FreshnessPolicy } from "../automation/freshness.ts";
import type { StepHooks } from "../step/hooks.ts";
import type { StepConcurrency } from "../gates/concurrency.ts";
import type { IOChoice } from "./io_choice.ts";
import type { StepIsolation } from "../step/isolation.ts";
import type { CheckSeverity } from "../step/severity.ts";
import type { Partitions } from "../partitions/definition.ts";
import type { Mapping } from "../partitions/mapping.ts";
import type { MaybePartitions } from "../partitions/relation.ts";
import type { BackfillPolicy, RetryPolicy } from "../policy.ts";
import type { Resources } from "./resource.ts";
import type { Metadata } from "./result.ts";
import type { Schema } from "./schema.ts";
import type { Site } from "./site.ts";
import type { TriggerRule } from "./trigger_rule.ts";

/**
 * An asset: a handle to pass around as a value. Its type knows what one partition holds and how it is
 * partitioned, and nothing else.
 */
export interface Asset<out Value = unknown, out P extends MaybePartitions = MaybePartitions> {
  /** Says what this is. */
  readonly kind: "asset";
  /** The normalised key. */
  readonly key: string;
  /** How it is sliced; left out or undefined for one value only. */
  readonly partitions: P;
  /** What it is, for people. */
  readonly description: string | undefined;
  /** The group it belongs to, for selections and views. */
  readonly group: string;
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
  /** E-mail addresses or `team:name`. */
  readonly owners: readonly string[];
  /** What it is made of: `table`, `duckdb`. */
  readonly kinds: readonly string[];
  /** Facts for people, as JSON. */
  readonly metadata: Metadata;
  /** Opaque; a change makes the asset stale. */
  readonly codeVersion: string | undefined;
  /** The IO manager that holds its values; undefined for the orchestrator's default. */
  readonly io: IOChoice | undefined;
  /** When it is to be made by itself; undefined for only when asked for. */
  readonly automation: AutomationCondition | undefined;
  /** How old it may get; undefined without a policy. */
  readonly freshness: FreshnessPolicy | undefined;
  /** Checks each value before it is kept; undefined when the output was declared by type or inferred. */
  readonly schema: Schema | undefined;
  /** The step that makes it. */
  readonly "~step": StepDeclaration;
  /** The value's type; always undefined at run time. */
  readonly "~value": Value | undefined;
}

/** Names an asset that is declared elsewhere; made by {@linkcode assetRef}. */
export interface AssetRef<out A extends Asset = Asset> {
  /** Says what this is. */
  readonly kind: "asset-ref";
  /** Its key. */
  readonly key: string;
  /** The asset's type; always undefined at run time. */
  readonly "~asset": A | undefined;
}

/** One thing a step waits for. */
export interface StepInput {
  /** The name under which the body reads the value; undefined when only the order counts. */
  readonly name: string | undefined;
  /** The key of the upstream asset. */
  readonly key: string;
  /** The upstream asset; undefined when it was named by an `assetRef`. */
  readonly asset: Asset | undefined;
  /** Which upstream partitions are read; undefined for what is inferred. */
  readonly mapping: Mapping | undefined;
  /** Whether the body may run without the value. */
  readonly optional: boolean;
  /** It is the step's own window before, by `dependsOnPast`: waited for, and nothing more. */
  readonly isPast?: true;
}

export type { CheckSeverity } from "../step/severity.ts";

/** What a check found, given as `true`, `false` or with details. */
export interface CheckResult {
  /** Whether what was checked holds. */
  readonly passed: boolean;
  /** Overrides the severity of the declaration. */
  readonly severity?: CheckSeverity;
  /** What it is, for people. */
  readonly description?: string;
  /** Facts for people, as JSON. */
  readonly metadata?: { readonly [name: string]: unknown };
}

/** A check that runs inside the step of its asset, on the value just made. */
export interface InlineCheck {
  /** Its name. */
  readonly name: string;
  /** What a failure means. */
  readonly severity: CheckSeverity;
  /** Whether a failure of severity `error` stops what is downstream. */
  readonly blocking: boolean;
  /** What it is, for people. */
  readonly description: string | undefined;
  /** The body. */
  readonly run: (value: never) => boolean | CheckResult | Promise<boolean | CheckResult>;
}

/** What a check step stands for. */
export interface CheckDeclaration {
  /** The key of the asset that is checked. */
  readonly asset: string;
  /** Its name. */
  readonly name: string;
  /** What it is, for people. */
  readonly description: string | undefined;
  /** What a failure means. */
  readonly severity: CheckSeverity;
  /** Whether a failure of severity `error` stops what is downstream. */
  readonly blocking: boolean;
}

/** How what a step has made is undone. */
export interface UndoDeclaration {
  /** The body. */
  readonly run: (context: never) => unknown;
  /** Whether stored values stay where they are. */
  readonly keepsValue: boolean;
}

/**
 * What can be executed. An asset is its own step; a multi-asset is one step with several outputs; a check made
 * by `defineCheck` is a step without outputs; an external asset is a node without a body.
 */
export interface StepDeclaration {
  /** Says what this is. */
  readonly kind: "asset" | "multi-asset" | "check" | "external";
  /** The asset's key, the multi-asset's name, or `asset:check`. Unique among definitions. */
  readonly name: string;
  /** The assets it makes, in order of declaration; the asset looked at is an input of a check. */
  readonly outputs: readonly Asset[];
  /** The names under which a multi-asset's body returns its outputs, beside `outputs`; undefined otherwise. */
  readonly outputNames: readonly string[] | undefined;
  /** What it waits for, in order of declaration. */
  readonly inputs: readonly StepInput[];
  /** How it is sliced; left out or undefined for one value only. */
  readonly partitions: Partitions | undefined;
  /** The schema of its config. */
  readonly config: Schema | undefined;
  /** What the body uses, by the names under which it uses it. */
  readonly resources: Resources;
  /** How a failed attempt is tried again. */
  readonly retry: RetryPolicy | undefined;
  /** Longest time of one attempt; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** The concurrency pool in which it takes a slot. */
  readonly pool: string | undefined;
  /** The key whose limit it shares with others. */
  readonly concurrency: StepConcurrency | undefined;
  /** Steps with a higher number start first among those that are ready. Default 0. */
  readonly priority: number;
  /** A window is made only when the one before it was. */
  readonly dependsOnPast: boolean;
  /** What must have become of the steps upstream; undefined for the default. */
  readonly triggerRule: TriggerRule | undefined;
  /** What is called when an attempt has begun, and when the step has ended; undefined for nothing. */
  readonly hooks: StepHooks | undefined;
  /** Where the body runs; undefined for in the process that runs everything else. */
  readonly isolation: StepIsolation | undefined;
  /** The body takes many partitions at once. */
  readonly batch: boolean;
  /** How a backfill is cut into runs. */
  readonly backfill: BackfillPolicy | undefined;
  /** Whether the body may return `skip()`. */
  readonly skippable: boolean;
  /** Whether the body may fan out by `each`. */
  readonly elements: boolean;
  /** Whether a run may ask for some outputs only (multi-assets). */
  readonly subsettable: boolean;
  /** Checks on the value just made; empty for most. */
  readonly checks: readonly InlineCheck[];
  /** For kind `check`: what a failure means. */
  readonly check: CheckDeclaration | undefined;
  /** The body; undefined for external assets. */
  readonly run: ((context: never) => unknown) | undefined;
  /** How what it has made is undone when its run fails; undefined for not at all. */
  readonly undo: UndoDeclaration | undefined;
  /** Where it was declared. */
  readonly site: Site;
}
