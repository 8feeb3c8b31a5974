/** `sluice run`: makes assets. */
import { didYouMean } from "../../model/suggest.ts";
import type { Job } from "../../model/job.ts";
import { cellCount } from "../../planner/backfill.ts";
import type { RunPlan } from "../../planner/plan.ts";
import { type Command, defineCommand } from "../command.ts";
import { answerRun, limitOptions, readRunOptions, runOptions, watch } from "../execute.ts";
import { inert } from "../print/inert.ts";
import { planTitle } from "../print/plan.ts";
import { answerNothing, notePlan } from "../print/start.ts";
import {
  partitionOptions,
  readRequest,
  refuseRequest,
  scopeOptions,
  selectionArgument,
  selectionOptions,
} from "../request.ts";
import { readSavedPlan } from "../saved_plan.ts";
import { usageError } from "../line/usage.ts";

/** Runs a selection, a job or a saved plan. */
export const run: Command = defineCommand({
  name: "run",
  summary: "Makes assets in one run",
  description: [
    "Plans the selection and executes it in this process. Partitioned assets need --partition, --range, --all or " +
    "--scope. A failed step does not stop what does not depend on it; exit code 1 says that something failed. " +
    "Ctrl-C cancels: what was made stays, and `sluice rerun` goes on from there.",
  ],
  takesModule: true,
  args: { selection: selectionArgument },
  options: {
    ...selectionOptions,
    ...partitionOptions,
    ...scopeOptions,
    job: { type: "text", value: "NAME", summary: "Runs a job of the module instead of a selection" },
    plan: { type: "text", value: "FILE", summary: "Runs a plan saved by `sluice plan --save`" },
    ...runOptions,
    ...limitOptions,
  },
  examples: [
    {
      line: "run weather.ts clean/days+ --partition 2012-01-01",
      summary: "One day, and what follows from it",
    },
    { line: "run weather.ts --scope stale", summary: "Repairs what is out of date" },
  ],
  async run({ args, options, session, host, notes }) {
    const definitions = await session.definitions();
    if (options.plan !== undefined) refuseRequest(args.selection, options);
    if (options.job !== undefined && args.selection.length + options.exclude.length > 0) {
      throw usageError("A job says itself what to make: --job takes no selection.");
    }
    const runSettings = readRunOptions(options, host.cwd);
    const orchestrator = await session.orchestrator("write");
    const { verifyIO, ...request } = readRequest(args.selection, options);
    const job = options.job === undefined ? undefined : findJob(definitions.jobs, options.job);
    const select = job ? { select: job.selection } : {};
    const plan: RunPlan = options.plan === undefined
      ? await orchestrator.plan({ ...request, ...select, verifyIO })
      : await readSavedPlan(options.plan, { session, host });
    if (plan.ranks.length === 0) return answerNothing();
    notePlan(planTitle(plan), plan, notes);
    const watched = await watch(
      orchestrator,
      cellCount(plan),
      options,
      { host, notes },
      (signal) =>
        job
          ? orchestrator.runJob(job.name, { ...request, ...runSettings, signal })
          : orchestrator.execute(plan, { ...runSettings, signal }),
    );
    return await answerRun(orchestrator, watched);
  },
});

function findJob(jobs: ReadonlyMap<string, Job>, name: string): Job {
  const job = jobs.get(name);
  if (job) return job;
  const known = [...jobs.keys()];
  throw usageError(
    `There is no job "${inert(name.slice(0, 60))}".`,
    didYouMean(name, known) ??
      (known.length === 0 ? "The module defines no jobs." : `There are ${known.join(", ")}.`),
  );
}
