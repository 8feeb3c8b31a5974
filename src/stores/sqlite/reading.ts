/** Stores that only read a SQLite file, beside the one that writes it. */
import type { Facts } from "../../model/events/facts.ts";
import type { BackfillRecord, RunRecord } from "../../model/events/record.ts";
import { isFinalRun } from "../../model/events/status.ts";
import type { Clock } from "../../model/ports.ts";
import { storeError } from "../refusal.ts";
import type { BackfillFilter, RunFilter } from "../store.ts";
import { asDamage } from "./file/faults.ts";
import type { FilePort } from "./file/port.ts";
import { openReaders, type Readers, SqliteReads } from "./reads.ts";
import { restore, type Restored } from "./restore.ts";
import type { SqliteStore } from "./store.ts";

/** Opens a store that only reads, beside the one that writes. What assets hold is read when somebody asks for it. */
export async function openReadingStore(path: string, port: FilePort, clock: Clock): Promise<SqliteStore> {
  try {
    const { last_seq: lastSeq } = await port.call("meta");
    return new ReadingStore(path, openReaders(port), clock, lastSeq);
  } catch (error) {
    await port.close();
    throw error;
  }
}

/**
 * What is under way belongs to the process that writes. When that is gone without having said so, runs are shown as
 * what the next writer will record them as: interrupted.
 */
class ReadingStore extends SqliteReads implements SqliteStore {
  readonly isReadOnly = true;
  readonly #clock: Clock;
  readonly #firstSeq: number;
  #restored: Restored | undefined;
  #version = -1;
  /** One reading of everything at a time. */
  #reading: Promise<unknown> = Promise.resolve();

  constructor(path: string, readers: Readers, clock: Clock, lastSeq: number) {
    super(path, readers);
    this.#clock = clock;
    this.#firstSeq = lastSeq;
  }

  get lastSeq(): number {
    return this.#restored?.lastSeq ?? this.#firstSeq;
  }

  async facts(): Promise<Facts> {
    this.checkOpen();
    const reading = this.#reading.then(() => this.#refresh());
    this.#reading = reading.catch(() => {});
    return (await reading).ledger.facts();
  }

  /** Reads everything again when the writer has written. */
  async #refresh(): Promise<Restored> {
    const version = await this.port.call("dataVersion");
    if (this.#restored && version === this.#version) return this.#restored;
    const restored = await restore(this.port, this.log)
      .catch((error) => Promise.reject(asDamage(error, this.name)));
    this.#version = version;
    return this.#restored = restored;
  }

  override async run(id: string): Promise<RunRecord | undefined> {
    const run = await super.run(id);
    return run && isUnderWay(run) && !await this.#hasWriter() ? { ...run, status: "interrupted" } : run;
  }

  override async runs(filter: RunFilter = {}): Promise<readonly RunRecord[]> {
    if (await this.#hasWriter()) return await super.runs(filter);
    const runs = await super.runs(filter.status ? { ...filter, status: recordedAs(filter.status) } : filter);
    return runs.map((run) => isUnderWay(run) ? { ...run, status: "interrupted" } : run);
  }

  override async backfill(id: string): Promise<BackfillRecord | undefined> {
    const backfill = await super.backfill(id);
    return backfill && (await this.#asLeft([backfill]))[0];
  }

  override async backfills(filter: BackfillFilter = {}): Promise<readonly BackfillRecord[]> {
    return await this.#asLeft(await super.backfills(filter));
  }

  async #asLeft(backfills: readonly BackfillRecord[]): Promise<readonly BackfillRecord[]> {
    const isOver = !backfills.some(({ status }) => status === "running") || await this.#hasWriter();
    if (isOver) return backfills;
    return backfills.map((each) => each.status === "running" ? { ...each, status: "interrupted" } : each);
  }

  async #hasWriter(): Promise<boolean> {
    this.checkOpen();
    return await this.port.call("hasWriter", this.#clock.now());
  }

  append(): Promise<void> {
    return Promise.reject(this.#readOnly());
  }

  prune(): Promise<number> {
    return Promise.reject(this.#readOnly());
  }

  refold(): Promise<readonly string[]> {
    return Promise.reject(this.#readOnly());
  }

  async close(): Promise<void> {
    if (this.shut()) await this.port.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #readOnly(): Error {
    return storeError("STORE_READONLY", this.name, `The store ${this.name} was opened with readonly: true.`, {
      hint: "Open it without readonly: true.",
    });
  }
}

function isUnderWay({ status }: RunRecord): boolean {
  return status !== "interrupted" && status !== "parked" && !isFinalRun(status);
}

/** The states in which runs are recorded that are shown in these states when nobody writes. */
function recordedAs(status: readonly RunRecord["status"][]): readonly RunRecord["status"][] {
  const open: readonly RunRecord["status"][] = ["queued", "running", "canceling"];
  const rest = status.filter((each) => !open.includes(each));
  return status.includes("interrupted") ? [...rest, ...open] : rest;
}
