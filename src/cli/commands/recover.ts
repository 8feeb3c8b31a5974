/** `sluice recover`: finishes what a dead process left. */
import { type Command, defineCommand } from "../command.ts";
import { answerRuns, limitOptions, readRunOptions, watch } from "../execute.ts";

/** Finishes interrupted runs. */
export const recover: Command = defineCommand({
  name: "recover",
  summary: "Finishes the runs and backfills that a dead process left",
  description: [
    "Only what was not recorded is done again. A run whose process dies again and again is parked, and left alone from then on.",
  ],
  takesModule: true,
  args: {},
  options: {
    parked: { type: "flag", summary: "Takes up parked runs again too" },
    concurrency: { type: "count", least: 1, value: "N", summary: "At most N steps at once" },
    ...limitOptions,
  },
  examples: [
    { line: "recover weather.ts", summary: "Goes on where a killed process stopped" },
    { line: "recover weather.ts --parked", summary: "Tries once more what was given up" },
    { line: "recover weather.ts --json", summary: "The same, with the runs as JSON" },
  ],
  async run({ options, session, host, notes }) {
    const orchestrator = await session.orchestrator("write");
    const settings = readRunOptions(
      { config: undefined, tag: [], concurrency: options.concurrency },
      host.cwd,
    );
    const watched = await watch(
      orchestrator,
      0,
      options,
      { host, notes },
      (signal) => orchestrator.recover({ ...settings, signal, parked: options.parked }),
    );
    if (watched.result.length > 0) return await answerRuns(orchestrator, watched);
    return { text: () => ["Nothing to do: no run was interrupted."], json: () => ({ runs: [] }) };
  },
});
