/** What is read of a file, by whoever holds it open. */
import type { EventBatch } from "../../model/events/batch.ts";
import type { SluiceEvent } from "../../model/events/event.ts";
import { type ElementFilter, ElementFold } from "../../model/events/fold_elements.ts";
import { StepFold } from "../../model/events/fold_steps.ts";
import { readChecks, readLogs } from "../../model/events/read.ts";
import type {
  BackfillRecord,
  CheckResultRecord,
  ElementRecord,
  LogLine,
  MaterializationRecord,
  RunRecord,
  StepRecord,
  TickRecord,
  TriggerRecord,
} from "../../model/events/record.ts";
import type { BackfillStatus } from "../../model/events/status.ts";
import { CONTENTS } from "../codec/chunk.ts";
import { PlanReader } from "../codec/plans.ts";
import { mergeEvents } from "../merge.ts";
import { storeClosed } from "../refusal.ts";
import { planRecordOf } from "../store.ts";
import { byId } from "../ticks.ts";
import type {
  BackfillFilter,
  EventFilter,
  MaterializationFilter,
  RunFilter,
  RunPlanRecord,
  TickFilter,
} from "../store.ts";
import { LogReader } from "./log_reader.ts";
import { MaterializationReader } from "./materializations.ts";
import { asDamage } from "./file/faults.ts";
import type { FilePort } from "./file/port.ts";
import { type BackfillRow, fromRunRow, fromTickRow, fromTriggerRow, type RunRow } from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";

/** What reading a file takes. */
export interface Readers {
  readonly port: FilePort;
  readonly plans: PlanReader;
  readonly log: LogReader;
}

export function openReaders(port: FilePort): Readers {
  const plans = new PlanReader((scope) => port.call("scope", scope));
  return { port, plans, log: new LogReader(port, plans) };
}

/** The reading half of a store. */
export class SqliteReads {
  readonly name: string;
  protected readonly port: FilePort;
  protected readonly log: LogReader;
  readonly #materializations: MaterializationReader;
  #isClosed = false;

  constructor(name: string, { port, plans, log }: Readers) {
    this.name = name;
    this.port = port;
    this.log = log;
    this.#materializations = new MaterializationReader(port, plans, log);
  }

  run(id: string): Promise<RunRecord | undefined> {
    return this.#reading(async () => {
      const row = await this.find(id);
      return row && fromRunRow(row);
    });
  }

  runs(filter: RunFilter = {}): Promise<readonly RunRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      return (await this.port.call("runs", filter)).map(fromRunRow);
    });
  }

  steps(
    runId: string,
    range?: { readonly from: number; readonly to: number },
  ): Promise<readonly StepRecord[]> {
    return this.#reading(async () => {
      const row = await this.find(runId);
      const plan = row && await this.log.creation(row.number, runId);
      if (!row || !plan) return [];
      const fold = new StepFold(plan.steps, range?.from, range?.to);
      for await (const batch of this.log.ofRun(row.number, runId)) fold.add(batch);
      return fold.finish();
    });
  }

  plan(runId: string): Promise<RunPlanRecord | undefined> {
    return this.#reading(async () => {
      const row = await this.find(runId);
      const created = row && await this.log.creation(row.number, runId);
      return created && planRecordOf(created, created.steps);
    });
  }

  events({ after = 0, runId, limit = 1_000 }: EventFilter = {}): Promise<readonly SluiceEvent[]> {
    return this.#reading(async () => {
      this.checkOpen();
      if (runId === undefined) return await this.#eventsOfAll(after, limit);
      const batches = await this.#batchesOf(runId, after);
      const events: SluiceEvent[] = [];
      for await (const batch of batches ?? []) {
        events.push(...mergeEvents([batch], after, limit - events.length));
        if (events.length >= limit) break;
      }
      return events;
    });
  }

  async #eventsOfAll(after: number, limit: number): Promise<readonly SluiceEvent[]> {
    const events: SluiceEvent[] = [];
    for await (const { batches, from, to } of this.log.windows(after, limit)) {
      const found = mergeEvents(batches, from, limit - events.length);
      events.push(...found.filter((event) => event.seq <= to));
      if (events.length >= limit) break;
    }
    return events;
  }

  logs(
    runId: string,
    filter: { readonly step?: number; readonly after?: number; readonly limit?: number } = {},
  ): Promise<readonly LogLine[]> {
    return this.#reading(async () => {
      const { limit = 1_000, after = 0 } = filter;
      const lines: LogLine[] = [];
      for await (const batch of await this.#batchesOf(runId, after, CONTENTS.logs) ?? []) {
        lines.push(...readLogs(batch, filter));
        if (lines.length >= limit) break;
      }
      return lines.slice(0, limit);
    });
  }

  elements(runId: string, filter?: ElementFilter): Promise<readonly ElementRecord[]> {
    return this.#reading(async () => {
      const fold = new ElementFold(filter);
      for await (const batch of await this.#batchesOf(runId, 0, CONTENTS.elements) ?? []) fold.add(batch);
      return fold.finish();
    });
  }

  materializations(
    asset: string,
    filter: MaterializationFilter = {},
  ): Promise<readonly MaterializationRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      return await this.#materializations.read(asset, filter);
    });
  }

  checks(
    filter: { readonly asset?: string; readonly runId?: string; readonly limit?: number },
  ): Promise<readonly CheckResultRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      const { asset, runId, limit = 1_000 } = filter;
      if (runId !== undefined) return await this.#checksOfRun(runId, asset, limit);
      const rows = await this.port.call("checks", asset, limit);
      return rows.map(({ record }) => JSON.parse(record) as CheckResultRecord);
    });
  }

  async #checksOfRun(
    runId: string,
    asset: string | undefined,
    limit: number,
  ): Promise<readonly CheckResultRecord[]> {
    const verdicts: CheckResultRecord[] = [];
    for await (const batch of await this.#batchesOf(runId, 0, CONTENTS.checks) ?? []) {
      for (const { seq: _, ...verdict } of readChecks(batch)) {
        if (asset === undefined || verdict.asset === asset) verdicts.push(verdict);
      }
    }
    return verdicts.reverse().slice(0, limit);
  }

  backfill(id: string): Promise<BackfillRecord | undefined> {
    return this.#reading(async () => {
      this.checkOpen();
      const row = await this.port.call("backfill", id);
      return row && await this.#backfillOf(row);
    });
  }

  backfills(filter: BackfillFilter = {}): Promise<readonly BackfillRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      const rows = await this.port.call("backfills", filter);
      return await Promise.all(rows.map((row) => this.#backfillOf(row)));
    });
  }

  async #backfillOf(row: BackfillRow): Promise<BackfillRecord> {
    const id = fromColumn(row.id);
    return {
      id,
      status: row.status as BackfillStatus,
      createdMs: row.created_ms,
      finishedMs: row.finished_ms ?? undefined,
      plan: JSON.parse(row.plan) as unknown,
      runs: await this.port.call("runsOfBackfill", id),
      tags: JSON.parse(row.tags) as BackfillRecord["tags"],
    };
  }

  triggers(): Promise<readonly TriggerRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      return byId((await this.port.call("triggers")).map(fromTriggerRow));
    });
  }

  ticks(filter: TickFilter = {}): Promise<readonly TickRecord[]> {
    return this.#reading(async () => {
      this.checkOpen();
      return (await this.port.call("ticks", filter)).map(fromTickRow);
    });
  }

  /** The row of a run. */
  protected async find(id: string): Promise<RunRow | undefined> {
    this.checkOpen();
    return await this.port.call("run", id);
  }

  async #batchesOf(
    runId: string,
    after: number,
    contents = 0,
  ): Promise<AsyncIterable<EventBatch> | undefined> {
    if (runId === "") return this.log.ofCatalogue(after, contents);
    const row = await this.find(runId);
    return row && this.log.ofRun(row.number, runId, after, contents);
  }

  /** What was read and makes no sense was damaged on the disk: errors of the driver are those of the store already. */
  async #reading<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw asDamage(error, this.name);
    }
  }

  protected checkOpen(): void {
    if (this.#isClosed) throw storeClosed(this.name);
  }

  /** Closes for callers; gives whether it was open. */
  protected shut(): boolean {
    const wasOpen = !this.#isClosed;
    this.#isClosed = true;
    return wasOpen;
  }
}
