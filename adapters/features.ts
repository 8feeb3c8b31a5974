/**
 * What a graph can have in it, feature by feature, and where a snapshot uses it. Every target answers for every feature,
 * and so no export can drop one in silence.
 */
import type { AutomationCondition } from "../src/model/automation/condition.ts";
import { cronExtras } from "./parts/crons.ts";
import type { OverlapPolicy } from "../src/model/automation/policies.ts";
import type { RunConcurrency } from "../src/model/gates/concurrency.ts";
import type { Partitions } from "../src/model/partitions/definition.ts";
import type {
  AssetSnapshot,
  InputSnapshot,
  MappingSnapshot,
  ScheduleSnapshot,
  SensorSnapshot,
  Snapshot,
  StepSnapshot,
} from "../src/model/snapshot/snapshot.ts";

/** The features, in the order of the tables that people read, with what each is. */
export const FEATURES = {
  "asset": "An asset made by a step of its own",
  "asset.external": "An external asset",
  "asset.multi": "Several assets made by one step",
  "asset.multi.subset": "A step of which some outputs can be asked for",
  "asset.unicode": "A key with letters beyond ASCII",
  "asset.description": "A description",
  "asset.group": "A group",
  "asset.tags": "Tags",
  "asset.owners": "Owners",
  "asset.kinds": "Kinds",
  "asset.metadata": "Metadata",
  "asset.codeVersion": "A code version",
  "dependency": "A dependency whose value is read",
  "dependency.order": "A dependency for the order only",
  "dependency.optional": "A dependency whose value may be missing",
  "dependency.self": "A dependency on the asset's own earlier windows",
  "partitions.time": "Partitions by time",
  "partitions.time.end": "Partitions by time with an end",
  "partitions.time.offset": "Windows added after the last one, or left out before it",
  "partitions.time.exclusions": "Windows left out",
  "partitions.static": "Partitions by a fixed list of names",
  "partitions.dynamic": "Partitions added and removed at run time",
  "partitions.two": "Partitions of two dimensions",
  "partitions.many": "Partitions of one dimension by name, or of more than two",
  "mapping.identity": "The same partition upstream",
  "mapping.all": "All partitions upstream",
  "mapping.last": "The last partition upstream",
  "mapping.specific": "Given partitions upstream",
  "mapping.static": "A table from upstream to downstream partitions",
  "mapping.time": "The windows upstream that overlap",
  "mapping.time.offset": "The windows upstream, moved",
  "mapping.time.nonexistent": "Windows upstream that may be missing",
  "mapping.dimension": "Between several dimensions and one",
  "mapping.dimensions": "Between several dimensions, each by its own rule",
  "mapping.custom": "Upstream partitions by a function",
  "check.inline": "A check inside the step",
  "check.step": "A check as a step of its own",
  "check.blocking": "A check that stops what is downstream",
  "check.warn": "A check that only warns",
  "check.partitioned": "A check of each partition",
  "retry": "Retries",
  "retry.backoff": "Retries with growing delays",
  "retry.jitter": "Retries with random delays",
  "retry.cap": "Retries with a longest delay",
  "retry.class": "Retries by the class of the error",
  "timeout": "A time limit of an attempt",
  "pool": "A concurrency pool",
  "concurrency": "A concurrency key with a fixed name",
  "concurrency.pool": "A concurrency key beside a pool",
  "concurrency.computed": "A concurrency key by a function",
  "breaker": "A resource with a circuit breaker",
  "priority": "A priority",
  "past": "A step that depends on its own window before",
  "trigger": "A trigger rule",
  "elements": "A body that fans out over a value known at run time",
  "hooks": "Hooks of a step",
  "undo": "A step that is undone when its run fails",
  "isolation": "A body that runs in a worker or a process of its own",
  "isolation.memory": "A cap on the memory of an attempt",
  "batch": "A body that takes many partitions at once",
  "backfill": "A backfill policy",
  "skip": "A body that may skip",
  "config": "A step that takes config",
  "resources": "A step that uses resources",
  "io": "Values kept in a place that all processes reach",
  "io.memory": "Values kept in memory",
  "io.custom": "Values kept by an IO manager of the user's",
  "job": "A job",
  "job.config": "Config of a job",
  "job.tags": "Tags of a job or schedule",
  "job.hooks": "Hooks of a job",
  "job.undo.off": "A job whose runs undo nothing",
  "job.undo.always": "A job whose canceled runs are undone too",
  "job.priority": "A job whose runs have a priority",
  "job.steps": "A limit of how many steps of a job's run go on at once",
  "job.key": "A job of which only so many runs go on at once, by a key",
  "job.key.shared": "Several jobs with one such key",
  "job.key.skip": "Runs of a key that are skipped while others go on",
  "job.key.cancel": "Runs of a key that cancel earlier ones",
  "schedule": "A schedule by cron",
  "schedule.crons": "A schedule by several crons",
  "schedule.zone": "A schedule in a zone with clock changes",
  "schedule.windows": "A schedule by the ends of windows",
  "schedule.last": "A schedule that runs the last partition",
  "schedule.all": "A schedule that runs all partitions",
  "schedule.catchUp": "A schedule that makes up for missed ticks",
  "schedule.seconds": "A schedule to the second",
  "schedule.years": "A schedule in some years only",
  "schedule.nearest": "A schedule on the working days nearest to dates",
  "schedule.misfire.skip": "A schedule that makes up for no missed tick",
  "schedule.misfire.once": "A schedule that makes up for the latest missed tick",
  "schedule.misfire.cap": "A schedule that makes up for so many missed ticks at most",
  "schedule.overlap.skip": "A schedule that skips ticks while a run of it is not over",
  "schedule.overlap.queueOne": "A schedule of which one run waits behind another",
  "schedule.overlap.allow": "A schedule whose runs may overlap",
  "schedule.overlap.cancel": "A schedule whose runs cancel earlier ones",
  "schedule.jitter": "A schedule whose ticks are spread",
  "schedule.request": "A schedule of which a function decides what a tick runs",
  "schedule.bounds": "A schedule with a start or an end",
  "schedule.disabled": "A schedule that is off at first",
  "sensor.files": "A sensor of files",
  "sensor.assets": "A sensor of the making of any of some assets",
  "sensor.assets.all": "A sensor that waits until all of some assets are made",
  "sensor.runs": "A sensor of the ends of runs of some jobs",
  "sensor.runs.all": "A sensor of the ends of all runs",
  "sensor.http": "A sensor of what an address answers",
  "sensor.freshness": "A sensor of freshness",
  "sensor.custom": "A sensor by a function",
  "sensor.partitions": "A sensor whose target has partitions",
  "sensor.disabled": "A sensor that is off at first",
  "automation.eager": "Made whenever something upstream changed",
  "automation.onCron": "Made after a tick, when everything upstream was updated",
  "automation.onMissing": "Made when it is missing",
  "automation.condition": "Made by a condition of one's own",
  "freshness.window": "A longest age",
  "freshness.cron": "A deadline by cron",
} as const;

/** The name of a feature. */
export type Feature = keyof typeof FEATURES;

/** One use of a feature. */
export interface FeatureUse {
  /** Which feature. */
  readonly feature: Feature;
  /** What uses it: `asset raw/orders`, `step pairs`, `schedule nightly`. */
  readonly subject: string;
}

/** Every use of every feature, in the order of the snapshot. */
export function featuresOf(snapshot: Snapshot): readonly FeatureUse[] {
  const uses = [
    ...snapshot.assets.flatMap((asset) => usesOf(`asset ${asset.key}`, assetFeatures(asset, snapshot))),
    ...snapshot.steps.flatMap((step) => usesOf(`step ${step.name}`, stepFeatures(step))),
    ...snapshot.jobs.flatMap(({ name, config, tags, hooks, compensate, priority, concurrency }) =>
      usesOf(`job ${name}`, [
        "job",
        when(hasAny(config), "job.config"),
        when(hasAny(tags), "job.tags"),
        when(hooks !== undefined, "job.hooks"),
        when(compensate === false, "job.undo.off"),
        when(compensate === "always", "job.undo.always"),
        when(priority !== undefined, "job.priority"),
        ...runFeatures(concurrency, snapshot),
      ])
    ),
    ...snapshot.schedules.flatMap((schedule) =>
      usesOf(`schedule ${schedule.name}`, [
        schedule.crons.length > 0 ? "schedule" : "schedule.windows",
        when(schedule.crons.length > 1, "schedule.crons"),
        when(isZoned(schedule.timezone), "schedule.zone"),
        when(schedule.partitions !== undefined, schedule.runs === "all" ? "schedule.all" : "schedule.last"),
        when(schedule.catchUp, "schedule.catchUp"),
        ...extraFeatures(schedule),
        ...policyFeatures(schedule),
        when(!schedule.enabled, "schedule.disabled"),
        when(hasAny(schedule.config), "job.config"),
        when(hasAny(schedule.tags), "job.tags"),
      ])
    ),
    ...(snapshot.sensors ?? []).flatMap((sensor) =>
      usesOf(`sensor ${sensor.name}`, [
        sensorFeature(sensor),
        when(sensor.partitions !== undefined, "sensor.partitions"),
        when(!sensor.enabled, "sensor.disabled"),
        when(hasAny(sensor.config), "job.config"),
        when(hasAny(sensor.tags), "job.tags"),
      ])
    ),
  ];
  return uses;
}

const OVERLAPS: { readonly [policy in OverlapPolicy]: Feature } = {
  skip: "schedule.overlap.skip",
  "queue-one": "schedule.overlap.queueOne",
  allow: "schedule.overlap.allow",
  "cancel-previous": "schedule.overlap.cancel",
};

function extraFeatures(schedule: ScheduleSnapshot): readonly (Feature | undefined)[] {
  const { hasSeconds, hasYears, hasNearest } = cronExtras(schedule);
  return [
    when(hasSeconds, "schedule.seconds"),
    when(hasYears, "schedule.years"),
    when(hasNearest, "schedule.nearest"),
  ];
}

function policyFeatures(
  { misfire, overlap, jitterMs, isDecided, startMs, endMs }: ScheduleSnapshot,
): readonly (Feature | undefined)[] {
  return [
    when(misfire?.policy === "skip", "schedule.misfire.skip"),
    when(misfire?.policy === "fire-once", "schedule.misfire.once"),
    when(misfire?.policy === "fire-all", "schedule.misfire.cap"),
    overlap && OVERLAPS[overlap],
    when(jitterMs !== undefined, "schedule.jitter"),
    when(isDecided === true, "schedule.request"),
    when(startMs !== undefined || endMs !== undefined, "schedule.bounds"),
  ];
}

function sensorFeature({ watch }: SensorSnapshot): Feature {
  if (watch.kind === "assets") return watch.when === "all" ? "sensor.assets.all" : "sensor.assets";
  if (watch.kind === "runs") return watch.jobs === undefined ? "sensor.runs.all" : "sensor.runs";
  return `sensor.${watch.kind}`;
}

function runFeatures(
  { steps, key, whenBusy }: RunConcurrency = {},
  { jobs }: Snapshot,
): readonly (Feature | undefined)[] {
  const sharing = jobs.filter(({ concurrency }) => key !== undefined && concurrency?.key === key);
  return [
    when(steps !== undefined, "job.steps"),
    when(key !== undefined, "job.key"),
    when(sharing.length > 1, "job.key.shared"),
    when(whenBusy === "skip", "job.key.skip"),
    when(whenBusy === "cancelPrevious", "job.key.cancel"),
  ];
}

function usesOf(subject: string, features: readonly (Feature | undefined)[]): readonly FeatureUse[] {
  return [...new Set(features)].flatMap((feature) => feature === undefined ? [] : [{ feature, subject }]);
}

function when(holds: boolean, feature: Feature): Feature | undefined {
  return holds ? feature : undefined;
}

function assetFeatures(asset: AssetSnapshot, { partitions }: Snapshot): readonly (Feature | undefined)[] {
  const { io, isExternal, freshness } = asset;
  return [
    isExternal ? "asset.external" : "asset",
    when(/[^\x20-\x7e]/.test(asset.key), "asset.unicode"),
    when(asset.description !== undefined, "asset.description"),
    when(asset.group !== "default", "asset.group"),
    when(hasAny(asset.tags), "asset.tags"),
    when(asset.owners.length > 0, "asset.owners"),
    when(asset.kinds.length > 0, "asset.kinds"),
    when(hasAny(asset.metadata), "asset.metadata"),
    when(asset.codeVersion !== undefined, "asset.codeVersion"),
    ...asset.partitions === undefined ? [] : partitionFeatures(partitions[asset.partitions]),
    isExternal ? undefined : ioFeature(io?.manager ?? "files"),
    asset.automation && automationFeature(asset.automation),
    freshness && (freshness.kind === "cron" ? "freshness.cron" : "freshness.window"),
  ];
}

function ioFeature(manager: string): Feature {
  if (manager === "memory") return "io.memory";
  return manager === "files" || manager === "s3" ? "io" : "io.custom";
}

function automationFeature({ kind }: AutomationCondition): Feature {
  if (kind === "eager") return "automation.eager";
  if (kind === "on-cron") return "automation.onCron";
  return kind === "on-missing" ? "automation.onMissing" : "automation.condition";
}

/** The features of a partition definition. */
export function partitionFeatures(partitions: Partitions): readonly (Feature | undefined)[] {
  switch (partitions.kind) {
    case "static":
      return ["partitions.static"];
    case "dynamic":
      return ["partitions.dynamic"];
    case "time":
      return [
        "partitions.time",
        when(partitions.endMs !== undefined, "partitions.time.end"),
        when(partitions.endOffset !== 0, "partitions.time.offset"),
        when(partitions.exclusions.length > 0, "partitions.time.exclusions"),
      ];
    case "multi": {
      const leaves = Object.values(partitions.dimensions);
      return [
        leaves.length === 2 ? "partitions.two" : "partitions.many",
        ...leaves.flatMap(partitionFeatures),
      ];
    }
  }
}

function stepFeatures(step: StepSnapshot): readonly (Feature | undefined)[] {
  const { retry, checks, check } = step;
  const all = check ? [check] : checks;
  return [
    when(step.kind === "multi-asset", "asset.multi"),
    when(step.subsettable, "asset.multi.subset"),
    ...step.inputs.flatMap((input) => input.isPast ? [] : inputFeatures(input, step)),
    when(checks.length > 0, "check.inline"),
    when(check !== undefined, "check.step"),
    when(all.some(({ blocking }) => blocking), "check.blocking"),
    when(all.some(({ severity }) => severity === "warn"), "check.warn"),
    when(check !== undefined && step.partitions !== undefined, "check.partitioned"),
    when((retry?.maxRetries ?? 0) > 0, "retry"),
    when((retry?.backoff ?? "constant") !== "constant", "retry.backoff"),
    when((retry?.jitter ?? "none") !== "none", "retry.jitter"),
    when(retry?.maxDelayMs !== undefined, "retry.cap"),
    when(retry?.byClass !== undefined, "retry.class"),
    when(step.timeoutMs !== undefined, "timeout"),
    when(step.pool !== undefined, "pool"),
    step.concurrency && concurrencyFeature(step),
    when(step.breakers !== undefined, "breaker"),
    when(step.priority !== 0, "priority"),
    when(step.dependsOnPast === true, "past"),
    when(step.triggerRule !== undefined, "trigger"),
    when(step.elements === true, "elements"),
    when(step.hooks !== undefined, "hooks"),
    when(step.undo !== undefined, "undo"),
    when(step.isolation !== undefined, "isolation"),
    when(step.memoryMb !== undefined, "isolation.memory"),
    when(step.batch, "batch"),
    when(step.maxPartitionsPerRun !== undefined, "backfill"),
    when(step.skippable, "skip"),
    when(step.takesConfig, "config"),
    when(step.resources.length > 0, "resources"),
  ];
}

function concurrencyFeature({ concurrency, pool }: StepSnapshot): Feature {
  if (concurrency?.key === undefined) return "concurrency.computed";
  return pool === undefined ? "concurrency" : "concurrency.pool";
}

function inputFeatures(
  { key, name, mapping, optional }: InputSnapshot,
  { outputs }: StepSnapshot,
): readonly (Feature | undefined)[] {
  const isSelf = outputs.some((output) => output.key === key);
  return [
    isSelf ? "dependency.self" : name === undefined ? "dependency.order" : "dependency",
    when(optional === true, "dependency.optional"),
    ...mapping ? mappingFeatures(mapping) : [],
  ];
}

/** The features of a mapping. */
export function mappingFeatures(mapping: MappingSnapshot): readonly (Feature | undefined)[] {
  switch (mapping.kind) {
    case "time-window":
      return [
        "mapping.time",
        when(mapping.startOffset !== 0 || mapping.endOffset !== 0, "mapping.time.offset"),
        when(mapping.allowNonexistent, "mapping.time.nonexistent"),
      ];
    case "multi-to-single":
      return ["mapping.dimension"];
    case "multi":
      return ["mapping.dimensions"];
    default:
      return [`mapping.${mapping.kind}`];
  }
}

function isZoned(timezone: string | undefined): boolean {
  return timezone !== undefined && !/^(?:UTC|Etc\/(?:UTC|GMT)|GMT)$/.test(timezone);
}

function hasAny(record: object): boolean {
  return Object.keys(record).length > 0;
}
