/** Looks after the size of the write-ahead log, which grows without end while somebody reads in one transaction. */
import type { Issue } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import { storeError } from "../refusal.ts";
import { MOST_WAL_BYTES } from "./file/open.ts";
import type { FilePort } from "./file/port.ts";

/** So often the size is looked at. */
const COMMITS_BETWEEN_LOOKS = 64;

/** What watching takes. */
export interface WalWatchParts {
  readonly path: string;
  readonly port: FilePort;
  readonly clock: Clock;
  readonly warn: (issue: Issue) => void;
}

/** Warns once each time that the log has become too large. */
export class WalWatch {
  readonly #parts: WalWatchParts;
  #commits = 0;
  #smallMs: number;
  #isTold = false;

  constructor(parts: WalWatchParts) {
    this.#parts = parts;
    this.#smallMs = parts.clock.now();
  }

  /** Notes a commit. */
  noteCommit(): void {
    if (++this.#commits % COMMITS_BETWEEN_LOOKS === 0) void this.#look().catch(() => {});
  }

  async #look(): Promise<void> {
    const { path, port, clock, warn } = this.#parts;
    const { bytes, isHeld } = await port.call("walState", MOST_WAL_BYTES);
    if (!isHeld) {
      this.#smallMs = clock.now();
      this.#isTold = false;
    } else if (!this.#isTold) {
      this.#isTold = true;
      warn(tooLarge(path, bytes, clock.now() - this.#smallMs));
    }
  }
}

function tooLarge(path: string, bytes: number, heldMs: number): Issue {
  const message =
    `The write-ahead log of the store ${path} has grown to ${Math.round(bytes / 2 ** 20)} MB: another ` +
    `program has been reading in one transaction for up to ${Math.ceil(heldMs / 1000)} s.`;
  const hint = "Let the reader end its transaction; the log is then copied back and cut.";
  return storeError("STORE_LOCKED", path, message, { hint }).issues[0];
}
