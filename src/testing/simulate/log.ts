/** What happened, as text that is the same on every runtime. */
import { createHash } from "node:crypto";
import type { SluiceEvent } from "../../model/events/event.ts";

/** Events as lines of JSON. Stacks, which each runtime writes in its own way, and the tables of steps are left out. */
export function formatLog(events: readonly SluiceEvent[]): string {
  return events.map(({ type, seq, atMs, runId, step, attempt, payload }) =>
    `${JSON.stringify([type, seq, atMs, runId, step, attempt, payload ?? null], withoutHostText)}\n`
  ).join("");
}

function withoutHostText(name: string, value: unknown): unknown {
  if (name === "stack") return undefined;
  return typeof value === "object" && value !== null && "nodeOf" in value ? undefined : value;
}

/** The hash of a text, in hexadecimal digits. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
