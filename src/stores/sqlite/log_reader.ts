/** The log of a file as batches. */
import type { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import { CONTENTS, unpackChunk } from "../codec/chunk.ts";
import { type EventRow, fromEventRows } from "../codec/event_row.ts";
import type { PlanReader, StoredCreation } from "../codec/plans.ts";
import type { FilePort } from "./file/port.ts";
import { CATALOGUE } from "./file/queries.ts";
import type { LogPage } from "./file/rows.ts";

const { run_created: RUN_CREATED } = EVENT_KINDS;

/** How many chunks and rows are read at once. */
const PAGE = 4_096;

/** All batches that have events in `(from, to]`, in the order of their first places. They may reach over both ends. */
export interface LogWindow {
  readonly batches: readonly EventBatch[];
  /** The numbers of their runs. */
  readonly numbers: ReadonlyMap<string, number>;
  readonly from: number;
  readonly to: number;
}

/** Reads batches, with plans in their creations. */
export class LogReader {
  readonly #port: FilePort;
  readonly #plans: PlanReader;

  constructor(port: FilePort, plans: PlanReader) {
    this.#port = port;
    this.#plans = plans;
  }

  /** The batches of a run after a place, in their order. With `contents`, only chunks that hold some of it. */
  async *ofRun(run: number, runId: string, after = 0, contents = 0): AsyncGenerator<EventBatch> {
    for (let from = after; from < Infinity;) {
      const page = await this.#port.call("logOfRun", run, { after: from, contents, limit: PAGE });
      yield* await this.#open(page, () => runId);
      from = page.end;
    }
  }

  /** What a run was created with; undefined for a run without events. */
  async creation(run: number, runId: string): Promise<EventPayloads["run_created"] | undefined> {
    const page = await this.#port.call("logOfRun", run, { after: 0, contents: CONTENTS.runs, limit: 1 });
    const [batch] = await this.#open(page, () => runId);
    return batch?.payloads.get(0) as EventPayloads["run_created"] | undefined;
  }

  /** The batches of the catalogue after a place. */
  ofCatalogue(after = 0, contents = 0): AsyncGenerator<EventBatch> {
    return this.ofRun(CATALOGUE, "", after, contents);
  }

  /** The log of all runs after a place, window by window. */
  async *windows(after = 0, places: number = PAGE): AsyncGenerator<LogWindow> {
    for (let from = after; from < Infinity;) {
      const page = await this.#port.call("log", { after: from, contents: 0, limit: places });
      const ids = await this.#idsOf(page);
      yield {
        batches: await this.#open(page, (run) => ids.get(run)),
        numbers: new Map(Array.from(ids, ([number, id]) => [id, number])),
        from,
        to: page.end,
      };
      from = page.end;
    }
  }

  async #idsOf({ chunks, events }: LogPage): Promise<ReadonlyMap<number, string>> {
    const numbers = new Set([...chunks.map(({ run }) => run), ...events.map(([, run]) => run)]);
    numbers.delete(CATALOGUE);
    return new Map([[CATALOGUE, ""], ...await this.#port.call("idsOf", [...numbers])]);
  }

  /** Batches in the order of their first places. Those of runs that are gone are left out. */
  async #open(page: LogPage, idOf: (run: number) => string | undefined): Promise<readonly EventBatch[]> {
    const batches: EventBatch[] = [];
    for (const chunk of page.chunks) {
      const id = idOf(chunk.run);
      if (id !== undefined) batches.push(unpackChunk(chunk, id));
    }
    for (const [run, rows] of Map.groupBy(page.events, ([, run]) => run)) {
      const id = idOf(run);
      const cuts = page.chunks.filter((chunk) => chunk.run === run).map((chunk) => chunk.id);
      if (id === undefined) continue;
      for (const part of cutRows(rows, cuts)) batches.push(fromEventRows(part, id, (_, payload) => payload));
    }
    for (const batch of batches) await this.#readCreation(batch);
    return batches.sort((a, b) => a.firstSeq - b.firstSeq);
  }

  async #readCreation(batch: EventBatch): Promise<void> {
    if (batch.size === 0 || batch.kindAt(0) !== RUN_CREATED) return;
    batch.payloads.set(0, await this.#plans.read(batch.payloads.get(0) as StoredCreation));
  }
}

/** Rows of a run that was stored in both forms, cut where a chunk comes in between. */
function cutRows(rows: readonly EventRow[], cuts: readonly number[]): readonly (readonly EventRow[])[] {
  if (cuts.length === 0) return [rows];
  const parts = Map.groupBy(rows, ([seq]) => cuts.findLastIndex((cut) => cut < seq));
  return [...parts.values()];
}
