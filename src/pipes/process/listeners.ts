/** Being told how the process ends. */
import process from "node:process";

/** Who is told. */
export interface EndListener {
  /** SIGINT or SIGTERM was received; `isOurs` unless the program has a handler of its own. */
  onSignal(signal: "SIGINT" | "SIGTERM", isOurs: boolean): void;
  /** An error that nobody caught is about to end the process. Only what is done at once is done. */
  onCrash(error: unknown): void;
  /** There is nothing left to do. */
  onIdle(): void;
  /** The process ends, for whatever reason. Only what is done at once is done. */
  onExit(code: number): void;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Listens until the function that it gives is called. */
export function listenToEnd(listener: EndListener, hasSignals: boolean): () => void {
  const onCrash = (error: unknown): void => {
    if (process.listenerCount("uncaughtException") === 0) listener.onCrash(error);
  };
  const onIdle = (): void => listener.onIdle();
  const onExit = (code: number): void => listener.onExit(code);
  const onSignal = (signal: "SIGINT" | "SIGTERM"): void =>
    listener.onSignal(signal, process.listenerCount(signal) === 1);

  process.on("uncaughtExceptionMonitor", onCrash).on("beforeExit", onIdle).on("exit", onExit);
  if (hasSignals) { for (const signal of SIGNALS) process.on(signal, onSignal); }
  return () => {
    process.off("uncaughtExceptionMonitor", onCrash).off("beforeExit", onIdle).off("exit", onExit);
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
