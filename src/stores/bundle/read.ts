/** Reading a bundle back: whole, as it was written, or not at all. */
import { createHash } from "node:crypto";
import { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventName } from "../../model/events/event.ts";
import { decodeStepTable, type StoredStepTable } from "../../model/events/stored_steps.ts";
import {
  type BundleEnd,
  type BundleEvent,
  type BundleHeader,
  bundleInvalid,
  bundleNewer,
  FORMAT,
  VERSION,
} from "./format.ts";

/** What a bundle holds. */
export interface ReadBundle {
  readonly header: BundleHeader;
  readonly events: EventBatch;
}

/**
 * Reads a bundle.
 *
 * @param name What the file is called in messages.
 * @throws {SluiceError} STORE_INVALID for another file, and for one that was cut off or changed; STORE_NEWER.
 */
export function readBundle(text: string, name: string): ReadBundle {
  const header = readHeader(text, name);
  const body = withoutEnd(text, name);
  const lines = body.split("\n").slice(1, -1);
  const events = new EventBatch(header.run, Math.max(1, lines.length));
  for (const [index, line] of lines.entries()) {
    const event = parse(line);
    if (!isEvent(event)) throw bundleInvalid(name, `line ${index + 2} is no event that this version knows`);
    try {
      addEvent(events, event);
    } catch (error) {
      throw bundleInvalid(name, `the event of line ${index + 2} is damaged`, error);
    }
  }
  return { header, events };
}

function addEvent(events: EventBatch, [type, seq, atMs, step, attempt, payload]: BundleEvent): void {
  const stored = type === "run_created" ? decodeCreation(payload) : payload;
  events.push(EVENT_KINDS[type as EventName], step, attempt, seq, atMs, stored);
}

function isEvent(value: unknown): value is BundleEvent {
  if (!Array.isArray(value)) return false;
  const [type, ...numbers] = value.slice(0, 5);
  return Object.hasOwn(EVENT_KINDS, type) && numbers.length === 4 && numbers.every(Number.isSafeInteger);
}

function readHeader(text: string, name: string): BundleHeader {
  const header = parse(text.slice(0, lineEnd(text, 0)));
  if (!isRecord(header) || header.format !== FORMAT) {
    throw bundleInvalid(name, text === "" ? "it is empty" : "it is another kind of file");
  }
  const { version, sluice, run } = header;
  if (typeof version !== "number" || typeof sluice !== "string" || typeof run !== "string") {
    throw bundleInvalid(name, "its first line is damaged");
  }
  if (version > VERSION) throw bundleNewer(name, { format: FORMAT, version, sluice, run });
  return { format: FORMAT, version, sluice, run };
}

/** All lines but the last, which must fit them. */
function withoutEnd(text: string, name: string): string {
  const isWhole = text.endsWith("\n");
  const start = text.lastIndexOf("\n", text.length - 2) + 1;
  const end = isWhole ? parse(text.slice(start)) as BundleEnd | undefined : undefined;
  if (!isRecord(end) || typeof end.sha256 !== "string") {
    throw bundleInvalid(name, "its end is missing, so that it was cut off or written to");
  }
  const body = text.slice(0, start);
  if (createHash("sha256").update(body).digest("hex") !== end.sha256) {
    throw bundleInvalid(name, "it is not as it was written: its checksum is another one");
  }
  return body;
}

function decodeCreation(payload: unknown): unknown {
  const { steps, ...created } = payload as { readonly steps: StoredStepTable };
  return { ...created, steps: decodeStepTable(steps) };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

/** The value of a line; undefined for what is no JSON. */
function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
