/** What a sensor of files has seen, in bounded space: a few letters for each file. */
import { isRecord, isTextList } from "../../../model/validate/options.ts";
import type { FileSeen } from "./listing.ts";

/** So many files are remembered. */
export const MOST_SEEN = 10_000;
/** Letters for a path, and as many for its size and time. */
const LETTERS = 8;

/** What was seen by a sensor. */
export interface Seen {
  /** The files that were there at the last look and have been dealt with. */
  readonly present: readonly string[];
  /** Files that have been dealt with and are gone: if they come back as they were, they are not new. */
  readonly gone: readonly string[];
  /** Where more files were dealt with than are remembered: those that were written no later count as dealt with. */
  readonly floorMs?: number;
  /** Files that may still be written: time, size, and since when they are so, epoch milliseconds. */
  readonly pending: { readonly [path: string]: readonly [mtimeMs: number, size: number, sinceMs: number] };
}

/** A file in a few letters: first for the path, then for its size and time. */
export function markOf({ path, mtimeMs, size }: FileSeen): string {
  return `${digest(path)}${digest(`${path}\0${mtimeMs}\0${size}`)}`;
}

/** The half of a mark that is for the path. */
export function pathOf(mark: string): string {
  return mark.slice(0, LETTERS);
}

/** From the state of a look; undefined for a sensor that has never looked. */
export function readSeen(state: unknown): Seen | undefined {
  if (!isRecord(state) || !isTextList(state.present) || !isTextList(state.gone)) return undefined;
  const { present, gone, floorMs, pending } = state;
  return {
    present,
    gone,
    ...(typeof floorMs === "number" && { floorMs }),
    pending: isRecord(pending) ? pending as Seen["pending"] : {},
  };
}

/** Keeps what fits: of those that are gone the latest, and of those that are there the ones that were written last. */
export function bound(seen: Seen, files: readonly FileSeen[]): Seen {
  const { present, gone } = seen;
  if (present.length <= MOST_SEEN) {
    const room = MOST_SEEN - present.length;
    return gone.length <= room ? seen : { ...seen, gone: room === 0 ? [] : gone.slice(-room) };
  }
  const known = new Set(present);
  const written = files.map((file) => ({ mark: markOf(file), mtimeMs: file.mtimeMs }))
    .filter(({ mark }) => known.has(mark)).sort((a, b) => b.mtimeMs - a.mtimeMs);
  const kept = written.slice(0, MOST_SEEN);
  const floorMs = Math.max(seen.floorMs ?? -Infinity, written[MOST_SEEN].mtimeMs);
  return { ...seen, present: kept.map(({ mark }) => mark), gone: [], floorMs };
}

/**
 * 41 bits of a text. Nothing depends on nobody finding two texts alike, since who names files decides what is new anyway; and
 * every file is hashed with every look.
 */
function digest(text: string): string {
  let [low, high] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 13;
  }
  low = Math.imul(low ^ (low >>> 16), 0xc2b2ae35) ^ high;
  high = Math.imul(high ^ (high >>> 15), 0x27d4eb2f) ^ (low >>> 7);
  return ((low >>> 0) * 512 + (high >>> 23)).toString(36).padStart(LETTERS, "0");
}
