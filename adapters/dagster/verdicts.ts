/** How Dagster carries every feature. */
import type { Feature } from "../features.ts";
import type { Verdict, VerdictTable } from "../loss.ts";
import {
  breakerRefused,
  COMPUTED_KEY,
  emulated,
  KEY_BESIDE_POOL,
  native,
  refused,
  SCHEDULE_POLICIES_LEFT_OUT,
  sensorsLeftOut,
} from "../parts/verdict.ts";
import { type Ability, type DagsterVersion, SINCE } from "./version.ts";

const BETA = "Dagster calls the class beta; the warning is switched off where it is made.";

/** The verdicts. What one graph makes of them is in `losses.ts`. */
export const VERDICTS = {
  "asset": native("A multi-asset with one spec, whose body runs the step in a process."),
  "asset.external": native("An AssetSpec in the definitions."),
  "asset.multi": native("A multi-asset with a spec for each asset."),
  "asset.multi.subset": native("can_subset; the step is asked for the selected keys."),
  "asset.unicode": emulated(
    "The key is as it is; inputs and outputs of its op are numbered, since Dagster names them in ASCII only.",
  ),
  "asset.description": native("description of the spec."),
  "asset.group": native("group_name of the spec."),
  "asset.tags": native("tags of the spec."),
  "asset.owners": native("owners of the spec."),
  "asset.kinds": native("kinds of the spec."),
  "asset.metadata": native("metadata of the spec."),
  "asset.codeVersion": native("code_version of the spec; the step refuses to run code of another version."),
  "dependency": native("A dep of the spec; the step itself loads the value from the IO place."),
  "dependency.order": native("A dep of the spec."),
  "dependency.optional": refused(
    "Dagster runs a step when all it waits for was made.",
    "The step is skipped where something upstream was, and fails where nothing was ever kept.",
    "Let the step upstream give an empty value instead of skipping.",
  ),
  "dependency.self": native("A dep of the spec on itself, with a mapping to earlier windows."),
  "partitions.time": native("The definition of the unit, or of a cron; keys are the same."),
  "partitions.time.end": native("end_date."),
  "partitions.time.offset": native("end_offset."),
  "partitions.time.exclusions": native("exclusions."),
  "partitions.static": native("StaticPartitionsDefinition."),
  "partitions.dynamic": native(
    "DynamicPartitionsDefinition of the same name.",
    "The keys are those that Dagster's instance knows, not those of Sluice's run store.",
    "Add them with instance.add_dynamic_partitions or in the UI.",
  ),
  "partitions.two": native("MultiPartitionsDefinition; keys are the same."),
  "partitions.many": emulated(
    "Dagster has two dimensions: one is carried by itself, more as a list of the keys of all cells.",
    "The UI shows the cells as one list.",
  ),
  "mapping.identity": native("IdentityPartitionMapping, or what is inferred."),
  "mapping.all": native("AllPartitionMapping, or what is inferred."),
  "mapping.last": native("LastPartitionMapping."),
  "mapping.specific": native("SpecificPartitionsPartitionMapping."),
  "mapping.static": native("StaticPartitionMapping."),
  "mapping.time": native(
    "TimeWindowPartitionMapping, inferred where it has no offsets.",
  ),
  "mapping.time.offset": native(
    "TimeWindowPartitionMapping with the same offsets.",
    "Dagster joins neighbouring windows of a range before it moves them, so that a range can depend on other windows than its members do.",
  ),
  "mapping.time.nonexistent": native(`allow_nonexistent_upstream_partitions. ${BETA}`),
  "mapping.dimension": native("What Dagster infers between two dimensions and one."),
  "mapping.dimensions": native(`MultiPartitionMapping. ${BETA}`),
  "mapping.custom": emulated(
    "A table of keys between two fixed lists, else all upstream partitions.",
  ),
  "check.inline": native("check_specs of the multi-asset; the step evaluates them."),
  "check.step": native("asset_check, with a body that runs the step."),
  "check.blocking": native("blocking."),
  "check.warn": native("The severity of the result."),
  "check.partitioned": emulated(
    "The check looks at the partitions of its run.",
    "Dagster keeps one result for the asset, not one for each partition, and the check cannot be run without its asset.",
    "The metadata of a failed result names the partitions.",
  ),
  "retry": native("RetryPolicy; a step that asks for another attempt is given it by RetryRequested."),
  "retry.backoff": native("backoff of the RetryPolicy; the arithmetic is the same."),
  "retry.jitter": native("jitter of the RetryPolicy; the arithmetic is the same."),
  "retry.cap": emulated(
    "The step works out the delay and asks for it by RetryRequested.",
    "A process that dies without an outcome is tried again after the delay of the RetryPolicy, which has no cap.",
  ),
  "retry.class": emulated(
    "The step looks at its error, and says whether it is tried again and when; the policy allows the most of any class.",
  ),
  "timeout": emulated("The step watches its own time; the process is killed when it overstays that by 10 s."),
  "pool": native(
    "pool.",
    "Limits belong to Dagster's instance.",
    "Run deploy/pools.sh against the instance.",
  ),
  "concurrency": native(
    "A pool of the key, with its limit in deploy/pools.sh.",
    "Limits belong to Dagster's instance. Of different limits for one key the smallest counts.",
    "Run deploy/pools.sh against the instance.",
  ),
  "concurrency.pool": KEY_BESIDE_POOL,
  "concurrency.computed": COMPUTED_KEY,
  "breaker": breakerRefused("stop the schedule from a run failure sensor of your own"),
  "priority": native("The op tag dagster/priority, which orders the ready steps of a run."),
  "past": emulated(
    "A dep of the spec on itself, with a mapping to the window before, from which nothing is loaded.",
    "Backfills and automation keep the order of windows; a run that is asked for one window makes it although the one before it is missing.",
    "Ask for missing windows by a backfill.",
  ),
  "trigger": {
    ...refused(
      "Dagster runs a step when all it waits for was made, and knows no other rule.",
      "The step would run at other times than it is meant to.",
      "Leave it out of what is exported; a run failure sensor of your own can take its place.",
    ),
    isFatal: true,
  },
  "elements": {
    ...emulated(
      "The elements run within the process of their step, with their own attempts, keys and limits.",
    ),
    differs:
      "They are no steps of a dynamic graph: nobody sees them there, the next attempt makes all of them again, and pools bound those of one process.",
    advice: "What has to be seen or tried again by itself is a partition.",
  },
  "hooks": {
    ...emulated("The process of the step calls them, once for all of its partitions."),
    differs:
      "A step that is skipped or failed without a process of its own calls none, nor does one that is killed.",
    advice: "Look for those in what a run failure sensor says.",
  },
  "undo": emulated(
    "A sensor asks for a run of the job undo_run, which undoes what a failed run has made, the latest end first.",
    "Nothing is undone without the daemon. One step is undone after the other, outside of pools. Materializations stay, with an observation beside them; a value that something else has made since counts as not made.",
    "Without a daemon launch undo_run with the tag sluice/compensates=RUN_ID. Execute a failed run again as a whole.",
  ),
  "isolation": native("Every step is a process of its own, inline ones too."),
  "isolation.memory": emulated(
    "A tag of the op by which k8s_job_executor limits the memory of its pod.",
    "Other executors do not look at it: an attempt may take what the machine has. In the pod Dagster's own process counts too.",
    "Use k8s_job_executor, or limit the memory of the run by the run launcher.",
  ),
  "batch": native(
    "One run for a range (BackfillPolicy.single_run); the step gets all its partitions in one request.",
    "The data version of each partition of a range is in its metadata (sluice/data_version); the tag is Dagster's own.",
  ),
  "backfill": native(
    "BackfillPolicy.multi_run or single_run; a step without batch makes its partitions one after the other.",
    "The data version of each partition of a range is in its metadata (sluice/data_version); the tag is Dagster's own.",
  ),
  "skip": native(
    "A skippable spec that yields no result; what is downstream is skipped, as by a short circuit.",
  ),
  "config": native(
    "config of the op, passed on to the step, which validates it.",
    "Dagster does not know the schema.",
  ),
  "resources": native("The step opens its own resources."),
  "io": native("The step reads and writes the IO place that SLUICE_IO names."),
  "io.memory": {
    kind: "refused",
    how: "Every step is a process of its own, and what it keeps in memory is gone when it ends.",
    differs: "The value is lost; that it was made is recorded.",
    advice: "Keep it in files: leave `io` out, or write `io: files()`.",
  },
  "io.custom": emulated(
    "The step asks for the manager by its name.",
    "The process of the step must know the manager.",
    "Keep values by the manager `files`, or run steps by a command of your own that knows it.",
  ),
  "job": native("define_asset_job with a selection by keys, by group, or of all."),
  "job.config": native("config of the job, by op."),
  "job.tags": native("tags of the job or of its run requests."),
  "job.hooks": emulated(
    "The processes of steps call those of steps; run status sensors call onRunStart and onRunEnd.",
    "Without the daemon those of runs are not called, and with it half a minute late; onRunEnd comes before what a failed run has made is undone. Counts are those of ops.",
    "Run the daemon.",
  ),
  "job.undo.off": native("A tag of its runs, which the sensor reads."),
  "job.undo.always": native("A sensor for canceled runs, which reads a tag of theirs."),
  "job.priority": native(
    "The tag dagster/priority of the job, by which the run queue is served.",
    "Priorities are whole numbers in Dagster.",
  ),
  "job.steps": native("A multiprocess executor of the job, with max_concurrent."),
  "job.key": native(
    "The tag sluice/key of the job, with its limit among the tag_concurrency_limits of deploy/dagster.yaml.",
    "The limit belongs to Dagster's instance.",
    "Merge deploy/dagster.yaml into that of the instance.",
  ),
  "job.key.shared": native("The tag is the same, and so is its limit."),
  "job.key.skip": refused(
    "The run queue holds runs back, and drops none.",
    "They wait and run later.",
    "Let a schedule or sensor of your own look for other runs, and skip.",
  ),
  "job.key.cancel": refused(
    "Dagster cancels no run for another one.",
    "New runs wait for earlier ones.",
    "Terminate earlier runs by Dagster's API before a new one is asked for.",
  ),
  "schedule": native("ScheduleDefinition."),
  "schedule.crons": native("A list of crons; an instant that several name counts once."),
  "schedule.zone": native("execution_timezone; clock changes mean the same."),
  "schedule.windows": emulated(
    "The cron of the windows, and a function that skips ticks at which no window ends.",
  ),
  "schedule.last": emulated("A function that requests the last partition at the tick."),
  "schedule.all": emulated(
    "A function that requests every partition, a run each.",
    "Each partition is a run of its own.",
  ),
  "schedule.catchUp": {
    kind: "refused",
    how:
      "Dagster's scheduler does not make up for ticks from before it was started, or while the schedule was off.",
    differs: "Ticks that were missed while the schedule was off are not made up for.",
    advice: "Launch a backfill of the partitions that are missing.",
  },
  ...SCHEDULE_POLICIES_LEFT_OUT,
  "schedule.misfire.skip": native("Dagster makes up for no tick that it has missed."),
  "schedule.disabled": native("default_status is STOPPED."),
  ...sensorsLeftOut("Write a sensor of Dagster's that launches the job."),
  "sensor.files": emulated(
    "A sensor whose body asks `sluice sensor`, with the cursor that Dagster keeps.",
    "The daemon looks every few seconds at most, and files are those of the machine on which it runs code.",
  ),
  "sensor.custom": emulated(
    "A sensor whose body asks `sluice sensor`, with the cursor that Dagster keeps.",
    "Several partitions of one request are runs of their own. A look may take 50 seconds.",
  ),
  "sensor.freshness": refused(
    "The export has sensors of files, addresses, functions, assets and runs, and none of freshness.",
    "Nothing is run when an asset is too old; Dagster shows it all the same.",
    "Give the assets that are to be run an automation condition, or a schedule.",
  ),
  "sensor.http": emulated(
    "A sensor whose body asks `sluice sensor`, with the cursor that Dagster keeps.",
    "A look may take 50 seconds.",
  ),
  "sensor.assets": native(
    "A sensor that reads the materializations of the instance after its cursor.",
    "It looks every 30 seconds; partitions that are to be run are runs of their own.",
  ),
  "sensor.assets.all": native(
    "A sensor that reads the materializations of the instance after its cursor, and keeps what waits for others in it.",
    "It looks every 30 seconds; partitions that are to be run are runs of their own.",
  ),
  "sensor.runs": native("A run status sensor for each status, with the run id as run key."),
  "sensor.runs.all": native(
    "A run status sensor for each status, with the run id as run key.",
    "It hears of the runs of its code location only, those that Dagster makes for backfills and automation included.",
  ),
  "sensor.partitions": native("Partition keys of the run requests.", "Each partition is a run of its own."),
  "sensor.disabled": native("default_status is STOPPED."),
  "automation.eager": native("AutomationCondition.eager, evaluated by a sensor that is on."),
  "automation.onCron": native("AutomationCondition.on_cron, evaluated by a sensor that is on."),
  "automation.onMissing": native("AutomationCondition.on_missing, evaluated by a sensor that is on."),
  "automation.condition": native("The same tree of conditions, evaluated by a sensor that is on."),
  "freshness.window": native("FreshnessPolicy.time_window."),
  "freshness.cron": native("FreshnessPolicy.cron."),
} satisfies VerdictTable as VerdictTable;

/** What versions before one make of a feature. */
export interface OlderVerdict extends Verdict {
  /** What they lack. */
  readonly lacks: Ability;
  /** Which feature. */
  readonly feature: Feature;
  /** Whether only some uses of the feature are meant. */
  readonly isPartial?: boolean;
}

/** Where older versions of Dagster do less than `VERDICTS` says. */
export const OLDER_VERDICTS: readonly OlderVerdict[] = [
  {
    lacks: "groupPaths",
    feature: "asset.group",
    isPartial: true,
    ...emulated(
      `Groups are single words before Dagster ${SINCE.groupPaths}: \`/\` becomes \`_\`.`,
      "The group has another name.",
      `Write for Dagster ${SINCE.groupPaths} or later.`,
    ),
  },
  ...(["partitions.time", "schedule.zone"] as const).map((feature) => ({
    lacks: "zoneMinutes" as const,
    feature,
    isPartial: true,
    ...native(
      "As in newer versions, but for crons of every hour in zones that are not whole hours from UTC.",
      `Minutes of such crons are those of UTC before Dagster ${SINCE.zoneMinutes}; the report lists instants.`,
      `Write for Dagster ${SINCE.zoneMinutes} or later.`,
    ),
  })),
  {
    lacks: "poolPaths",
    feature: "pool",
    isPartial: true,
    ...emulated(
      `Pools are single words before Dagster ${SINCE.poolPaths}: other characters become \`_\`.`,
      "The pool has another name, and limits belong to Dagster's instance.",
      "Run deploy/pools.sh against the instance.",
    ),
  },
  ...(["freshness.window", "freshness.cron"] as const).map((feature) => ({
    lacks: "freshness" as const,
    feature,
    ...native(
      `FreshnessPolicy of dagster.preview.freshness; it is Dagster's own name since ${SINCE.freshness}.`,
      "Dagster watches freshness only where the dagster.yaml of the instance switches it on.",
      "Merge deploy/dagster.yaml into that of the instance.",
    ),
  })),
  {
    lacks: "exclusions",
    feature: "partitions.time.exclusions",
    kind: "refused",
    how: `Windows can be left out since Dagster ${SINCE.exclusions}.`,
    differs: "The windows that are left out are partitions there, and steps that are asked for them fail.",
    advice: `Write for Dagster ${SINCE.exclusions} or later.`,
  },
];

/** The verdicts for a version. */
export function verdictsOf(dagster: DagsterVersion): VerdictTable {
  const older = OLDER_VERDICTS.filter(({ lacks, isPartial }) => !isPartial && !dagster.has(lacks))
    .map(({ lacks: _, feature, ...verdict }) => [feature, verdict] as const);
  return { ...VERDICTS, ...Object.fromEntries(older) };
}
