/** A file that several processes have open, opened as the one that writes it, or as one that reads. */
import { SluiceError } from "../../model/issue.ts";
import { type CommandOptions, type CommandTable, openCommands } from "../../stores/sqlite/commands.ts";
import type { SqliteStore } from "../../stores/sqlite/store.ts";
import { openSqliteStore } from "../../stores/sqlite.ts";
import type { StoreOptions } from "../contract.ts";
import { openParts, type Parts } from "../parts.ts";
import type { SeatOptions } from "../verbs/seat.ts";

/** Where a history lies, and how it is opened. */
export class SharedFile {
  readonly #asked: SeatOptions;
  readonly #path: string;
  readonly #settings: Omit<StoreOptions, "path" | "shared">;

  constructor(asked: SeatOptions, { path, shared: _, ...settings }: StoreOptions) {
    this.#asked = asked;
    this.#path = path ?? `${asked.options.folder ?? ".sluice"}/history.sqlite`;
    this.#settings = settings;
  }

  /** Opens it for writing; undefined while another process does that. */
  async lead(): Promise<Parts | undefined> {
    try {
      return await this.#open(false);
    } catch (error) {
      if (error instanceof SluiceError && error.code === "STORE_LOCKED") return undefined;
      throw error;
    }
  }

  /** Opens it for reading. */
  follow(): Promise<Parts> {
    return this.#open(true);
  }

  /** Opens the commands of the file. */
  openCommands(): Promise<CommandTable> {
    return openCommands(this.#path, this.#ports);
  }

  get #ports(): CommandOptions {
    const { clock, random } = this.#asked.options;
    const { lockWaitMs } = this.#settings;
    return {
      ...(clock && { clock }),
      ...(random && { random }),
      ...(lockWaitMs !== undefined && { lockWaitMs }),
    };
  }

  async #open(readonly: boolean): Promise<Parts> {
    const { definitions, options, values } = this.#asked;
    const store: SqliteStore = await openSqliteStore(this.#path, {
      ...this.#ports,
      ...this.#settings,
      readonly,
    });
    try {
      return await openParts(definitions, { ...options, store }, values);
    } catch (error) {
      await store.close().catch(() => {});
      throw error;
    }
  }
}
