/** Reasons to stop a step: a signal, or the end of stdin where a parent holds it open. */
import type { IssueCode } from "../../model/issue.ts";
import type { Host } from "../host/host.ts";
import type { Notes } from "../host/notes.ts";

/** How a step is stopped. */
export interface StopOptions {
  /** How long it may take to stop, in milliseconds. */
  readonly graceMs: number;
  /** Whether the end of stdin is a reason. */
  readonly watchStdin: boolean;
  /** Whether the caller hears of it in another way than by a line for people. */
  readonly stream?: boolean;
}

/** Watches for reasons. */
export interface Stops {
  /** Aborted at the first reason. */
  readonly signal: AbortSignal;
  /**
   * Rejects when the step is not to be waited for any more: it had its time, there was a second signal, or something
   * was thrown where nobody catches it.
   */
  readonly overdue: Promise<never>;
  /** Gives up at an instant, and the grace time after it. */
  giveUpAt(deadlineMs: number): void;
  /** Lets reasons count no more: the outcome is on its way, and a signal must not cut it off. */
  settle(): void;
  /** Stops watching. */
  end(): void;
}

/** What the run loop may take after the grace time, to end what was given up. */
const SLACK_MS = 250;

/** Timers cannot wait longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** Starts to watch. */
export function watchStops(
  { graceMs, watchStdin, stream = false }: StopOptions,
  host: Host,
  notes: Notes,
): Stops {
  const controller = new AbortController();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => {});
  const timers: (() => void)[] = [];
  let isOver = false;
  const giveUpAfter = (delayMs: number, error: StoppedError): void => {
    const giveUp = () => late.reject(error);
    const waitMs = Math.max(0, delayMs) + graceMs + SLACK_MS;
    if (waitMs < LONGEST_MS) timers.push(host.clock.after(waitMs, giveUp));
  };
  const stop = (why: string): void => {
    if (isOver) return;
    if (controller.signal.aborted) return late.reject(new StoppedError(`${why}, a second time`));
    if (!stream) notes.alert(`Stopping: ${why}.`);
    giveUpAfter(0, new StoppedError(`${why}, and the step did not stop within ${graceMs} ms`));
    controller.abort(new StoppedError(why));
  };
  const unwatch = [
    host.onSignal((signal) => stop(`stopped by ${signal}`)),
    host.onUncaught((error) => late.reject(error)),
  ];
  if (watchStdin) host.stdin.ended().then(() => stop("stopped because stdin has ended"));
  return {
    signal: controller.signal,
    overdue: late.promise,
    giveUpAt: (deadlineMs) =>
      giveUpAfter(deadlineMs - host.clock.now(), new StoppedError(LATE, "STEP_TIMEOUT")),
    settle() {
      isOver = true;
      for (const takeBack of timers) takeBack();
    },
    end() {
      for (const each of unwatch) each();
    },
  };
}

const LATE = "the deadline of the request has passed";

/** Why a step did not come to its end. */
export class StoppedError extends Error {
  override readonly name = "StoppedError";
  readonly code: IssueCode;

  constructor(message: string, code: IssueCode = "CANCELED") {
    super(message);
    this.code = code;
  }
}
