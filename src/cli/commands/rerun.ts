/** `sluice rerun`: does again what a run did not finish. */
import { type Command, defineCommand } from "../command.ts";
import { answerRun, limitOptions, readRunOptions, runOptions, watch } from "../execute.ts";
import { inert } from "../print/inert.ts";
import { findRun } from "../find_run.ts";

/** Runs a run again. */
export const rerun: Command = defineCommand({
  name: "rerun",
  summary: "Runs again what a run did not finish, or all of it",
  takesModule: true,
  args: { run: { summary: "The id of a run, or `last`", arity: "one" } },
  options: {
    from: {
      type: "text",
      value: "WHERE",
      summary: "From the failures on, or all of it again",
      choices: ["failure", "start"],
      default: "failure",
    },
    ...runOptions,
    ...limitOptions,
  },
  examples: [
    { line: "rerun weather.ts last", summary: "What the newest run did not finish" },
    { line: "rerun weather.ts last --from start", summary: "All of it once more" },
  ],
  async run({ args, options, session, host, notes }) {
    const orchestrator = await session.orchestrator("write");
    const run = await findRun(orchestrator, args.run, session.historyName);
    const settings = readRunOptions(options, host.cwd);
    const { total, success } = run.steps;
    const expected = options.from === "start" ? total : total - success;
    if (expected === 0) {
      return {
        text: () => [`Nothing to do: every step of run ${inert(run.id)} succeeded.`],
        json: () => ({ run: null, failures: [] }),
      };
    }
    const watched = await watch(
      orchestrator,
      0,
      options,
      { host, notes },
      (signal) => orchestrator.rerun(run.id, { ...settings, from: options.from, signal }),
    );
    return await answerRun(orchestrator, watched);
  },
});
