/** `sluice runs`: what was run. */
import { type Command, defineCommand } from "../command.ts";
import { formatRun, formatRuns } from "../print/run.ts";
import { findRun } from "../find_run.ts";

/** Lists runs, or shows one. */
export const runs: Command = defineCommand({
  name: "runs",
  summary: "Lists runs, newest first, or shows one with its steps",
  description: ["Reads the history in the folder; the module is not needed."],
  takesModule: false,
  args: { run: { summary: "The id of a run, or `last`", arity: "optional" } },
  options: {
    status: {
      type: "text",
      value: "STATUS",
      summary: "Only runs in this status",
      choices: ["queued", "running", "canceling", "interrupted", "success", "failed", "canceled"],
      repeats: true,
    },
    job: { type: "text", value: "NAME", summary: "Only runs of this job" },
    "of-backfill": { type: "text", value: "ID", summary: "Only runs of this backfill" },
    before: { type: "text", value: "RUN", summary: "Only runs created before this one, for the next page" },
    limit: {
      type: "count",
      value: "N",
      summary: "Shows at most N runs, or N steps of one; 0 for all",
      default: "20",
    },
  },
  examples: [
    { line: "runs --status failed", summary: "The runs that failed last" },
    { line: "runs last", summary: "The newest run and its steps" },
  ],
  async run({ args, options, session }) {
    const orchestrator = await session.orchestrator("read");
    const limit = options.limit === 0 ? Infinity : options.limit;
    if (args.run !== undefined) {
      const run = await findRun(orchestrator, args.run, session.historyName);
      const steps = await orchestrator.steps(run.id);
      return {
        text: (page) => formatRun(run, steps, limit, page),
        json: () => ({ run, steps }),
      };
    }
    const { status, job, "of-backfill": backfill, before } = options;
    const found = await orchestrator.runs({
      ...(status.length > 0 && { status }),
      ...(job !== undefined && { job }),
      ...(backfill !== undefined && { backfill }),
      ...(before !== undefined && { before }),
      limit: limit === Infinity ? Number.MAX_SAFE_INTEGER : limit,
    });
    return {
      text: (page) => found.length === 0 ? [`No runs in ${session.historyName}.`] : formatRuns(found, page),
      json: () => ({ runs: found }),
    };
  },
});
