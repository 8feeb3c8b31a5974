/** What a step says on stdout before its outcome, where its caller asked to hear it: one JSON object for each line. */
import type { StepLogLine } from "./reporter.ts";

/** A line before the outcome: what a body logged, or that the step was told to stop and has heard it. */
export type StepStreamLine = { readonly log: StepLogLine } | { readonly stopping: true };

/** Writes a line with its end. */
export function formatStreamLine(line: StepStreamLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads a line; undefined for any other, such as the outcome. */
export function parseStreamLine(text: string): StepStreamLine | undefined {
  if (!text.startsWith('{"log":') && !text.startsWith('{"stopping":')) return undefined;
  try {
    const line = JSON.parse(text) as { readonly log?: unknown; readonly stopping?: unknown };
    if (line.stopping === true) return { stopping: true };
    return isLogLine(line.log) ? { log: line.log } : undefined;
  } catch {
    return undefined;
  }
}

function isLogLine(value: unknown): value is StepLogLine {
  if (typeof value !== "object" || value === null) return false;
  const { level, message } = value as { readonly level?: unknown; readonly message?: unknown };
  return typeof message === "string" && LEVELS.has(level);
}

const LEVELS: ReadonlySet<unknown> = new Set(["debug", "info", "warning", "error"]);
