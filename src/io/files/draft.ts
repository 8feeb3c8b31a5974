/** A file that is being written, and gets its name only when it is whole and on the disk. */
import { createHash } from "node:crypto";
import { type FileHandle, open, rename, unlink, writeFile } from "node:fs/promises";
import { DiskFault, ifThere, isAbsent, onDisk } from "./fault.ts";

/** Text is collected to pieces of this many characters before it is written. */
const PIECE = 1 << 16;
/** No more is encoded, hashed and written at once, so that no piece holds the event loop. */
const BLOCK = 1 << 19;
/** How often something is tried whose folder turns out to be gone. */
const TRIES = 20;
/** How many names are tried for a file; more are not taken by chance. */
const NAMES = 1_000;

/** What tells the content of a file from any other. */
export interface Seal {
  readonly bytes: number;
  readonly sha256: string;
}

/** Makes the folder of a draft, if this was not done before or it turned out to be gone again. */
export type Prepare = (isGone: boolean) => Promise<void>;

/**
 * A file that is being written: `put` its pieces, `seal` it, `sync` it and `publish` it; or `discard` it at any
 * time. Nothing is made on the disk before the first piece is full or the draft is synced.
 */
export class Draft {
  readonly #nextPath: () => string;
  readonly #prepare: Prepare;
  #path = "";
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #text = "";
  /** Open as soon as the content is more than one piece. */
  #handle: FileHandle | undefined;
  /** The whole content when it is one piece: then the file is made, written and synced by one call. */
  #whole: Uint8Array | undefined;

  /** `nextPath` gives a path that was not given before; a crash may still have left a file there. */
  constructor(nextPath: () => string, prepare: Prepare) {
    this.#nextPath = nextPath;
    this.#prepare = prepare;
  }

  /** Adds a piece. Gives a promise when the next piece has to wait for the disk. */
  put(piece: string | Uint8Array): Promise<void> | undefined {
    if (typeof piece !== "string") return this.#putBytes(piece);
    this.#text += piece;
    return this.#text.length < PIECE ? undefined : this.#flush();
  }

  /** Ends the content and says what it is. */
  async seal(): Promise<Seal> {
    if (this.#handle || this.#text.length >= PIECE) await this.#flush();
    else this.#count(this.#whole = new TextEncoder().encode(this.#text));
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex") };
  }

  /** Waits until the sealed content is on the disk. */
  async sync(): Promise<void> {
    const whole = this.#whole;
    if (whole) return this.#create((path) => writeFile(path, whole, { flag: "wx", flush: true }));
    const handle = this.#handle as FileHandle;
    await onDisk(handle.sync());
    this.#handle = undefined;
    await onDisk(handle.close());
  }

  /** Gives the synced file its name, in the place of an older one. */
  publish(path: string): Promise<void> {
    return this.#inFolder(() => rename(this.#path, path));
  }

  /** Throws the file away; nothing happens when it is published. */
  async discard(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
    if (this.#path !== "") await ifThere(unlink(this.#path));
  }

  async #putBytes(bytes: Uint8Array): Promise<void> {
    await this.#flush();
    for (let start = 0; start < bytes.length; start += BLOCK) {
      await this.#write(bytes.subarray(start, start + BLOCK));
    }
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    let start = 0;
    do {
      const end = cut(text, start + BLOCK);
      await this.#write(new TextEncoder().encode(text.slice(start, end)));
      start = end;
    } while (start < text.length);
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#count(bytes);
    const handle = this.#handle ??= await this.#create((path) => open(path, "wx"));
    let start = 0;
    while (start < bytes.length) {
      const { bytesWritten } = await onDisk(handle.write(bytes, start, bytes.length - start));
      start += bytesWritten;
    }
  }

  #count(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /** Makes the file, under the next path that is free. */
  async #create<T>(make: (path: string) => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      const path = this.#nextPath();
      try {
        return await this.#inFolder(() => make(this.#path = path));
      } catch (error) {
        const isTaken = error instanceof DiskFault && error.code === "EEXIST";
        if (isTaken) this.#path = "";
        if (!isTaken || tries === NAMES) throw error;
      }
    }
  }

  /** Does what needs the folder, which other processes may remove whenever it is empty. */
  async #inFolder<T>(operation: () => Promise<T>): Promise<T> {
    for (let tries = 1;; tries++) {
      try {
        await this.#prepare(tries > 1);
        return await onDisk(operation());
      } catch (error) {
        if (!isAbsent(error) || tries === TRIES) throw error;
      }
    }
  }
}

/** The place to cut a text at or just before `end`, never inside of a character. */
function cut(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const isInside = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return isInside ? end - 1 : end;
}
