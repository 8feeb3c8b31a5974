/** Events for who follows: read from the log, since they were recorded by another process. */
import { setInterval } from "node:timers";
import type { SluiceEvent } from "../../model/events/event.ts";
import type { CommandTable } from "../../stores/sqlite/commands.ts";
import type { RunStore } from "../../stores/store.ts";
import type { EventListener } from "../verbs/seat.ts";

/** How often the log is looked at: a number is read, and the log only when it has changed. */
const LOOK_MS = 50;
const PAGE = 1_000;
/** A place that nobody has taken for so many looks at a changed log was given up. */
const PATIENCE = 40;

/** One subscription to the log. */
export class Feed {
  readonly #commands: CommandTable;
  readonly #store: () => RunStore;
  readonly #listener: EventListener;
  readonly #timer: ReturnType<typeof setInterval>;
  /** Everything up to this place was told, or will not come. */
  #after: number;
  /** Places behind that which were told already. */
  #told: Set<number> = new Set();
  #patience = PATIENCE;
  #version = -1;
  #isBusy = false;

  constructor(commands: CommandTable, store: () => RunStore, listener: EventListener) {
    this.#commands = commands;
    this.#store = store;
    this.#listener = listener;
    this.#after = commands.lastSeq();
    this.#timer = setInterval(() => void this.#look().catch(() => {}), LOOK_MS);
    this.#timer.unref();
  }

  end(): void {
    this.#timer.close();
  }

  async #look(): Promise<void> {
    if (this.#isBusy) return;
    const version = this.#commands.version();
    if (version === this.#version && this.#told.size === 0) return;
    this.#isBusy = true;
    try {
      await this.#read();
      this.#version = version;
    } finally {
      this.#isBusy = false;
    }
  }

  async #read(): Promise<void> {
    let page: readonly SluiceEvent[] = [];
    let after = this.#after;
    do {
      page = await this.#store().events({ after, limit: PAGE });
      const fresh = page.filter(({ seq }) => !this.#told.has(seq));
      for (const { seq } of fresh) this.#told.add(seq);
      if (fresh.length > 0) this.#tell(fresh);
      after = page.at(-1)?.seq ?? after;
    } while (page.length === PAGE);
    this.#settle(after);
  }

  /** Events of one turn may be committed in parts, the later ones first: a gap is waited for, but not for ever. */
  #settle(last: number): void {
    const before = this.#after;
    while (this.#told.delete(this.#after + 1)) this.#after++;
    if (this.#told.size === 0 || this.#after > before) this.#patience = PATIENCE;
    else if (--this.#patience === 0) {
      this.#after = last;
      this.#told.clear();
      this.#patience = PATIENCE;
    }
  }

  #tell(events: readonly SluiceEvent[]): void {
    try {
      this.#listener(events);
    } catch {
      return;
    }
  }
}
