/** What engines say when they cannot. */
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";

/** The error for an engine that ended with work. */
export function engineLost(id: string, why: string): SluiceError {
  return new SluiceError({
    code: "ENGINE_LOST",
    message: `The engine ${quote(id)} is gone: ${why}.`,
    path: ["engines", id],
    hint: "Whether the run was made is in its history; register another engine of this id to go on.",
  });
}

/** The error for what a stopped engine had, or is told. */
export function engineStopped(id: string): SluiceError {
  return new SluiceError({
    code: "ENGINE_STOPPED",
    message: `The engine ${quote(id)} was stopped.`,
    path: ["engines", id],
    hint: "recover() of an orchestrator over its history goes on with what was interrupted.",
  });
}

/** The error for an engine that does not take in what it is told. */
export function engineDeaf(id: string): SluiceError {
  return new SluiceError({
    code: "ENGINE_BUSY",
    message: `The engine ${quote(id)} has not taken in what it was told before.`,
    path: ["engines", id],
    hint: "Wait for the first call to resolve, or stop the engine.",
  });
}

/** The error for a request that finds the queue full. */
export function queueFull(id: string, size: number, engines: number): SluiceError {
  return new SluiceError({
    code: "ENGINE_BUSY",
    message: `${engines === 1 ? "The engine is" : `All ${engines} engines are`} busy, and ${size} ${
      size === 1 ? "request waits" : "requests wait"
    } already: the workflow ${quote(id)} was not taken on.`,
    path: ["workflows", id],
    hint: "Try again later, register another engine, or give createEngines() a larger capacity or queue.",
  });
}

/** The error for a request that no engine could ever have. */
export function noEngine(id: string, wanted: readonly string[] | undefined): SluiceError {
  return new SluiceError({
    code: "ENGINE_UNKNOWN",
    message: wanted
      ? `The workflow ${quote(id)} runs on ${wanted.map(quote).join(", ")}, and none of these is there.`
      : `There is no engine for the workflow ${quote(id)}.`,
    path: ["workflows", id],
    hint: "Add one with registerEngine().",
  });
}

/** The error for an id that no engine has. */
export function unknownEngine(id: string, known: readonly string[]): SluiceError {
  return new SluiceError({
    code: "ENGINE_UNKNOWN",
    message: `There is no engine ${quote(id)}.`,
    path: ["engines", id],
    hint: didYouMean(id, known) ?? listOf(known, "Add one with registerEngine()."),
  });
}

/** The error for an id that no workflow has. */
export function unknownWorkflow(id: string, known: readonly string[]): SluiceError {
  return new SluiceError({
    code: "WORKFLOW_UNKNOWN",
    message: `There is no workflow ${quote(id)}.`,
    path: ["workflows", id],
    hint: didYouMean(id, known) ?? listOf(known, "Add one with registerWorkflow()."),
  });
}

/** The error for a request that took too long. */
export function tooLate(id: string, timeoutMs: number): SluiceError {
  return new SluiceError({
    code: "WORKFLOW_TIMEOUT",
    message: `The workflow ${quote(id)} had no answer within ${timeoutMs} ms; its run is canceled.`,
    path: ["workflows", id],
    hint: "timeoutMs of the workflow, or of the call, allows more; Infinity sets no limit.",
  });
}

/** The error for a request that was taken back. */
export function takenBack(id: string, reason: unknown): SluiceError {
  const why = typeof reason === "string" ? `: ${reason}` : "";
  return new SluiceError(
    { code: "CANCELED", message: `The workflow ${quote(id)} was canceled${why}.`, path: ["workflows", id] },
    { cause: reason },
  );
}

/** The error for calls after `close`. */
export function enginesClosed(): SluiceError {
  return new SluiceError({
    code: "ENGINE_STOPPED",
    message: "The engines are closed.",
    path: ["engines"],
    hint: "Ask before close() is called, or create others.",
  });
}

/** The error for a declaration that cannot be worked with. */
export function misfit(
  kind: "engines" | "workflows",
  at: readonly string[],
  message: string,
  hint: string,
): SluiceError {
  const code = kind === "engines" ? "ENGINE_INVALID" : "WORKFLOW_INVALID";
  return new SluiceError({ code, message, path: [kind, ...at], hint });
}

function listOf(known: readonly string[], otherwise: string): string {
  return known.length === 0 ? otherwise : `There are ${known.slice(0, 10).join(", ")}.`;
}
