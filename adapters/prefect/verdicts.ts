/** How Prefect carries every feature. */
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

const BY_KEY = "A parameter of the flow, checked against the keys that the helper works out as Sluice does.";
const RULE = "A rule of the helper package, by which task runs wait for the partitions that they read.";

/** How Prefect carries every feature. */
export const VERDICTS: VerdictTable = {
  "asset": native("A task that materializes the asset."),
  "asset.external": emulated("An asset that tasks refer to, as upstream of what they make."),
  "asset.multi": native("A task that materializes several assets."),
  "asset.multi.subset": emulated("The step is asked for some outputs, and only these are materialized."),
  "asset.unicode": native("Asset keys may hold letters of every script."),
  "asset.description": native(
    "A property of the asset and of its task; of the asset, Prefect keeps the first 2,500 characters.",
  ),
  "asset.group": emulated("A tag of the task, group=..."),
  "asset.tags": emulated("Tags of the task, name=value."),
  "asset.owners": native("A property of the asset."),
  "asset.kinds": emulated("Tags of the task, kind=..."),
  "asset.metadata": emulated("Part of the metadata of every materialization."),
  "asset.codeVersion": native("The version of the task; the step refuses to run other code."),
  "dependency": native("A task run waits for those upstream, and the asset refers to the assets upstream."),
  "dependency.order": native("A task run waits for those upstream."),
  "dependency.optional": emulated(
    "The step reads what lies in the IO place, and goes on without where there is nothing.",
    "It is not run where something upstream was skipped.",
    "Let the step upstream give an empty value instead of skipping.",
  ),
  "dependency.self": emulated("Task runs of one step wait for one another, in the order of partitions."),
  "partitions.time": emulated(BY_KEY),
  "partitions.time.end": emulated(BY_KEY),
  "partitions.time.offset": emulated(BY_KEY),
  "partitions.time.exclusions": emulated(BY_KEY),
  "partitions.static": emulated(BY_KEY),
  "partitions.dynamic": emulated(
    "A parameter of the flow; the keys are a list in a Prefect variable.",
    "Keys are added to the variable by hand or by code, not by Sluice.",
    "Keep the variable up to date with Variable.set.",
  ),
  "partitions.two": emulated(BY_KEY),
  "partitions.many": emulated(BY_KEY),
  "mapping.identity": emulated(RULE),
  "mapping.all": emulated(RULE),
  "mapping.last": emulated(RULE),
  "mapping.specific": emulated(RULE),
  "mapping.static": emulated(RULE),
  "mapping.time": emulated(RULE),
  "mapping.time.offset": emulated(RULE),
  "mapping.time.nonexistent": emulated(RULE),
  "mapping.dimension": emulated(RULE),
  "mapping.dimensions": emulated(RULE),
  "mapping.custom": emulated(
    "The step reads what its function says; a function between fixed lists is exported as a table.",
    "Where a side is no fixed list, a task run waits for all partitions of the run that are made upstream.",
    "Use one of the other mappings.",
  ),
  "check.inline": emulated(
    "The step runs it; each result is an event sluice.check.passed or .failed of the asset, and part of its metadata.",
  ),
  "check.step": emulated("A task of its own, whose results are events of the asset."),
  "check.blocking": native("A failure fails the task, and what waits for it does not run."),
  "check.warn": emulated("A warning in the log, and an event."),
  "check.partitioned": emulated("A task run for each partition."),
  "retry": native("Retries of the task; failures that are for good are not tried again."),
  "retry.backoff": native(
    "A list of delays; from the 51st retry on Prefect repeats the last, and the step waits the rest.",
  ),
  "retry.jitter": emulated(
    "Prefect waits the shortest delay that can be drawn, and the task the rest of the draw.",
  ),
  "retry.cap": native("The delays of the list are cut."),
  "retry.class": emulated(
    "The step looks at its error, and says whether it is tried again and when; the task allows the most of any class.",
  ),
  "timeout": emulated(
    "The step keeps the limit of each attempt; the task ends a process that does not answer.",
  ),
  "pool": emulated(
    "A global concurrency limit that setup_server.py makes, asked for strictly; within one run also by the flow.",
    "Without the limit on the server the steps of the pool fail.",
    "Run setup_server.py, and give the sizes of pools as the option pools; the default is 1.",
  ),
  "concurrency": emulated(
    "A global concurrency limit of the key that setup_server.py makes, asked for strictly; within one run also by the flow.",
    "Without the limit on the server the steps of the key fail. Of different limits for one key the smallest counts.",
    "Run setup_server.py.",
  ),
  "concurrency.pool": KEY_BESIDE_POOL,
  "concurrency.computed": COMPUTED_KEY,
  "breaker": breakerRefused("pause the deployment by an automation of your own"),
  "priority": emulated(
    "Within one run, of the steps that could start the one with the highest priority does.",
    "Runs do not heed each other's priorities.",
    "Use work queues with priorities for runs.",
  ),
  "past": emulated(
    "Task runs of one step wait for one another, in the order of partitions, and none follows a failed one.",
    "A run does not know what earlier runs have made: a window is made although the one before it is missing.",
    "Make windows by the flow backfill.",
  ),
  "trigger": emulated(
    "The flow looks at how the tasks upstream have ended, and by the rule submits the task, skips it, or leaves it NotReady.",
    "A task that runs by its rule shows only those upstream that have succeeded as what it waited for.",
  ),
  "elements": {
    ...emulated(
      "The elements run within the process of their step, with their own attempts, keys and limits.",
    ),
    differs:
      "They are no task runs: nobody sees them there, the next attempt makes all of them again, and pools bound those of one process.",
    advice: "What has to be seen or tried again by itself is a partition.",
  },
  "hooks": {
    ...emulated("The process of the step calls them, once for all of its partitions."),
    differs:
      "A step that is skipped or failed without a process of its own calls none, nor does one that is killed.",
    advice: "Look for those in what the state hooks of the task says.",
  },
  "undo": emulated(
    "The flow undoes what its run has made, the latest end first, and fails then.",
    "Materializations of what was undone stay in the record. A run that crashes or is canceled undoes nothing, and one that retries the flow finds values gone.",
    "Undo what such a run has made by `sluice step --undo`.",
  ),
  "isolation": native("Every step is a process of its own, inline ones too."),
  "isolation.memory": refused(
    "No one watches the memory of a step.",
    "An attempt may take what the machine has.",
    "Limit the memory of the worker, or of the container of the work pool.",
  ),
  "batch": emulated("One task run takes the partitions of its step together."),
  "backfill": emulated("The flow backfill cuts the partitions of each step into task runs of this size."),
  "skip": emulated(
    "The task run is Cancelled with the name Skipped, or ShortCircuit, which claims no materialization; what waits for it is NotReady, and what is cut off Skipped.",
  ),
  "config": emulated("A parameter of the flow, by step."),
  "resources": emulated("The step makes them, from the environment of the worker."),
  "io": emulated("The step reads and keeps values in the place that SLUICE_IO names."),
  "io.memory": refused(
    "Every step is a process.",
    "The value is gone as soon as its step has ended.",
    "Keep the value in files or S3.",
  ),
  "io.custom": emulated(
    "The module of the definitions brings its IO manager along.",
    "The command must find the module and the manager.",
    "Register the manager in the module.",
  ),
  "job": native("A flow and its deployment."),
  "job.config": native("Defaults of the flow's parameter config."),
  "job.tags": native("Tags of the deployment; the step finds them as tags of its run."),
  "job.hooks": emulated(
    "The processes of steps call those of steps; the flow calls onRunStart and onRunEnd, in processes of their own.",
    "A run that is canceled or crashes tells no end. Counts are those of task runs.",
    "Add on_cancellation and on_crashed hooks to the flow for these.",
  ),
  "job.undo.off": native("Its flow undoes nothing."),
  "job.undo.always": refused(
    "A flow run that is canceled is ended from outside, with all that it knows of what it has made.",
    "It is undone when it fails, and not when it is canceled.",
    "Undo what such a run has made by `sluice step --undo`.",
  ),
  "job.priority": refused(
    "A deployment has a work queue, and its runs have no priority of their own.",
    "Runs of all deployments of the queue are served alike.",
    "Give the deployment a work queue with a priority.",
  ),
  "job.steps": emulated(
    "The flow submits no more task runs at once.",
    "No run goes beyond the option workers, whatever its job says.",
    "Raise the option workers.",
  ),
  "job.key": {
    ...native("concurrency_limit of the deployment, with the strategy ENQUEUE."),
    differs: "Each deployment counts its own runs: those of a schedule of the job are counted apart.",
  },
  "job.key.shared": refused(
    "A deployment counts its own runs and no others.",
    "Runs of different deployments with one key may go on at once.",
    "Make one job of them, or give their assets one pool with a single slot.",
  ),
  "job.key.skip": native("The strategy CANCEL_NEW of the deployment's concurrency_limit."),
  "job.key.cancel": refused(
    "Prefect cancels no run for another one.",
    "New runs wait for earlier ones.",
    "Cancel earlier runs by an automation of your own.",
  ),
  "schedule": native("A deployment with a schedule."),
  "schedule.crons": native("A deployment with several schedules."),
  "schedule.zone": native("The zone of the schedule."),
  "schedule.windows": emulated(
    "A schedule by the cron of the windows; ticks at which no window ends are Cancelled with the name Skipped.",
  ),
  "schedule.last": emulated("The flow works out the last partition at the scheduled instant."),
  "schedule.all": emulated("The flow works out all partitions at the scheduled instant."),
  "schedule.catchUp": emulated(
    "Runs that no worker took are late, and made up for as soon as there is one.",
    "Ticks that come while the server is down are not made up for.",
    "Make them up with the flow backfill.",
  ),
  ...SCHEDULE_POLICIES_LEFT_OUT,
  "schedule.seconds": refused(
    "Prefect reads seconds behind the other fields; the export does not write them.",
    "The schedule is left out.",
    "Write crons of five fields, or run the schedule with `sluice serve`.",
  ),
  "schedule.years": refused(
    "Its scheduler fails for a cron whose years are over.",
    "The schedule is left out.",
    "Write a cron without years, and switch the schedule off at its end.",
  ),
  "schedule.misfire.once": emulated(
    "Runs that no worker took are late; the flow lets those go that a later tick has followed.",
    "Ticks that come while the server is down are not made up for.",
  ),
  "schedule.overlap.skip": native(
    "The strategy CANCEL_NEW of the deployment's concurrency_limit, which is 1.",
  ),
  "schedule.overlap.queueOne": emulated(
    "concurrency_limit of the deployment is 1, with the strategy ENQUEUE.",
    "All further runs wait, and not one of them; those that the next tick has followed are let go when their turn comes.",
  ),
  "schedule.disabled": native("The schedule is not active."),
  ...sensorsLeftOut("Write an automation that runs the deployment of the job."),
  "automation.eager": emulated(
    "A deployment that materializations upstream start; its flow makes the asset when it is older than they are.",
    "Whether something upstream is missing or being made is not looked at, and only the last window is made.",
    "Put the asset into one job with what it is made from where that matters.",
  ),
  "automation.onCron": emulated(
    "A deployment that the cron and materializations upstream start; its flow makes the asset once everything upstream was made since the tick.",
    "What is known of assets are their events, for as long as the server keeps them; of windows only the last is made.",
    "Keep events for longer than the gap between ticks.",
  ),
  "automation.onMissing": emulated(
    "A deployment that materializations upstream start; its flow makes the asset when it has none of its own.",
    "An asset whose events the server does not keep any more counts as missing; of windows only the last is made.",
    "Keep events for long enough.",
  ),
  "automation.condition": refused(
    "Prefect has no conditions over the state of assets, and its events do not tell all that such conditions ask.",
    "The asset is not made by itself.",
    "Put it into a job with a schedule.",
  ),
  "freshness.window": emulated(
    "A deployment whose flow fails when the asset was not made in time; it looks every hour, or every minute for ages below an hour.",
    "It is a failed flow run that tells, up to an hour late.",
    "Add an automation that notifies of failed runs of this flow.",
  ),
  "freshness.cron": emulated(
    "A deployment with the deadlines as its schedule, whose flow fails when the asset was not made in time.",
    "It is a failed flow run that tells.",
    "Add an automation that notifies of failed runs of this flow.",
  ),
};
