/** Reasons to stop a step: a signal, or the end of stdin where a parent holds it open. */
import type { Host } from "../host/host.ts";
import type { Notes } from "../host/notes.ts";

/** How a step is stopped. */
export interface StopOptions {
  /** How long it may take to stop, in milliseconds. */
  readonly graceMs: number;
  /** Whether the end of stdin is a reason. */
  readonly watchStdin: boolean;
}

/** Watches for reasons. */
export interface Stops {
  /** Aborted at the first reason. */
  readonly signal: AbortSignal;
  /** Rejects when the step is not to be waited for any more: it had its time, or there was a second signal. */
  readonly overdue: Promise<never>;
  /** Lets reasons count no more: the outcome is on its way, and a signal must not cut it off. */
  settle(): void;
  /** Stops watching. */
  end(): void;
}

/** What the run loop may take after the grace time, to end what was given up. */
const SLACK_MS = 250;

/** Starts to watch. */
export function watchStops({ graceMs, watchStdin }: StopOptions, host: Host, notes: Notes): Stops {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  let takeBack = () => {};
  let isOver = false;
  const stop = (why: string): void => {
    if (isOver) return;
    if (controller.signal.aborted) return late.reject(new StoppedError(`${why}, a second time`));
    notes.alert(`Stopping: ${why}.`);
    takeBack = host.clock.after(
      graceMs + SLACK_MS,
      () => late.reject(new StoppedError(`${why}, and the step did not stop within ${graceMs} ms`)),
    );
    controller.abort(new StoppedError(why));
  };
  const unwatch = host.onSignal((signal) => stop(`stopped by ${signal}`));
  if (watchStdin) host.stdin.ended().then(() => stop("stopped because stdin has ended"));
  return {
    signal: controller.signal,
    overdue: late.promise,
    settle() {
      isOver = true;
      takeBack();
    },
    end: unwatch,
  };
}

/** Why a step did not come to its end. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly code = "CANCELED";
}
