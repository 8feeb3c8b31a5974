/** What lies below a folder. Sensors that look at one folder at about the same time share what was read. */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { PathGlob } from "../../../model/automation/sensors/path_glob.ts";
import { SluiceError } from "../../../model/issue.ts";
import type { Clock } from "../../../model/ports.ts";
import { mapSome } from "../map_some.ts";

/** A file as it was seen. */
export interface FileSeen {
  /** Below the folder, with `/` between names. */
  readonly path: string;
  /** When it was written last, epoch milliseconds with fractions. */
  readonly mtimeMs: number;
  /** In bytes. */
  readonly size: number;
}

/** What is read of file systems. */
export interface FilePort {
  /** The files and folders of a folder; what is neither, such as links, is left out. Rejects as `readdir` does. */
  readFolder(path: string): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]>;
  /** Size and time of a file; undefined when it is gone, or something else by now. */
  look(path: string): Promise<Omit<FileSeen, "path"> | undefined>;
}

/** The file system of the host. */
export const hostFiles: FilePort = Object.freeze({
  readFolder: async (path: string) => {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((each) => each.isFile() || each.isDirectory())
      .map((each) => ({ name: each.name, isFolder: each.isDirectory() }));
  },
  look: async (path: string) => {
    const found = await lstat(path).catch(ignoreMissing);
    return found?.isFile() ? { mtimeMs: found.mtimeMs, size: found.size } : undefined;
  },
});

/** The most names that one look goes through. */
const MOST_NAMES = 100_000;
/** For so long what was read of a folder is good for other sensors. */
const SHARED_MS = 500;

type Entries = Awaited<ReturnType<FilePort["readFolder"]>>;

/** Reads folders for all sensors of a process. */
export class Listing {
  readonly #port: FilePort;
  readonly #clock: Clock;
  readonly #read: Map<string, { readonly atMs: number; readonly entries: Promise<Entries> }> = new Map();

  constructor(port: FilePort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** The files below a folder whose path fits, by path; undefined where there is no such folder. */
  async files(folder: string, glob: PathGlob, signal: AbortSignal): Promise<readonly FileSeen[] | undefined> {
    const paths: string[] = [];
    let names = 0;
    const walk = async (below: string, entries: Entries): Promise<void> => {
      signal.throwIfAborted();
      names += entries.length;
      if (names > MOST_NAMES) throw tooMany(folder);
      for (const { name, isFolder } of entries) {
        const path = below === "" ? name : `${below}/${name}`;
        if (!isFolder && glob.matches(path)) paths.push(path);
        if (!isFolder || !glob.reaches(path)) continue;
        // A folder that is removed while others are read holds nothing.
        const inner = await this.#entries(join(folder, path)).catch(ignoreMissing);
        if (inner) await walk(path, inner);
      }
    };
    const top = await this.#entries(folder).catch(ignoreMissing);
    if (!top) return undefined;
    await walk("", top);
    const seen = await mapSome(paths.sort(), (path) => this.#port.look(join(folder, path)));
    return paths.flatMap((path, index) => {
      const found = seen[index];
      return found ? [{ path, ...found }] : [];
    });
  }

  #entries(path: string): Promise<Entries> {
    const nowMs = this.#clock.now();
    const known = this.#read.get(path);
    if (known && Math.abs(nowMs - known.atMs) < SHARED_MS) return known.entries;
    if (this.#read.size > 1_000) this.#read.clear();
    const entries = this.#port.readFolder(path);
    entries.catch(() => this.#read.delete(path));
    this.#read.set(path, { atMs: nowMs, entries });
    return entries;
  }
}

function ignoreMissing(error: unknown): undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  throw error;
}

function tooMany(folder: string): SluiceError {
  return new SluiceError({
    code: "SENSOR_INVALID",
    message: `There are more than ${MOST_NAMES} names to look at below ${folder}.`,
    path: ["sensors"],
    hint: "Look at a part of it: a folder further down, or a pattern that leads into fewer folders.",
  });
}
