/** `sluice plan`: what would run, and why. */
import type { BackfillPlan, RunPlan } from "../../planner/plan.ts";
import { formatBackfillPlan as formatBackfillJson, formatPlan } from "../../planner/json.ts";
import { type Answer, type Command, defineCommand } from "../command.ts";
import { inert } from "../print/inert.ts";
import { formatBackfillPlan, formatPlanChanges, formatRunPlan, type PlanView } from "../print/plan.ts";
import {
  backfillOptions,
  partitionOptions,
  readBackfillRequest,
  readRequest,
  scopeOptions,
  selectionArgument,
  selectionOptions,
} from "../request.ts";
import { diffPlans } from "../../planner/diff.ts";
import { readSavedBackfill, readSavedPlan } from "../saved_plan.ts";
import { writeJsonFile } from "../values.ts";

/** Shows a plan. */
export const plan: Command = defineCommand({
  name: "plan",
  summary: "Shows what a run or a backfill would do, and why, without doing it",
  takesModule: true,
  args: { selection: selectionArgument },
  options: {
    ...selectionOptions,
    ...partitionOptions,
    ...scopeOptions,
    backfill: { type: "flag", summary: "Plans a backfill: its waves and runs" },
    ...backfillOptions,
    explain: { type: "flag", summary: "Shows every reason of every step, with the partitions it holds for" },
    limit: { type: "count", value: "N", summary: "Shows at most N steps; 0 for all", default: "50" },
    save: {
      type: "text",
      value: "FILE",
      summary: "Saves the plan as JSON, for --plan of `sluice run` or `sluice backfill`",
    },
    diff: { type: "text", value: "FILE", summary: "Shows what changed since a saved plan" },
  },
  examples: [
    {
      line: "plan weather.ts --scope stale --explain",
      summary: "What is out of date, and for which reasons",
    },
    {
      line: "plan weather.ts report+ --range 2012...2014 --save plan.json",
      summary: "Saves a plan to run later",
    },
  ],
  async run({ args, options, session, host, notes }) {
    const orchestrator = await session.orchestrator("read");
    const limit = options.limit === 0 ? Infinity : options.limit;
    const view: PlanView = { limit, isExplained: options.explain };
    const backfill = options.backfill
      ? await orchestrator.planBackfill(readBackfillRequest(args.selection, options))
      : undefined;
    const made = backfill?.whole ?? await orchestrator.plan(readRequest(args.selection, options));
    if (options.save !== undefined) {
      writeJsonFile(options.save, backfill ? formatBackfillJson(backfill) : formatPlan(made), host.cwd);
      notes.note(`Saved the plan to ${inert(options.save)}.`);
    }
    if (options.diff !== undefined) {
      const read = backfill
        ? async (file: string) => (await readSavedBackfill(file, { session, host })).whole
        : readSavedPlan;
      return answerDiff(await read(options.diff, { session, host }), made);
    }
    return backfill ? answerBackfillPlan(backfill, view) : answerPlan(made, view);
  },
});

function answerPlan(plan: RunPlan, view: PlanView): Answer {
  return { text: (page) => formatRunPlan(plan, view, page), json: () => formatPlan(plan) };
}

function answerBackfillPlan(plan: BackfillPlan, view: PlanView): Answer {
  const { groups, runCount, cellCount, whole } = plan;
  const { steps } = whole.definitions;
  return {
    text: (page) => formatBackfillPlan(plan, view, page),
    json: () => ({
      ...formatBackfillJson(plan),
      runCount,
      cellCount,
      groups: groups.map(({ wave, ranks, runCount, sequential }) => ({
        wave,
        steps: Array.from(ranks, (rank) => steps[rank].name),
        runCount,
        sequential,
      })),
    }),
  };
}

function answerDiff(before: RunPlan, after: RunPlan): Answer {
  return {
    text: (page) => formatPlanChanges(before, after, page),
    json: () => ({
      changes: diffPlans(before, after).map(({ step, added, removed }) => ({
        step,
        added: added.size,
        removed: removed.size,
      })),
    }),
  };
}
