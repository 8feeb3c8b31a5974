/** Stopping: Ctrl-C, SIGTERM and `--timeout` cancel what runs; a second signal ends the process. */
import { exitCodes, exitOfSignal, type StopSignal } from "../exit.ts";
import type { Host } from "./host.ts";
import type { Notes } from "./notes.ts";
import { formatDuration } from "../print/number.ts";

/** Watches for reasons to stop. */
export interface Interruption {
  /** Aborted at the first reason. */
  readonly signal: AbortSignal;
  /** The exit code of the first reason; undefined when there was none. */
  exitCode(): number | undefined;
  /** Stops watching. */
  end(): void;
}

/** Starts to watch; `timeoutMs` undefined means no limit. */
export function watchInterruption(timeoutMs: number | undefined, host: Host, notes: Notes): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (code: number, why: string, lines: readonly string[]): void => {
    exitCode = code;
    notes.alert(...lines);
    controller.abort(new Error(why));
  };
  const onSignal = (signal: StopSignal): void => {
    if (exitCode !== undefined) return host.exit(exitOfSignal(signal));
    stop(exitOfSignal(signal), `canceled by ${signal}`, [
      `Canceling: steps that run are told to stop, and no other starts. ${again(signal)}`,
    ]);
  };
  const unwatch = host.onSignal(onSignal);
  const stopClock = timeoutMs === undefined ? () => {} : host.clock.after(timeoutMs, () => {
    if (exitCode !== undefined) return;
    const limit = formatDuration(timeoutMs);
    stop(exitCodes.timeout, `timed out after ${limit}`, [`Canceling: it takes longer than ${limit}.`]);
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    end() {
      unwatch();
      stopClock();
    },
  };
}

function again(signal: StopSignal): string {
  const how = signal === "SIGINT" ? "Ctrl-C once more" : "A second signal";
  return `${how} ends the process at once; \`sluice recover\` finishes what is left then.`;
}
