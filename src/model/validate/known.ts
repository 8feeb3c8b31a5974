/** The options that each declaration knows: any other is refused, since nobody would look at it. */
import { namesOf } from "./options.ts";
import type { BackfillPolicy, RetryPolicy } from "../policy.ts";
import type { RunHooks, StepHooks } from "../step/hooks.ts";
import type { AssetDescription, StepRules } from "../assets/spec.ts";

/** Options by name. */
export type Known = { readonly [name: string]: true };

const DESCRIPTION = namesOf<AssetDescription>()({
  description: true,
  group: true,
  tags: true,
  owners: true,
  kinds: true,
  metadata: true,
  codeVersion: true,
  io: true,
  automation: true,
  freshness: true,
});
const RULES = namesOf<StepRules>()({
  retry: true,
  timeoutMs: true,
  pool: true,
  concurrency: true,
  priority: true,
  triggerRule: true,
  hooks: true,
  isolation: true,
  memoryMb: true,
});
const BODY: Known = {
  deps: true,
  after: true,
  partitions: true,
  config: true,
  resources: true,
  backfill: true,
  skippable: true,
  dependsOnPast: true,
  elements: true,
  undo: true,
  run: true,
};

/** What may be declared with options that this folder knows. */
export type Declared = "asset" | "external" | "multi-asset" | "output" | "check" | "described";

/** The options of declarations. */
export const KNOWN: { readonly [kind in Declared]: Known } = Object.freeze({
  asset: { ...DESCRIPTION, ...RULES, ...BODY, key: true, output: true, batch: true, checks: true },
  external: { ...DESCRIPTION, key: true, partitions: true, output: true, after: true },
  "multi-asset": { ...RULES, ...BODY, name: true, outputs: true, subsettable: true },
  output: { ...DESCRIPTION, key: true, output: true },
  described: { description: true, tags: true },
  check: {
    ...RULES,
    asset: true,
    name: true,
    description: true,
    severity: true,
    blocking: true,
    partitions: true,
    resources: true,
    run: true,
  },
});

/** The options of an inline check that is more than a function. */
export const INLINE_CHECK: Known = { severity: true, blocking: true, description: true, run: true };
/** The fields of a dependency that is more than an asset. */
export const DEPENDENCY: Known = { asset: true, mapping: true, optional: true };
/** The fields of a retry policy. */
export const RETRY: Known = namesOf<RetryPolicy>()({
  maxRetries: true,
  delayMs: true,
  backoff: true,
  jitter: true,
  maxDelayMs: true,
  airflow: true,
  byClass: true,
});
/** The fields of an undo step that is more than a function. */
export const UNDO: Known = { run: true, keepsValue: true };
/** The hooks of a step. */
export const HOOKS: Known = namesOf<StepHooks>()({
  onStart: true,
  onSuccess: true,
  onFailure: true,
  onRetry: true,
  onSkip: true,
  timeoutMs: true,
});
/** The hooks of a run. */
export const RUN_HOOKS: Known = namesOf<RunHooks>()({
  onStart: true,
  onSuccess: true,
  onFailure: true,
  onRetry: true,
  onSkip: true,
  onRunStart: true,
  onRunEnd: true,
  onHookError: true,
  timeoutMs: true,
});
/** The fields of a backfill policy. */
export const BACKFILL: Known = namesOf<BackfillPolicy>()({ maxPartitionsPerRun: true });
