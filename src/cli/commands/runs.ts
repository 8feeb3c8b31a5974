/** `sluice runs`: what was run. */
import { type Command, defineCommand } from "../command.ts";
import { exportRun } from "../export_run.ts";
import { formatRun, formatRuns } from "../print/run.ts";
import { findRun } from "../find_run.ts";
import { usageError } from "../line/usage.ts";

/** Lists runs, shows one, or writes one to a file. */
export const runs: Command = defineCommand({
  name: "runs",
  summary: "Lists runs, newest first, shows one with its steps, or writes one to a file",
  description: [
    "Reads the history in the folder; the module is not needed.",
    "`sluice runs export RUN --out FILE` writes a run bundle: its events, plan, versions and logs, and no secret. Every " +
    "command that looks takes such a file as its --store, on any machine and without the module.",
  ],
  takesModule: false,
  args: {
    run: {
      summary: "The id of a run, or `last`; with the word export before it, writes that run",
      arity: "many",
    },
  },
  options: {
    status: {
      type: "text",
      value: "STATUS",
      summary: "Only runs in this status",
      choices: ["queued", "running", "canceling", "interrupted", "parked", "success", "failed", "canceled"],
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
    out: { type: "text", value: "FILE", summary: "The file that `runs export` writes" },
  },
  examples: [
    { line: "runs --status failed", summary: "The runs that failed last" },
    { line: "runs last", summary: "The newest run and its steps" },
    { line: "runs export last --out run.bundle", summary: "Writes the newest run to a file" },
    { line: "runs last --store run.bundle", summary: "Shows the run in that file" },
  ],
  async run({ args, options, session, host }) {
    const { isExport, id } = readWords(args.run);
    const orchestrator = await session.orchestrator("read");
    const limit = options.limit === 0 ? Infinity : options.limit;
    if (id !== undefined) {
      const run = await findRun(orchestrator, id, session.historyName);
      if (isExport) return await exportRun(orchestrator, run, options.out, host.cwd);
      const steps = await orchestrator.steps(run.id);
      const elements = await orchestrator.elements(run.id);
      return {
        text: (page) => formatRun({ run, steps, elements }, limit, page),
        json: () => ({ run, steps, elements }),
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

function readWords(
  words: readonly string[],
): { readonly isExport: boolean; readonly id: string | undefined } {
  const isExport = words[0] === "export";
  const [id, more] = isExport ? words.slice(1) : words;
  if (more !== undefined) {
    throw usageError(
      `sluice runs takes one run, and ${JSON.stringify(more)} is another word.`,
      "Write `sluice runs RUN`, or `sluice runs export RUN --out FILE`.",
    );
  }
  if (isExport && id === undefined) {
    throw usageError("sluice runs export needs a run.", "Write `sluice runs export last --out FILE`.");
  }
  return { isExport, id };
}
