/** Sensors of files: what is new or was written again since the last look, once it has come to rest. */
import { compilePathGlob } from "../../../model/automation/sensors/path_glob.ts";
import type { FileWatch } from "../../../model/automation/sensors/watch.ts";
import { TAGS } from "../cause.ts";
import type { Ask, Findings, Look, Looker } from "../look.ts";
import type { FileSeen, Listing } from "./listing.ts";
import { bound, markOf, pathOf, readSeen, type Seen } from "./seen.ts";

/** The most runs of one look of a sensor that starts one for each file. */
const MOST_RUNS = 100;

/** Looks at files. */
export function lookAtFiles(watch: FileWatch, listing: Listing): Looker {
  const glob = compilePathGlob(watch.glob);
  return async (look) => {
    const files = await listing.files(watch.folder, glob, look.signal);
    if (!files) return { asks: [], state: look.state, skip: `There is no folder ${watch.folder}.` };
    const seen = readSeen(look.state);
    return seen || watch.initial
      ? compare(watch, seen ?? { present: [], gone: [], pending: {} }, files, look)
      : { asks: [], state: begin(files), isKept: true };
  };
}

/** What is there at the first look counts as dealt with. */
function begin(files: readonly FileSeen[]): Seen {
  return bound({ present: files.map(markOf), gone: [], pending: {} }, files);
}

function compare(watch: FileWatch, seen: Seen, files: readonly FileSeen[], { nowMs }: Look): Findings {
  const known = new Known(seen);
  const present: string[] = [];
  const pending: { [path: string]: readonly [number, number, number] } = Object.create(null);
  const fresh: FileSeen[] = [];
  const most = watch.each ? MOST_RUNS : Infinity;
  for (const file of files) {
    const mark = markOf(file);
    if (known.has(mark, file, watch.events)) present.push(mark);
    else {
      const sinceMs = restingSince(seen, file) ?? nowMs;
      const isSettled = nowMs - sinceMs >= watch.settleMs;
      if (isSettled && fresh.length < most) fresh.push(file);
      else {
        pending[file.path] = [file.mtimeMs, file.size, sinceMs];
        // What was dealt with and is written again stays what it was until it has come to rest.
        const before = known.markOfPath(mark);
        if (before !== undefined) present.push(before);
      }
    }
  }
  const marks = [...present, ...fresh.map(markOf)];
  const left = known.goneFrom(marks);
  const back = new Set(marks);
  const gone = [...seen.gone.filter((mark) => !back.has(mark)), ...left];
  const state = bound({ ...seen, present: marks, gone, pending }, files);
  return {
    asks: asksFor(fresh, watch),
    state,
    isKept: left.length > 0,
    ...(Object.keys(pending).length > 0 && { againMs: fresh.length === most ? 0 : againMs(watch) }),
  };
}

/** Marks by path, and those that are gone. */
class Known {
  readonly #byPath: ReadonlyMap<string, string>;
  readonly #gone: ReadonlySet<string>;
  readonly #floorMs: number;

  constructor({ present, gone, floorMs = -Infinity }: Seen) {
    this.#byPath = new Map(present.map((mark) => [pathOf(mark), mark]));
    this.#gone = new Set(gone);
    this.#floorMs = floorMs;
  }

  /** Whether a file was dealt with; one that is written again counts as new only where changes do. */
  has(mark: string, { mtimeMs }: FileSeen, events: FileWatch["events"]): boolean {
    if (this.#gone.has(mark) || mtimeMs <= this.#floorMs) return true;
    const before = this.#byPath.get(pathOf(mark));
    return before === mark || (before !== undefined && events === "created");
  }

  markOfPath(mark: string): string | undefined {
    return this.#byPath.get(pathOf(mark));
  }

  /** The marks of files that are not there any more. */
  goneFrom(marks: readonly string[]): readonly string[] {
    const paths = new Set(marks.map(pathOf));
    return [...this.#byPath].filter(([path]) => !paths.has(path)).map(([, mark]) => mark);
  }
}

function restingSince({ pending }: Seen, { path, mtimeMs, size }: FileSeen): number | undefined {
  const known = Object.hasOwn(pending, path) ? pending[path] : undefined;
  return known && known[0] === mtimeMs && known[1] === size ? known[2] : undefined;
}

function asksFor(files: readonly FileSeen[], { each }: FileWatch): readonly Ask[] {
  if (each) {
    return files.map((file) => ({ key: keyOf(file), tags: { [TAGS.file]: file.path } }));
  }
  if (files.length === 0) return [];
  return [{
    tags: files.length === 1 ? { [TAGS.file]: files[0].path } : { [TAGS.files]: String(files.length) },
  }];
}

function keyOf({ path, mtimeMs, size }: FileSeen): string {
  return `${path} ${mtimeMs} ${size}`;
}

function againMs({ settleMs }: FileWatch): number {
  return Math.max(50, settleMs);
}
