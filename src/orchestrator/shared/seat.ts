/** A seat over a file that several processes have open: one leads, the others follow, and take over when it is gone. */
import { setInterval } from "node:timers";
import { SluiceError } from "../../model/issue.ts";
import type { CommandTable } from "../../stores/sqlite/commands.ts";
import type { StoreOptions } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { localVerbs } from "../verbs/local.ts";
import { closeParts, type EventListener, recoverBehind, type Seat, type SeatOptions } from "../verbs/seat.ts";
import type { Verbs } from "../verbs/verbs.ts";
import { Feed } from "./feed.ts";
import { SharedFile } from "./file.ts";
import { remoteVerbs } from "./remote.ts";
import { CommandServer } from "./server.ts";

/** How often who leads looks for commands, and who follows whether anybody leads. */
const LOOK_MS = 50;

/** What a process is to the others, for as long as it is that. */
interface Role {
  readonly parts: Parts;
  readonly verbs: Verbs;
  /** Undefined for one that follows. */
  readonly server: CommandServer | undefined;
}

/** One process among others. */
export class SharedSeat implements Seat {
  readonly isReadOnly = false;
  readonly #asked: SeatOptions;
  readonly #file: SharedFile;
  readonly #commands: CommandTable;
  readonly #closing: AbortController = new AbortController();
  readonly #feeds: Set<Feed> = new Set();
  readonly #roleListeners: Set<() => void> = new Set();
  /** Roles that are over, whose reads may still be under way. */
  readonly #former: Parts[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  #role: Role;
  #look: Promise<void> | undefined = undefined;
  /** Of the file, when commands were last looked for. */
  #version = -1;

  private constructor(asked: SeatOptions, file: SharedFile, commands: CommandTable, parts: Parts) {
    this.#asked = asked;
    this.#file = file;
    this.#commands = commands;
    this.#role = parts.store.isReadOnly ? this.#following(parts) : this.#leading(parts);
    this.#timer = setInterval(() => this.#tick(), LOOK_MS);
    this.#timer.unref();
  }

  /** Takes a seat: the one that leads, where nobody sits there. */
  static async take(asked: SeatOptions, store: StoreOptions): Promise<SharedSeat> {
    const file = new SharedFile(asked, store);
    const parts = await file.lead() ?? await file.follow();
    const commands = await file.openCommands();
    await commands.sweep();
    return new SharedSeat(asked, file, commands, parts);
  }

  get parts(): Parts {
    return this.#role.parts;
  }

  get verbs(): Verbs {
    return this.#role.verbs;
  }

  get leads(): boolean {
    return this.#role.server !== undefined;
  }

  onRole(listener: () => void): () => void {
    const own = () => listener();
    this.#roleListeners.add(own);
    return () => this.#roleListeners.delete(own);
  }

  subscribe(listener: EventListener): () => void {
    const feed = new Feed(this.#commands, () => this.parts.store, listener);
    this.#feeds.add(feed);
    return () => {
      feed.end();
      this.#feeds.delete(feed);
    };
  }

  leave(graceMs: number, cause: unknown): void {
    this.#timer.close();
    this.#closing.abort(cause);
    this.parts.engine.leave(graceMs, cause);
  }

  async close(): Promise<void> {
    await this.#look;
    for (const feed of this.#feeds) feed.end();
    await closeParts(this.parts);
    // Those of a leader that was taken over from cannot close as they should.
    await Promise.allSettled(this.#former.map(closeParts));
    await this.#commands.close();
  }

  #leading(parts: Parts): Role {
    const { active, options } = this.#asked;
    const verbs = localVerbs(parts, active);
    const recovered = options.recovery?.onStart ? recoverBehind(verbs, active) : Promise.resolve();
    const verbsOf = (id: string) => ({ ...localVerbs(parts, active, id), recover: verbs.recover });
    const server = new CommandServer({ parts, verbsOf, commands: this.#commands, active, recovered });
    this.#version = -1;
    void this.#commands.serve(parts.store.fence?.number ?? 0).catch(() => {});
    return { parts, verbs, server };
  }

  #following(parts: Parts): Role {
    const verbs = remoteVerbs({ parts, commands: this.#commands, closing: this.#closing.signal });
    return { parts, verbs, server: undefined };
  }

  #tick(): void {
    this.#look ??= this.#turn().catch(() => {}).finally(() => this.#look = undefined);
  }

  async #turn(): Promise<void> {
    const { server } = this.#role;
    if (this.#closing.signal.aborted) return;
    if (!server) return await this.#relieve();
    const version = this.#commands.version();
    if (version === this.#version) return;
    if (this.#commands.fence() !== this.parts.store.fence?.number) return await this.#standDown();
    await server.look();
    this.#version = version;
  }

  /** Takes over when nobody leads. */
  async #relieve(): Promise<void> {
    if (this.#commands.hasWriter()) return;
    const parts = await this.#file.lead();
    if (!parts) return;
    this.#former.push(this.parts);
    this.#role = this.#leading(parts);
    if (this.#closing.signal.aborted) parts.engine.leave(0, this.#closing.signal.reason);
    for (const listener of this.#roleListeners) listener();
  }

  /** Another process has taken over, since this one gave no sign of life: what it still does is not recorded. */
  async #standDown(): Promise<void> {
    const { parts } = this.#role;
    const next = await this.#file.follow();
    this.#former.push(parts);
    this.#role = this.#following(next);
    parts.engine.leave(0, overtaken(next.store.name));
    for (const listener of this.#roleListeners) listener();
  }
}

function overtaken(path: string): SluiceError {
  return new SluiceError({
    code: "STORE_LOCKED",
    message: `The store ${path} was taken over by another process.`,
    path: ["store", path],
    hint: "This process gave no sign of life for longer than its lease; it follows from now on.",
  });
}
