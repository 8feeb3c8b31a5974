/** Folders on the disk: made durable, synced together, swept of what a crash left. */
import { mkdir, open, readdir, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Clock, Random } from "../../model/ports.ts";
import { Draft } from "./draft.ts";
import { DiskFault, ifThere, isAbsent, onDisk } from "./fault.ts";
import { PARTIAL, PARTS, RECEIPTS } from "./place.ts";

/** How old an unfinished file must be to count as left by a crash, in milliseconds. */
export const ABANDONED_MS: number = 15 * 60_000;

/** How often a folder is made that others remove. */
const TRIES = 20;

/** Writes below one folder. */
export class Disk {
  readonly #clock: Clock;
  /** Tells the unfinished files of this object from those of other processes. */
  readonly #token: string;
  readonly #prepared = new Map<string, Promise<void>>();
  /** Syncs of folders that are under way, and those that begin after them. */
  readonly #running = new Map<string, Promise<void>>();
  readonly #queued = new Map<string, Promise<void>>();
  #drafts = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#token = `${process.pid}-${Math.floor(random.next() * 36 ** 8).toString(36)}`;
  }

  /** Begins a file that is to be published in a folder. */
  draft(folder: string): Draft {
    const nextPath = () => join(folder, PARTIAL, `${this.#token}-${this.#drafts++}`);
    return new Draft(nextPath, (isGone) => this.#prepare(folder, isGone));
  }

  /**
   * Waits until the names in a folder are on the disk. Calls that come while a sync is under way share the next
   * one, so a folder is synced as often as the disk allows and not once per file.
   */
  sync(folder: string): Promise<void> {
    const queued = this.#queued.get(folder);
    if (queued) return queued;
    const running = this.#running.get(folder);
    if (!running) return this.#start(folder);
    const next = running.then(ignore, ignore).then(() => {
      this.#queued.delete(folder);
      return this.#start(folder);
    });
    this.#queued.set(folder, next);
    return next;
  }

  /** Removes a folder of values and the folders above it up to `root`, as far as they are empty. */
  async prune(folder: string, root: string): Promise<void> {
    if (!await isRemoved(join(folder, RECEIPTS))) return;
    this.#prepared.delete(folder);
    if (!await isRemoved(join(folder, PARTIAL))) return;
    for (let path = folder; path !== root && await isRemoved(path); path = dirname(path)) {
      this.#prepared.delete(path);
    }
  }

  /** Removes the unfinished files of others below a folder that are older than `olderThanMs`; gives their number. */
  async sweep(root: string, olderThanMs: number): Promise<number> {
    let count = await this.#sweepFolder(root, olderThanMs);
    for (const entry of await ifThere(readdir(root, { withFileTypes: true })) ?? []) {
      if (!entry.isDirectory() || entry.name === PARTIAL || entry.name === RECEIPTS) continue;
      const path = join(root, entry.name);
      const hasNoFolders = entry.name.endsWith(PARTS);
      count += await (hasNoFolders ? this.#sweepFolder(path, olderThanMs) : this.sweep(path, olderThanMs));
    }
    return count;
  }

  /** Makes a folder for values, once for as long as it is there. */
  #prepare(folder: string, isGone: boolean): Promise<void> {
    const known = isGone ? undefined : this.#prepared.get(folder);
    if (known) return known;
    const made = this.#make(folder);
    this.#prepared.set(folder, made);
    made.catch(() => this.#prepared.delete(folder));
    return made;
  }

  async #make(folder: string): Promise<void> {
    const first = await makeFolder(join(folder, PARTIAL));
    await makeFolder(join(folder, RECEIPTS));
    if (first !== undefined) await this.#syncAbove(folder, dirname(first));
    await this.#sweepFolder(folder, ABANDONED_MS);
  }

  /** The names of new folders must be on the disk as well; that of the folder's own content is synced with it. */
  async #syncAbove(folder: string, top: string): Promise<void> {
    const syncs: Promise<void>[] = [];
    for (let path = dirname(folder); path.length >= top.length; path = dirname(path)) {
      syncs.push(this.sync(path));
      if (path === dirname(path)) break;
    }
    await Promise.all(syncs);
  }

  async #sweepFolder(folder: string, olderThanMs: number): Promise<number> {
    let count = 0;
    const latest = this.#clock.now() - olderThanMs;
    for (const name of await ifThere(readdir(join(folder, PARTIAL))) ?? []) {
      if (name.startsWith(`${this.#token}-`)) continue;
      const path = join(folder, PARTIAL, name);
      const found = await ifThere(stat(path));
      if (!found || found.mtimeMs > latest) continue;
      await ifThere(unlink(path));
      count++;
    }
    return count;
  }

  #start(folder: string): Promise<void> {
    const run = syncFolder(folder).finally(() => this.#running.delete(folder));
    this.#running.set(folder, run);
    return run;
  }
}

function ignore(): void {}

/** Makes a folder and those above it; gives the first that was not there. Another manager may remove them meanwhile. */
async function makeFolder(path: string): Promise<string | undefined> {
  for (let tries = 1;; tries++) {
    try {
      return await mkdir(path, { recursive: true });
    } catch (error) {
      const fault = new DiskFault(error);
      if (tries === TRIES || !["EEXIST", "ENOENT"].includes(fault.code)) throw fault;
    }
  }
}

/** Windows has no sync of folders; it keeps names in a journal of its own. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await onDisk(open(folder, "r"));
  try {
    await onDisk(handle.sync());
  } finally {
    await handle.close();
  }
}

/** Removes a folder if it is empty; says whether it is gone. */
async function isRemoved(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const fault = new DiskFault(error);
    if (isAbsent(fault)) return true;
    if (["ENOTEMPTY", "EEXIST", "EBUSY", "EPERM", "EACCES"].includes(fault.code)) return false;
    throw fault;
  }
}
