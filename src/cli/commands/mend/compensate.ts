/** `sluice compensate`: undoes what is left of what a failed run has made. */
import { type Command, defineCommand } from "../../command.ts";
import { answerRun, limitOptions, readRunOptions, runOptions, watch } from "../../execute.ts";
import { findRun } from "../../find_run.ts";

/** Undoes what a run has made. */
export const compensate: Command = defineCommand({
  name: "compensate",
  summary: "Undoes what is left of what a failed run has made",
  description: [
    "A run that fails undoes what it has made, where assets declare `undo`. What could not be undone then, or was not to " +
    "be, is undone by this, as a run of its own.",
  ],
  takesModule: true,
  args: { run: { summary: "The id of a run, or `last`", arity: "one" } },
  options: {
    tag: runOptions.tag,
    concurrency: runOptions.concurrency,
    ...limitOptions,
  },
  examples: [
    { line: "compensate shop.ts last", summary: "What the newest run has made and not undone" },
    { line: "compensate shop.ts last --json", summary: "The same, with the run as JSON" },
  ],
  async run({ args, options, session, host, notes }) {
    const orchestrator = await session.orchestrator("write");
    const run = await findRun(orchestrator, args.run, session.historyName);
    const { tag, concurrency } = options;
    const settings = readRunOptions({ config: undefined, tag, concurrency }, host.cwd);
    const watched = await watch(
      orchestrator,
      0,
      options,
      { host, notes },
      () => orchestrator.compensate(run.id, settings),
    );
    return await answerRun(orchestrator, watched);
  },
});
