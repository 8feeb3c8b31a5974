/** Writing a run as a bundle. */
import { createHash } from "node:crypto";
import type { EventPayloads, SluiceEvent } from "../../model/events/event.ts";
import { encodeStepTable } from "../../model/events/stored_steps.ts";
import { version } from "../version.ts";
import type { EventFilter } from "../store.ts";
import { type BundleEnd, type BundleEvent, type BundleHeader, FORMAT, VERSION } from "./format.ts";

/** How many events are read at once. */
const PAGE = 4_096;

/** Gives the events of a run, page by page. */
export type ReadEvents = (filter: EventFilter) => Promise<readonly SluiceEvent[]>;

/** The lines of a bundle, each with its line end. Of a run under way it is what is recorded by now. */
export async function* writeBundle(run: string, read: ReadEvents): AsyncGenerator<string> {
  const hash = createHash("sha256");
  const lineOf = (value: BundleHeader | BundleEvent): string => {
    const line = `${JSON.stringify(value)}\n`;
    hash.update(line);
    return line;
  };
  yield lineOf({ format: FORMAT, version: VERSION, sluice: version, run });
  let events = 0;
  for (let after = 0; after < Infinity;) {
    const page = await read({ runId: run, after, limit: PAGE });
    for (const event of page) yield lineOf(encodeEvent(event));
    events += page.length;
    after = page.length < PAGE ? Infinity : page[page.length - 1].seq;
  }
  yield `${JSON.stringify({ events, sha256: hash.digest("hex") } satisfies BundleEnd)}\n`;
}

function encodeEvent({ type, seq, atMs, step, attempt, payload }: SluiceEvent): BundleEvent {
  if (payload === undefined) return [type, seq, Math.floor(atMs), step, attempt];
  const stored = type === "run_created" ? encodeCreation(payload) : payload;
  return [type, seq, Math.floor(atMs), step, attempt, stored];
}

function encodeCreation({ steps, ...created }: EventPayloads["run_created"]): object {
  return { ...created, steps: encodeStepTable(steps) };
}
