/** When an asset is to be made by itself: conditions over its state, as plain data. The terms are Dagster's. */

/** What is so, or not, of one partition of the asset that a condition belongs to. */
export type ConditionState =
  | "missing"
  | "in-progress"
  | "run-in-progress"
  | "backfill-in-progress"
  | "execution-failed"
  | "newly-updated"
  | "newly-requested"
  | "newly-missing"
  | "will-be-requested"
  | "initial-evaluation"
  | "executed-with-root-target"
  | "code-version-changed"
  | "data-version-changed"
  | "freshness-passed"
  | "freshness-warned"
  | "freshness-failed"
  | "check-passed"
  | "check-failed"
  | "any-deps-updated"
  | "any-deps-missing"
  | "any-deps-in-progress";

/** A state that holds. */
export interface StateCondition {
  /** Says what this is. */
  readonly kind: ConditionState | "eager" | "on-missing";
}

/** A cron has ticked since the last evaluation, or what follows from that. */
export interface CronCondition {
  /** `on-cron` and `all-deps-updated-since-cron` are made of others; see {@linkcode condition}. */
  readonly kind: "cron-tick-passed" | "all-deps-updated-since-cron" | "on-cron";
  /** Five fields. */
  readonly cron: string;
  /** IANA zone. */
  readonly timezone: string;
}

/** The partition is in the latest window of time; always so without windows. */
export interface LatestWindowCondition {
  /** Says what this is. */
  readonly kind: "in-latest-time-window";
  /** How far back the latest windows reach, in milliseconds; undefined for the last one only. */
  readonly lookbackMs: number | undefined;
}

/** Several conditions as one. */
export interface CombinedCondition {
  /** Whether all must hold, or any. */
  readonly kind: "and" | "or";
  /** The conditions. */
  readonly of: readonly AutomationCondition[];
}

/** A condition turned round, or seen over time. */
export interface WrappedCondition {
  /** `newly-true` holds at the evaluation at which the inner one begins to hold. */
  readonly kind: "not" | "newly-true" | "since-last-handled";
  /** The condition. */
  readonly of: AutomationCondition;
}

/** Holds from when one condition held until another does. */
export interface SinceCondition {
  /** Says what this is. */
  readonly kind: "since";
  /** What begins it. */
  readonly of: AutomationCondition;
  /** What ends it. */
  readonly reset: AutomationCondition;
}

/** A condition on what the asset is made from. */
export interface DepsCondition {
  /** Whether one upstream asset is enough. */
  readonly kind: "any-deps" | "all-deps";
  /** What must hold of an upstream asset. */
  readonly of: AutomationCondition;
  /** Only these upstream assets count; undefined for all. */
  readonly only: readonly string[] | undefined;
  /** These upstream assets do not count. */
  readonly except: readonly string[];
}

/** A condition on the checks of the asset. */
export interface ChecksCondition {
  /** Whether one check is enough. */
  readonly kind: "any-checks" | "all-checks";
  /** What must hold of a check. */
  readonly of: AutomationCondition;
  /** Only checks that block what is downstream count. */
  readonly blockingOnly: boolean;
}

/** When an asset is to be made by itself; made by {@linkcode condition}. Plain frozen data. */
export type AutomationCondition =
  | StateCondition
  | CronCondition
  | LatestWindowCondition
  | CombinedCondition
  | WrappedCondition
  | SinceCondition
  | DepsCondition
  | ChecksCondition;

/** Which upstream assets a condition looks at, by key. */
export interface DepsChoice {
  /** Only these. Default: all. */
  readonly only?: readonly string[];
  /** All but these. */
  readonly except?: readonly string[];
}

/** The states that {@linkcode condition} offers as values. */
export interface StateConditions {
  /** Something upstream was updated or it is newly missing, and nothing stands in the way. */
  readonly eager: StateCondition;
  /** It is newly missing, and nothing upstream is. */
  readonly onMissing: StateCondition;
  /** It was never made, or was wiped. */
  readonly missing: StateCondition;
  /** A run or a backfill is making it. */
  readonly inProgress: StateCondition;
  /** A run is making it. */
  readonly runInProgress: StateCondition;
  /** A backfill is to make it. */
  readonly backfillInProgress: StateCondition;
  /** The last attempt to make it failed. */
  readonly executionFailed: StateCondition;
  /** It was made since the last evaluation. */
  readonly newlyUpdated: StateCondition;
  /** It was requested at the last evaluation. */
  readonly newlyRequested: StateCondition;
  /** It has become missing since the last evaluation. */
  readonly newlyMissing: StateCondition;
  /** It is requested at this evaluation. */
  readonly willBeRequested: StateCondition;
  /** It is looked at for the first time. */
  readonly initialEvaluation: StateCondition;
  /** Its last run also made the asset that the condition belongs to. */
  readonly executedWithRootTarget: StateCondition;
  /** Its code version has changed since the last evaluation. */
  readonly codeVersionChanged: StateCondition;
  /** Its data version has changed since the last evaluation. */
  readonly dataVersionChanged: StateCondition;
  /** It is fresh. */
  readonly freshnessPassed: StateCondition;
  /** It is nearly too old. */
  readonly freshnessWarned: StateCondition;
  /** It is too old. */
  readonly freshnessFailed: StateCondition;
  /** The check passed; for checks only. */
  readonly checkPassed: StateCondition;
  /** The check failed; for checks only. */
  readonly checkFailed: StateCondition;
  /** Something upstream was updated, not by a run of its own, or will be requested. */
  readonly anyDepsUpdated: StateCondition;
  /** Something upstream is missing and will not be requested. */
  readonly anyDepsMissing: StateCondition;
  /** Something upstream is being made. */
  readonly anyDepsInProgress: StateCondition;
}

const STATES: { readonly [name in keyof StateConditions]: StateCondition["kind"] } = {
  eager: "eager",
  onMissing: "on-missing",
  missing: "missing",
  inProgress: "in-progress",
  runInProgress: "run-in-progress",
  backfillInProgress: "backfill-in-progress",
  executionFailed: "execution-failed",
  newlyUpdated: "newly-updated",
  newlyRequested: "newly-requested",
  newlyMissing: "newly-missing",
  willBeRequested: "will-be-requested",
  initialEvaluation: "initial-evaluation",
  executedWithRootTarget: "executed-with-root-target",
  codeVersionChanged: "code-version-changed",
  dataVersionChanged: "data-version-changed",
  freshnessPassed: "freshness-passed",
  freshnessWarned: "freshness-warned",
  freshnessFailed: "freshness-failed",
  checkPassed: "check-passed",
  checkFailed: "check-failed",
  anyDepsUpdated: "any-deps-updated",
  anyDepsMissing: "any-deps-missing",
  anyDepsInProgress: "any-deps-in-progress",
};

/** What conditions are made of; see {@linkcode condition}. */
export interface ConditionKit extends StateConditions {
  /** In the latest window, a tick has passed, and all upstream assets were updated since it. Default zone: UTC. */
  onCron(cron: string, timezone?: string): CronCondition;
  /** The cron has ticked since the last evaluation. Default zone: UTC. */
  cronTickPassed(cron: string, timezone?: string): CronCondition;
  /** All upstream assets were updated since the last tick. Default zone: UTC. */
  allDepsUpdatedSinceCron(cron: string, timezone?: string): CronCondition;
  /** In the latest window of time, or in those that began within the last `lookbackMs` milliseconds. */
  inLatestTimeWindow(lookbackMs?: number): LatestWindowCondition;
  /** All of them hold. */
  and(...of: readonly AutomationCondition[]): CombinedCondition;
  /** Any of them holds. */
  or(...of: readonly AutomationCondition[]): CombinedCondition;
  /** It does not hold. */
  not(of: AutomationCondition): WrappedCondition;
  /** It begins to hold. */
  newlyTrue(of: AutomationCondition): WrappedCondition;
  /** It has held since the partition was last requested, made, or first looked at. */
  sinceLastHandled(of: AutomationCondition): WrappedCondition;
  /** From when `of` held until `reset` does. */
  since(of: AutomationCondition, reset: AutomationCondition): SinceCondition;
  /** It holds of at least one upstream asset. */
  anyDeps(of: AutomationCondition, which?: DepsChoice): DepsCondition;
  /** It holds of every upstream asset, for at least one partition that is read. */
  allDeps(of: AutomationCondition, which?: DepsChoice): DepsCondition;
  /** It holds of at least one check of the asset. */
  anyChecks(of: AutomationCondition, options?: { readonly blockingOnly?: boolean }): ChecksCondition;
  /** It holds of every check of the asset. */
  allChecks(of: AutomationCondition, options?: { readonly blockingOnly?: boolean }): ChecksCondition;
}

/**
 * What conditions are made of: states such as `missing` and `newlyUpdated`, operators such as `and` and `since`,
 * and three that suffice for most assets:
 *
 * - `eager`: whenever something upstream was updated or the partition is newly missing, nothing upstream is missing or
 *   being made, and the asset itself is not being made; in the latest window.
 * - `onCron(cron, timezone)`: after each tick, once everything upstream was updated since.
 * - `onMissing`: when the partition is newly missing, and nothing upstream is.
 *
 * The terms and their expansion are those of Dagster's declarative automation.
 *
 * @example
 * ```ts
 * import { condition, defineAsset } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", automation: condition.onCron("0 6 * * *"), run: () => [] });
 * const report = defineAsset({
 *   key: "report",
 *   deps: { orders },
 *   automation: condition.and(condition.eager, condition.not(condition.executionFailed)),
 *   run: ({ inputs }) => inputs.orders.length,
 * });
 * assert.equal(orders.automation?.kind, "on-cron");
 * assert.equal(report.automation?.kind, "and");
 * ```
 */
export const condition: ConditionKit = Object.freeze(
  {
    ...states(),
    onCron: (cron: string, timezone?: string) => onTick("on-cron", cron, timezone),
    cronTickPassed: (cron: string, timezone?: string) => onTick("cron-tick-passed", cron, timezone),
    allDepsUpdatedSinceCron: (cron: string, timezone?: string) =>
      onTick("all-deps-updated-since-cron", cron, timezone),
    inLatestTimeWindow: (lookbackMs?: number) => Object.freeze({ kind: "in-latest-time-window", lookbackMs }),
    and: (...of: readonly AutomationCondition[]) => combined("and", of),
    or: (...of: readonly AutomationCondition[]) => combined("or", of),
    not: (of: AutomationCondition) => wrapped("not", of),
    newlyTrue: (of: AutomationCondition) => wrapped("newly-true", of),
    sinceLastHandled: (of: AutomationCondition) => wrapped("since-last-handled", of),
    since: (of: AutomationCondition, reset: AutomationCondition) =>
      Object.freeze({ kind: "since", of, reset } as const),
    anyDeps: (of: AutomationCondition, which?: DepsChoice) => onDeps("any-deps", of, which),
    allDeps: (of: AutomationCondition, which?: DepsChoice) => onDeps("all-deps", of, which),
    anyChecks: (of: AutomationCondition, options?: { readonly blockingOnly?: boolean }) =>
      onChecks("any-checks", of, options?.blockingOnly),
    allChecks: (of: AutomationCondition, options?: { readonly blockingOnly?: boolean }) =>
      onChecks("all-checks", of, options?.blockingOnly),
  } as const,
);

/** Every kind of state condition, for those who read conditions. */
export const STATE_CONDITIONS: ReadonlySet<string> = new Set(Object.values(STATES));

function states(): StateConditions {
  const entries = Object.entries(STATES).map(([name, kind]) => [name, Object.freeze({ kind })] as const);
  return Object.fromEntries(entries) as unknown as StateConditions;
}

function onTick(kind: CronCondition["kind"], cron: string, timezone: string = "UTC"): CronCondition {
  return Object.freeze({ kind, cron, timezone });
}

function combined(kind: CombinedCondition["kind"], of: readonly AutomationCondition[]): CombinedCondition {
  return Object.freeze({ kind, of: Object.freeze([...of]) });
}

function wrapped(kind: WrappedCondition["kind"], of: AutomationCondition): WrappedCondition {
  return Object.freeze({ kind, of });
}

function onDeps(kind: DepsCondition["kind"], of: AutomationCondition, which: DepsChoice = {}): DepsCondition {
  return Object.freeze({
    kind,
    of,
    only: which.only && Object.freeze([...which.only]),
    except: Object.freeze([...which.except ?? []]),
  });
}

function onChecks(
  kind: ChecksCondition["kind"],
  of: AutomationCondition,
  blockingOnly: boolean = false,
): ChecksCondition {
  return Object.freeze({ kind, of, blockingOnly });
}
