/** `sluice serve`: a process that stays, and starts what is due. */
import { type Command, defineCommand } from "../../command.ts";
import { watch } from "../../execute.ts";
import { plural } from "../../print/number.ts";

/** Starts work by itself until it is told to stop. */
export const serve: Command = defineCommand({
  name: "serve",
  summary: "Starts what schedules and other triggers ask for, until it is told to stop",
  description: [
    "It finishes first what a dead process has left. Several may serve one history: one starts work, and another takes over when " +
    "it is gone. Ctrl-C or SIGTERM ends it: nothing new is started, and what runs has some time to end; what is left then is " +
    "gone on with by the next.",
  ],
  takesModule: true,
  args: {},
  options: {
    recover: {
      type: "flag",
      negatable: true,
      summary: "Finishes what a dead process has left; on unless told otherwise",
    },
    grace: {
      type: "duration",
      value: "TIME",
      summary: "How long steps that run may take to end when it is told to stop",
      default: "30s",
    },
  },
  examples: [
    { line: "serve shop.ts", summary: "Runs the schedules of a module" },
    {
      line: "serve shop.ts --no-recover --grace 2m",
      summary: "Leaves interrupted runs alone, and ends gently",
    },
  ],
  async run({ options, session, host, notes }) {
    const orchestrator = await session.orchestrator("share");
    await orchestrator.start();
    const on = (await orchestrator.triggers()).filter(({ isOn }) => isOn);
    notes.note(`Serving ${plural(on.length, "trigger")} over ${session.historyName}. Ctrl-C stops.`);
    const recovered = options.recover === false
      ? Promise.resolve()
      : orchestrator.recover().catch((error) =>
        notes.note(
          `What was interrupted could not be gone on with: ${error instanceof Error ? error.message : error}`,
        )
      );
    await watch(
      orchestrator,
      0,
      { timeout: undefined, grace: options.grace },
      { host, notes },
      async (signal) => {
        const told = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        await (signal.aborted ? undefined : told);
        await orchestrator.close({ graceMs: options.grace });
      },
    );
    await recovered;
    return { text: () => ["Stopped."], json: () => ({ stopped: true }) };
  },
});
