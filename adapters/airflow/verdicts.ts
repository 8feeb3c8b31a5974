/** What Airflow makes of every feature. Each line was seen on the real engine; `tests/conformance/airflow` shows it again. */
import type { VerdictTable } from "../loss.ts";
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
import { type AirflowOptions, PARTITIONED, RUNTIME_KEYS } from "./options.ts";

const IN_EXTRA = "Airflow shows it in the details of the asset only.";
const BY_VALUES = "Which partitions are read is the step's affair: it loads them from the IO place.";

const LATER_CRON = refused(
  "Airflow reads some such crons, with seconds behind the other fields; the export does not write them.",
  "The schedule is left out.",
  "Write crons of five fields, or run the schedule with `sluice serve`.",
);

const TABLE = {
  "asset": native("A task whose outlet is an Asset with the key as name and x-sluice:// as address."),
  "asset.external": native(
    "An Asset that is an inlet of the tasks that read it.",
    "Updates made elsewhere are known to Airflow when they are posted to its API; external assets that nobody reads are not shown.",
    "Post asset events for it, with the partition key where it is partitioned.",
  ),
  "asset.multi": native("One task with several outlets; only outputs that were made get an event."),
  "asset.multi.subset": native("A Dag that makes some outputs asks the step for these."),
  "asset.unicode": native(
    "Names are free text; ids of tasks are ASCII with a hash, and the key is their display name.",
  ),
  "asset.description": emulated("In the extra of the Asset, and as the documentation of its task.", IN_EXTRA),
  "asset.group": native("The group of the Asset and a task group."),
  "asset.tags": emulated("In the extra of the Asset.", `Airflow has tags of Dags only. ${IN_EXTRA}`),
  "asset.owners": native("The owner of the task, several joined by commas."),
  "asset.kinds": emulated("In the extra of the Asset.", IN_EXTRA),
  "asset.metadata": emulated("In the extra of the Asset.", IN_EXTRA),
  "asset.codeVersion": emulated(
    "In the extra of the Asset, of each event, and in the hash of the Dag's documentation.",
    "A changed code version makes nothing stale in Airflow.",
    "Clear or trigger the runs that are to be made again.",
  ),
  "dependency": native("The order of tasks; the value is loaded by the step from the IO place."),
  "dependency.order": native("The order of tasks."),
  "dependency.optional": emulated(
    "The step reads what lies in the IO place, and goes on without where there is nothing.",
    "Where the task upstream did not succeed, the value of an earlier run may be read.",
    "Remove values that must not be read again, or look at their metadata.",
  ),
  "dependency.self": emulated(
    "One run of the Dag at a time; the step reads its earlier windows from the IO place.",
    "A run whose earlier window is missing fails, and is not held back.",
    "Run windows in their order, with catch-up or a backfill that is not reversed.",
  ),
  "partitions.time": native(
    "The partition key of runs, made by CronPartitionTimetable or given when a run is asked for.",
    "Airflow has no list of the partitions that there are, and so none of those that are missing.",
    "Ask `sluice list` for what is there.",
  ),
  "partitions.time.end": native("The end date of the Dag."),
  "partitions.time.offset": native("The run offset of the timetable."),
  "partitions.time.exclusions": emulated(
    "Airflow's clock makes runs also for windows that are left out; their tasks skip.",
    "Skipped runs are shown for windows that are left out.",
  ),
  "partitions.static": emulated(
    "The key is given when a run is asked for; a schedule over all names gives them to the task.",
    "Airflow takes any key; one that is unknown fails in the step.",
  ),
  "partitions.dynamic": emulated(
    "The key is given when a run is asked for.",
    "Airflow keeps no list of keys: a schedule over all of them needs the param `partitions`, a step that reads them `dynamicKeys`.",
    'Give the keys with the run: `--conf \'{"partitions": [...], "dynamicKeys": {...}}\'`.',
  ),
  "partitions.two": native(
    "One key with | between the dimensions; a tick runs every cell of its window in one task.",
  ),
  "partitions.many": native(
    "One key with | between the dimensions; a tick runs every cell of its window in one task.",
  ),
  "mapping.identity": native("The same key on both sides."),
  "mapping.all": native(BY_VALUES),
  "mapping.last": native(BY_VALUES),
  "mapping.specific": native(BY_VALUES),
  "mapping.static": native(BY_VALUES),
  "mapping.time": native(
    "The step loads the windows that overlap; Dags that follow assets use RollupMapper and FanOutMapper where these agree.",
  ),
  "mapping.time.offset": native(BY_VALUES),
  "mapping.time.nonexistent": native(BY_VALUES),
  "mapping.dimension": native(BY_VALUES),
  "mapping.dimensions": native(BY_VALUES),
  "mapping.custom": native("The function runs in the step, which is the same code."),
  "check.inline": emulated("Its verdict is in the task's log, its XCom and the event of the asset."),
  "check.step": emulated("A task of its own behind that of the asset.", "Airflow has no list of checks."),
  "check.blocking": native("What is downstream waits for the task of the check, which fails."),
  "check.warn": emulated("A warning in the task's log; the task succeeds."),
  "check.partitioned": native("The task of the check has the key of the run."),
  "retry": native("The retries of the task."),
  "retry.backoff": native("A retry policy gives Airflow the delay that the step's own policy computes."),
  "retry.jitter": native("A retry policy gives Airflow the delay that the step's own policy computes."),
  "retry.cap": native("A retry policy gives Airflow the delay that the step's own policy computes."),
  "retry.class": emulated(
    "The step looks at its error, and says whether it is tried again and when; the task allows the most of any class.",
  ),
  "timeout": native(
    "The step holds each attempt to it; the execution timeout of the task, half a minute longer, ends what does not answer.",
  ),
  "pool": native(
    "A pool, and a file for `airflow pools import`.",
    "Without the import the tasks wait for ever. A pool without a limit here has the slots that the export was told, else one.",
    "Give the slots as target.pools, and import pools.json.",
  ),
  "concurrency": native(
    "A pool of the key, with its limit in the file for `airflow pools import`.",
    "Without the import the tasks wait for ever. Of different limits for one key the smallest counts.",
    "Import pools.json.",
  ),
  "concurrency.pool": KEY_BESIDE_POOL,
  "concurrency.computed": COMPUTED_KEY,
  "breaker": breakerRefused("pause the Dag from a callback of your own"),
  "priority": native("The weight of the task, absolute; fractions and what 32 bits do not hold are cut."),
  "past": emulated(
    "depends_on_past of the task, and one run of the Dag at a time.",
    "Airflow compares logical dates, and runs by partition have none: they are made one after the other, and a window is made although the one before it is missing or failed.",
    "Run windows in their order, with catch-up or a backfill that is not reversed, and clear a failed run before the next.",
  ),
  "trigger": native(
    "The trigger rule of the task.",
    "The state of a run is that of its last tasks: it succeeds though a step failed, where one that follows by a rule succeeds. Below a failure and a skip all_success says what came first.",
    "Watch the tasks, or let a task with the default rule be the last.",
  ),
  "elements": {
    ...emulated(
      "The elements run within the process of their step, with their own attempts, keys and limits.",
    ),
    differs:
      "They are no mapped tasks: nobody sees them there, the next attempt makes all of them again, and pools bound those of one process.",
    advice: "What has to be seen or tried again by itself is a partition.",
  },
  "hooks": {
    ...emulated("The process of the step calls them, once for all of its partitions."),
    differs:
      "A step that is skipped or failed without a process of its own calls none, nor does one that is killed.",
    advice: "Look for those in what the callbacks of the task says.",
  },
  "undo": emulated(
    "Tasks behind all others undo what this run has made, against the order of the steps, and a last one fails the run.",
    "Events of what was undone stay, and so do runs that followed them. A task that failed is not undone, though it made some of its partitions. Steps that know nothing of each other are undone in any order.",
    "Clear a failed run as a whole: a task that is cleared by itself finds values gone.",
  ),
  "isolation": native("Every step is a process of its own, inline ones too."),
  "isolation.memory": refused(
    "No one watches the memory of a step.",
    "An attempt may take what the machine has.",
    "Write for containers or pods (target.runner): their memory is limited. Or limit that of the worker.",
  ),
  "batch": native(
    "A run with the param `partitions` gives them to one process.",
    "A run by the clock has one partition.",
  ),
  "backfill": emulated(
    "One run for each window by `airflow backfill`, or one run for many by the param `partitions`.",
    "Airflow does not cut a backfill into runs of several partitions.",
  ),
  "skip": native(
    "The task is skipped, and what is downstream with it; a short circuit skips what it reaches, whatever its rules say.",
    "A task that short-circuits succeeds, as ShortCircuitOperator does, and claims no asset.",
  ),
  "config": native("A param of the Dag for each step, checked by the step's own schema."),
  "resources": native("Made by the step in its process, from its environment."),
  "io": native("The IO place of the step's environment."),
  "io.memory": {
    kind: "refused",
    how: "Values in memory end with the process of the step.",
    differs: "Nothing that is made could be read again.",
    advice: "Use files, or a place that all workers reach.",
    isFatal: true,
  },
  "io.custom": native("Made by the step in its process."),
  "job": native(
    "A Dag without schedule, or the Dag of the schedule that runs it; one for each of its partition definitions.",
  ),
  "job.config": native("The defaults of the Dag's params."),
  "job.tags": native(
    "Tags of the Dag, and the tags of the run that steps see.",
    "Tags of Dags are cut at 100 characters.",
  ),
  "job.hooks": emulated(
    "The processes of steps call those of steps; onRunStart and onRunEnd have tasks of their own, and a last task fails the run where a step has failed.",
    "A run that is marked by hand tells no end. Counts are those of tasks, one for all partitions of a run.",
    "Use on_failure_callback of the Dag for runs that are marked.",
  ),
  "job.undo.off": native("Its Dag has no tasks that undo."),
  "job.undo.always": refused(
    "A run is canceled by marking it as failed, and then none of its tasks begins any more.",
    "It is undone when it fails, and not when it is marked as failed.",
    "Undo what such a run has made by `sluice step --undo`.",
  ),
  "job.priority": emulated(
    "The weights of the tasks of its Dag: a thousand times that of the job, and that of the step.",
    "Weights count where tasks wait for slots; a run that is queued waits for its Dag alone. Priorities are whole numbers.",
  ),
  "job.steps": native("max_active_tasks of the Dag, which counts the tasks of one run."),
  "job.key": native(
    "max_active_runs of the Dag; further runs are queued there.",
    "Each Dag counts its own runs: of a job with several schedules, or several kinds of partitions, those of one Dag.",
  ),
  "job.key.shared": refused(
    "A Dag counts its own runs and no others.",
    "Runs of different Dags with one key may go on at once.",
    "Make one job of them, or give their assets one pool with a single slot.",
  ),
  "job.key.skip": refused(
    "Runs beyond max_active_runs are queued.",
    "They wait and run later.",
    "Let the first asset look for other runs, and skip.",
  ),
  "job.key.cancel": refused(
    "Airflow cancels no run for another one.",
    "New runs wait for earlier ones.",
    "Mark earlier runs as failed by Airflow's API before a new one is asked for.",
  ),
  "schedule": native(
    "CronTriggerTimetable, or CronPartitionTimetable where runs are of windows.",
    "A Dag that is switched on first runs its latest past tick at once, where it has a start date.",
  ),
  "schedule.crons": native(
    "MultipleCronTriggerTimetable; where runs are of windows, the task finds the window.",
  ),
  "schedule.zone": native(
    "The zone of the timetable; ticks that a change of clocks puts elsewhere than here are listed by their instants.",
  ),
  "schedule.windows": native(
    "CronPartitionTimetable with the offset that makes the window that has just ended.",
  ),
  "schedule.last": native("The key of the run; where no offset gives it, the task finds the window itself."),
  "schedule.all": emulated(
    "One task makes all partitions.",
    "Airflow shows one run without a key; its events have the keys.",
  ),
  "schedule.catchUp": native(
    "Catch-up, from the first window on.",
    "Without windows it begins at the time of the export.",
  ),
  ...SCHEDULE_POLICIES_LEFT_OUT,
  "schedule.seconds": LATER_CRON,
  "schedule.years": refused(
    "Its timetable fails for years of which no tick has passed yet.",
    "The schedule is left out.",
    "Give the schedule a start and an end instead.",
  ),
  "schedule.nearest": LATER_CRON,
  "schedule.misfire.once": native("catchup is off: a Dag runs its latest past tick when it is switched on."),
  "schedule.overlap.queueOne": emulated(
    "max_active_runs of the Dag is 1.",
    "A run that somebody starts counts too, and after a run that was long the latest tick that it has passed may run as well.",
  ),
  "schedule.bounds": native("start_date and end_date of the Dag."),
  "schedule.disabled": native("The Dag is paused when it is created."),
  ...sensorsLeftOut("Write a Dag with a sensor of Airflow's that triggers the Dag of the job."),
  "automation.eager": emulated(
    "A Dag that follows the assets upstream, any of them.",
    "It runs after each update, also where another run is about to make the asset, and for no other reason.",
  ),
  "automation.onCron": emulated(
    "A Dag that follows all assets upstream; without any, the cron.",
    "It runs when all were updated, and is not held back until the tick.",
    "Airflow 3.4 has AssetAndTimeSchedule.",
  ),
  "automation.onMissing": emulated(
    "A Dag that follows all assets upstream; without any, the ends of windows.",
    "It runs after all were updated, also where the asset is not missing.",
  ),
  "automation.condition": refused(
    "Airflow follows assets and clocks, and knows no other condition.",
    "The asset is made when its Dag is run.",
    "Give it a schedule, or use eager, onMissing or onCron.",
  ),
  "freshness.window": refused(
    "Deadlines of Airflow are those of runs; an asset has none.",
    "Nobody is told when the asset is too old.",
    "Give the Dag a deadline, or watch the asset elsewhere.",
  ),
  "freshness.cron": refused(
    "Deadlines of Airflow are those of runs; an asset has none.",
    "Nobody is told when the asset is too old.",
    "Give the Dag a deadline, or watch the asset elsewhere.",
  ),
} satisfies VerdictTable;

/** What the table depends on. */
type Options = Pick<AirflowOptions, "level"> & Partial<Pick<AirflowOptions, "runner">>;

const IN_CONTAINERS: Partial<VerdictTable> = {
  "isolation.memory": native(
    "The memory limit of the container or pod, which is ended above it; its task is tried again as others are.",
  ),
};

/** The table for a version of Airflow, and for where tasks run. */
export function verdictsOf({ level, runner = "process" }: Options): VerdictTable {
  return {
    ...TABLE,
    ...(runner !== "process" && IN_CONTAINERS),
    ...(level < RUNTIME_KEYS && BEFORE_3_3),
    ...(level < PARTITIONED && BEFORE_3_2),
  };
}

/** The table for the version that the exporter is tested with. */
export const AIRFLOW_VERDICTS: VerdictTable = Object.freeze(TABLE);

const GROWN = emulated(
  "Airflow's own growth: powers of two with a random part that cannot be switched off.",
  "The delays are others: base times 2 to the power of the attempt, and up to as much again.",
  "Write for Airflow 3.3, or retry with constant delays.",
);

const KEYLESS = emulated(
  "The key is the param `partitions` of the run.",
  "Runs and events have no partition key.",
  "Write for Airflow 3.3.",
);

const BEFORE_3_3: Partial<VerdictTable> = {
  "retry.backoff": GROWN,
  "retry.jitter": GROWN,
  "retry.cap": emulated("The cap of constant delays is taken at the export; else max_retry_delay."),
  "partitions.time": emulated(
    "The partition key of a run by the clock, which the task translates; else the param `partitions`.",
    "Keys of runs and events are in UTC, with their offset, where windows are of another zone; runs with the param have none.",
    "Write for Airflow 3.3.",
  ),
  "partitions.static": KEYLESS,
};

const BEFORE_3_2: Partial<VerdictTable> = {
  "partitions.time": emulated(
    "The data interval of the run, by CronDataIntervalTimetable; else the param `partitions`.",
    "Runs and events have no partition key.",
    "Write for Airflow 3.2.",
  ),
  "partitions.two": KEYLESS,
  "partitions.many": KEYLESS,
};
