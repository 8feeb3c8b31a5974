/** Stopping: Ctrl-C, SIGTERM and `--timeout` cancel what runs; a second signal, or too long a wait, ends the process. */
import { exitCodes, exitOfSignal, type StopSignal } from "../exit.ts";
import { formatDuration } from "../print/number.ts";
import type { Host } from "./host.ts";
import type { Notes } from "./notes.ts";

/** How long things may take. */
export interface TimeLimits {
  /** From the start until all is canceled; undefined for no limit. */
  readonly timeoutMs: number | undefined;
  /** From then on until the process ends, whatever still runs. */
  readonly graceMs: number;
}

/** Watches for reasons to stop. */
export interface Interruption {
  /** Aborted at the first reason. */
  readonly signal: AbortSignal;
  /** The exit code of the first reason; undefined when there was none. */
  exitCode(): number | undefined;
  /** Stops watching. */
  end(): void;
}

/** Starts to watch. */
export function watchInterruption(
  { timeoutMs, graceMs }: TimeLimits,
  host: Host,
  notes: Notes,
): Interruption {
  const controller = new AbortController();
  const timers: (() => void)[] = [];
  let exitCode: number | undefined;
  const after = (delayMs: number, callback: () => void): void =>
    void timers.push(host.clock.after(delayMs, callback));
  const stop = (code: number, why: string, line: string): void => {
    exitCode = code;
    notes.alert(line);
    after(graceMs, () => {
      notes.alert(`Steps still run after ${formatDuration(graceMs)}; ending without them. ${RECOVER}`);
      host.exit(code);
    });
    controller.abort(new Error(why));
  };
  const unwatch = host.onSignal((signal) => {
    const code = exitOfSignal(signal);
    if (exitCode !== undefined) return host.exit(code);
    const line = `Canceling: steps that run are told to stop, and no other starts. ${again(signal)}`;
    stop(code, `canceled by ${signal}`, line);
  });
  if (timeoutMs !== undefined) {
    after(timeoutMs, () => {
      const limit = formatDuration(timeoutMs);
      if (exitCode === undefined) {
        stop(exitCodes.timeout, `timed out after ${limit}`, `Canceling: it takes longer than ${limit}.`);
      }
    });
  }
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    end() {
      unwatch();
      for (const takeBack of timers) takeBack();
    },
  };
}

const RECOVER = "`sluice recover` finishes what is left.";

function again(signal: StopSignal): string {
  return `${
    signal === "SIGINT" ? "Ctrl-C once more" : "A second signal"
  } ends the process at once; ${RECOVER}`;
}
