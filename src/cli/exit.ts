/** Exit codes: what a script can rely on. */
import type { IssueCode } from "../model/issue.ts";

/** Signals that end a command. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** Every exit code by what it says. */
export const exitCodes = {
  success: 0,
  failures: 1,
  usage: 2,
  store: 3,
  timeout: 4,
  fault: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit codes in words, for help and documentation. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.success, "It was done, or there was nothing to do."],
  [exitCodes.failures, "The run or backfill finished with failures, or could not finish."],
  [exitCodes.usage, "The command line, the module or its definitions are wrong, or nothing is selected."],
  [exitCodes.store, "The history is locked by another process, cannot be read or cannot be written."],
  [exitCodes.timeout, "It took longer than --timeout or --load-timeout allows."],
  [exitCodes.fault, "A fault of Sluice itself."],
  [exitCodes.interrupted, "Interrupted by Ctrl-C (SIGINT)."],
  [exitCodes.terminated, "Ended by SIGTERM."],
];

/** The exit code of a signal. */
export function exitOfSignal(signal: StopSignal): number {
  return signal === "SIGINT" ? exitCodes.interrupted : exitCodes.terminated;
}

/** The exit code of a failure by its code. */
export function exitOfIssue(code: IssueCode): number {
  if (code.startsWith("STORE_")) return exitCodes.store;
  return FAILURES.has(code) ? exitCodes.failures : exitCodes.usage;
}

const FAILURES: ReadonlySet<IssueCode> = new Set<IssueCode>([
  "RESOURCE_FAILED",
  "VALUE_MISSING",
  "VALUE_INVALID",
  "IO_FAILED",
  "STEP_FAILED",
  "STEP_TIMEOUT",
  "STEP_CRASHED",
  "STEP_LOST",
  "MEMORY_EXCEEDED",
  "CANCELED",
]);
