/** `sluice backfill`: makes what is missing, in as many runs as it takes. */
import { planTitle } from "../print/plan.ts";
import { plural } from "../print/number.ts";
import { type Command, defineCommand } from "../command.ts";
import { exitOfRuns, failuresOf, limitOptions, readRunOptions, runOptions, watch } from "../execute.ts";
import { formatBackfill } from "../print/backfill.ts";
import { notePlan } from "../print/start.ts";
import { readSavedBackfill } from "../saved_plan.ts";
import {
  backfillOptions,
  partitionOptions,
  readBackfillRequest,
  refuseRequest,
  scopeOptions,
  selectionArgument,
  selectionOptions,
} from "../request.ts";

/** Runs a backfill. */
export const backfill: Command = defineCommand({
  name: "backfill",
  summary: "Makes every missing partition, in waves of runs",
  description: [
    "Without options: everything that has no value yet, cut into runs by the policies of the assets. --all makes all " +
    "partitions again, --range and --partition limit it, --scope asks for what failed or is stale instead.",
  ],
  takesModule: true,
  args: { selection: selectionArgument },
  options: {
    ...selectionOptions,
    ...partitionOptions,
    ...scopeOptions,
    ...backfillOptions,
    plan: { type: "text", value: "FILE", summary: "Runs a plan saved by `sluice plan --save`" },
    ...runOptions,
    ...limitOptions,
  },
  examples: [
    { line: "backfill weather.ts", summary: "Everything that is missing" },
    {
      line: "backfill weather.ts clean/days --range 2012-01-01...2012-12-31 --runs 12",
      summary: "A year in 12 runs",
    },
  ],
  async run({ args, options, session, host, notes }) {
    const settings = readRunOptions(options, host.cwd);
    const orchestrator = await session.orchestrator("write");
    if (options.plan !== undefined) refuseRequest(args.selection, options);
    const request = readBackfillRequest(args.selection, options);
    const plan = options.plan === undefined
      ? await orchestrator.planBackfill(request)
      : await readSavedBackfill(options.plan, { session, host });
    if (plan.cellCount === 0) {
      return { text: () => ["Nothing to do."], json: () => ({ backfill: null, runs: [] }) };
    }
    notePlan(`${planTitle(plan.whole)} in ${plural(plan.runCount, "run")}`, plan.whole, notes);
    const { result, stopCode } = await watch(
      orchestrator,
      plan.cellCount,
      options,
      { host, notes },
      (signal) => orchestrator.backfill(plan, { ...settings, signal }),
    );
    const records = result.runs.map(({ record }) => record);
    const failed = records.filter(({ steps }) => steps.failed > 0).slice(0, 5);
    const failures = await Promise.all(failed.map((record) => failuresOf(orchestrator, record)));
    const ended = [...records, { status: result.status, checks: { failed: 0, warned: 0 } }];
    return {
      exitCode: exitOfRuns(ended, stopCode),
      text: (page) => formatBackfill(result.id, result.status, records, failures.flat(), page),
      json: () => ({
        backfill: { id: result.id, status: result.status },
        runs: records,
        failures: failures.flat(),
      }),
    };
  },
});
