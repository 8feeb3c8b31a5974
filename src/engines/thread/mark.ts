/** The mark of a thread that is an engine, so that what it loads starts no engines in its turn. */

const MARK: unique symbol = Symbol.for("sluice.engine");

/** Marks this thread. */
export function markEngineThread(): void {
  Object.defineProperty(globalThis, MARK, { value: true, configurable: true });
}

/** Whether this thread is marked. */
export function isEngineThread(): boolean {
  return MARK in globalThis;
}
