/** The store that writes one SQLite file. */
import { setInterval } from "node:timers";
import type { EventBatch } from "../../model/events/batch.ts";
import type { Facts } from "../../model/events/facts.ts";
import type { Ledger } from "../../model/events/ledger.ts";
import type { Fence } from "../../model/step/fence.ts";
import type { Issue } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import type { ImageWriter } from "../codec/image.ts";
import { PlanWriter } from "../codec/plans.ts";
import type { Retention, RunStore } from "../store.ts";
import { Committer } from "./committer.ts";
import { type EventForm, PieceWriter, RunPlaces } from "./piece.ts";
import { asDamage } from "./file/faults.ts";
import type { FilePort } from "./file/port.ts";
import { pruneRuns } from "./prune.ts";
import { openReaders, type Readers, SqliteReads } from "./reads.ts";
import { refoldLog } from "./refold.ts";
import { restore, type Restored } from "./restore.ts";
import type { RunRow } from "./file/rows.ts";
import { EndedRuns } from "./ended_runs.ts";
import { fromColumn } from "./file/texts.ts";
import { BackfillRows } from "./transaction.ts";
import { WalWatch } from "./wal_watch.ts";
import { LEASE_MS } from "./file/writer_lock.ts";

/** A store in a SQLite file. */
export interface SqliteStore extends RunStore {
  /**
   * Drops all that was folded from the log, folds the log again and puts the result in its place. Gives what was
   * different before, one line each; there should be none.
   */
  refold(): Promise<readonly string[]>;
}

/** How a store writes. */
export interface WritingOptions {
  readonly clock: Clock;
  readonly form: EventForm;
  readonly warn: (issue: Issue) => void;
}

/** Opens the store that writes a file. */
export async function openWritingStore(
  path: string,
  port: FilePort,
  options: WritingOptions,
): Promise<SqliteStore> {
  const readers = openReaders(port);
  try {
    return new WritingStore(path, readers, await restore(port, readers.log), options);
  } catch (error) {
    await port.close();
    throw asDamage(error, path);
  }
}

class WritingStore extends SqliteReads implements SqliteStore {
  readonly fence: Fence;
  readonly #clock: Clock;
  readonly #plans: PlanWriter = new PlanWriter();
  readonly #committer: Committer;
  readonly #ended: EndedRuns = new EndedRuns();
  readonly #heart: ReturnType<typeof setInterval>;
  #ledger: Ledger;
  #image: ImageWriter;

  constructor(path: string, readers: Readers, restored: Restored, { clock, form, warn }: WritingOptions) {
    super(path, readers);
    const { ledger, image, lastSeq, lastRun, liveRuns, backfills } = restored;
    this.fence = restored.fence;
    const wal = new WalWatch({ path, port: readers.port, clock, warn });
    const places = new RunPlaces(lastRun, liveRuns.map((row) => [fromColumn(row.id), row] as const));
    this.#clock = clock;
    this.#ledger = ledger;
    this.#image = image;
    this.#committer = new Committer({
      port: this.port,
      ledger,
      image,
      plans: this.#plans,
      places,
      pieces: new PieceWriter(form, this.#plans, places, (runId) => this.#ledger.live.has(runId)),
      backfills: new BackfillRows(backfills),
      clock,
      onCommit: (ended) => {
        wal.noteCommit();
        this.#ended.add(ended);
      },
    }, lastSeq);
    this.#heart = setInterval(() => this.#beat(), LEASE_MS / 3);
    this.#heart.unref();
  }

  get lastSeq(): number {
    return this.#committer.lastSeq;
  }

  async append(batches: readonly EventBatch[]): Promise<void> {
    this.checkOpen();
    await this.#committer.append(batches);
  }

  async facts(): Promise<Facts> {
    this.checkOpen();
    return this.#ledger.facts();
  }

  async prune({ runsBeforeMs }: Retention): Promise<number> {
    this.checkOpen();
    const pruning = pruneRuns({
      port: this.port,
      log: this.log,
      committer: this.#committer,
      plans: this.#plans,
      clock: this.#clock,
      held: () => ({ ledger: this.#ledger, image: this.#image }),
    }, runsBeforeMs);
    return await pruning.finally(() => this.#ended.forget());
  }

  async refold(): Promise<readonly string[]> {
    this.checkOpen();
    return await this.#committer.exclusive(async () => {
      const { ledger, image, differences } = await refoldLog(this.port, this.log)
        .catch((error) => Promise.reject(asDamage(error, this.name)));
      this.#ledger = ledger;
      this.#image = image;
      this.#committer.adopt(ledger, image);
      return differences;
    });
  }

  async close(): Promise<void> {
    if (!this.shut()) return;
    this.#heart.close();
    try {
      await this.#committer.drain();
    } finally {
      await this.port.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  protected override async find(id: string): Promise<RunRow | undefined> {
    return this.#ended.find(id) ?? await super.find(id);
  }

  /** A sign of life. When the file was taken over the next commit says so. */
  #beat(): void {
    void this.#committer.exclusive(() => this.port.call("beat", this.#clock.now())).catch(() => {});
  }
}
