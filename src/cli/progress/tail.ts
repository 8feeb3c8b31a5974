/** Reads the lines of a run while it goes, also of one that another process executes. */
import type { LogLine, RunRecord } from "../../model/events/record.ts";
import { isFinalRun } from "../../model/events/status.ts";
import type { LogFilter, Orchestrator } from "../../orchestrator/contract.ts";
import { exitOfSignal } from "../exit.ts";
import type { Host } from "../host/host.ts";

/** How often a history is looked at. */
const LOOK_MS = 200;

/** The lines of a run, those that come later too. */
export interface Tail {
  /** Ends when the run has ended, was interrupted, or when a signal asks for it. */
  readonly lines: AsyncIterable<LogLine>;
  /** The exit code of the signal that ended it; undefined when there was none. */
  exitCode(): number | undefined;
}

/** Follows a run until its end. */
export function tailLogs(
  orchestrator: Pick<Orchestrator, "run" | "logs">,
  runId: string,
  filter: Pick<LogFilter, "step">,
  host: Pick<Host, "clock" | "onSignal">,
): Tail {
  let exitCode: number | undefined;
  return {
    exitCode: () => exitCode,
    lines: follow(),
  };

  async function* follow(): AsyncGenerator<LogLine> {
    let wake: () => void = () => {};
    const unwatch = host.onSignal((signal) => {
      exitCode = exitOfSignal(signal);
      wake();
    });
    try {
      for (let after = 0;;) {
        // The state is read first: what is logged before an end is then read after it.
        const isOver = hasEnded(await orchestrator.run(runId));
        for (const line of await orchestrator.logs(runId, { ...filter, after })) {
          if (exitCode !== undefined) return;
          yield line;
          after = line.seq;
        }
        if (isOver || exitCode !== undefined) return;
        await new Promise<void>((resolve) => {
          const callOff = host.clock.after(LOOK_MS, resolve);
          wake = () => (callOff(), resolve());
        });
      }
    } finally {
      unwatch();
    }
  }
}

function hasEnded(run: RunRecord | undefined): boolean {
  return run === undefined || run.status === "interrupted" || isFinalRun(run.status);
}
