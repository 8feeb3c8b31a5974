/** What a step says on stdout before its outcome, where its caller asked to hear it: one JSON object for each line. */
import type { ElementRemark } from "../elements/remark.ts";
import { EVENT_KINDS, type EventName, isElementKind } from "../events/event.ts";
import type { StepLogLine } from "./reporter.ts";

/** A line before the outcome: what a body logged, what became of an element, or that the step has heard it is to stop. */
export type StepStreamLine =
  | { readonly log: StepLogLine }
  | { readonly element: ElementRemark }
  | { readonly stopping: true };

/** Writes a line with its end. */
export function formatStreamLine(line: StepStreamLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Reads a line; undefined for any other, such as the outcome. */
export function parseStreamLine(text: string): StepStreamLine | undefined {
  if (!/^\{"(?:log|element|stopping)":/.test(text)) return undefined;
  try {
    const line = JSON.parse(text) as { readonly [name in "log" | "element" | "stopping"]?: unknown };
    if (line.stopping === true) return { stopping: true };
    if (isRemark(line.element)) return { element: line.element };
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

function isRemark(value: unknown): value is ElementRemark {
  if (typeof value !== "object" || value === null) return false;
  const { event, payload } = value as { readonly event?: unknown; readonly payload?: unknown };
  const kind = EVENT_KINDS[event as EventName];
  return kind !== undefined && isElementKind(kind) &&
    typeof (payload as { readonly element?: unknown } | null | undefined)?.element === "string";
}

const LEVELS: ReadonlySet<unknown> = new Set(["debug", "info", "warning", "error"]);
