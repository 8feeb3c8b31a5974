/** The mark of a thread or a process that runs steps for another one, so that it starts no others in its turn. */
import process from "node:process";

/** The variable that marks a process. */
export const MARK = "SLUICE_ISOLATED";

/** Threads may share their variables, so they are marked elsewhere. */
const THREAD_MARK: unique symbol = Symbol.for("sluice.isolated");

/** Marks this thread. */
export function markIsolated(): void {
  Object.defineProperty(globalThis, THREAD_MARK, { value: true, configurable: true });
}

/** Whether this thread or process is marked. */
export function isIsolated(): boolean {
  return process.env[MARK] !== undefined || THREAD_MARK in globalThis;
}
