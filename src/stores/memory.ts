/** A store that lives in memory: as fast as there is, and gone with the process. */
import { setImmediate } from "node:timers";
import type { EventBatch } from "../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads, type SluiceEvent } from "../model/events/event.ts";
import type { Facts } from "../model/events/facts.ts";
import { type ElementFilter, ElementFold } from "../model/events/fold_elements.ts";
import { StepFold } from "../model/events/fold_steps.ts";
import { type Admission, Ledger } from "../model/events/ledger.ts";
import {
  carriedMaterialization,
  type CarriedRow,
  carryRun,
  putCarried,
} from "../model/events/ledger/carry.ts";
import type { LiveRun } from "../model/events/ledger/live_run.ts";
import { sameTick, unknownRun } from "../model/events/ledger/refusal.ts";
import {
  type PlacedCheck,
  readChecks,
  readLogs,
  readMaterializations,
  readReports,
} from "../model/events/read.ts";
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
} from "../model/events/record.ts";
import type { StepTable } from "../model/events/step_table.ts";
import { isFinalRun } from "../model/events/status.ts";
import { readTicks } from "../model/events/ticks.ts";
import { mergeEvents } from "./merge.ts";
import { storeClosed } from "./refusal.ts";
import { Newest } from "./newest.ts";
import { planRecordOf } from "./store.ts";
import { byId, TickList } from "./ticks.ts";
import type {
  BackfillFilter,
  EventFilter,
  MaterializationFilter,
  Retention,
  RunFilter,
  RunPlanRecord,
  RunStore,
  TickFilter,
} from "./store.ts";

const { backfill_created: BACKFILL_CREATED, backfill_finished: BACKFILL_FINISHED } = EVENT_KINDS;

/** What is kept of one run. */
interface KeptRun {
  readonly id: string;
  readonly steps: StepTable;
  /** What changes, while it does; then what it came to. */
  state: LiveRun | RunRecord;
  readonly created: EventPayloads["run_created"];
  readonly batches: EventBatch[];
}

/**
 * Opens a store in memory. Batches are kept as they are: whoever appends one must not write to it afterwards.
 *
 * @example
 * ```ts
 * import { memoryStore } from "sluice";
 * import assert from "node:assert/strict";
 *
 * await using store = memoryStore();
 * assert.deepEqual(await store.runs(), []);
 * ```
 */
export function memoryStore(): RunStore {
  return new MemoryStore();
}

class MemoryStore implements RunStore {
  readonly name = "memory";
  readonly #ledger: Ledger = new Ledger();
  /** By id, in the order in which they were created. */
  readonly #runs: Map<string, KeptRun> = new Map();
  readonly #catalogue: EventBatch[] = [];
  readonly #checks: Map<string, PlacedCheck> = new Map();
  readonly #backfills: Map<string, Omit<BackfillRecord, "runs">> = new Map();
  readonly #ticks: TickList = new TickList();
  /** What assets hold of runs that are removed. */
  readonly #carried: Map<string, CarriedRow> = new Map();
  /** Runs of which events were refused in this very moment. */
  readonly #failed: Map<string, unknown> = new Map();
  #lastSeq = 0;
  #isClosed = false;

  get lastSeq(): number {
    return this.#lastSeq;
  }

  async append(batches: readonly EventBatch[]): Promise<void> {
    this.#checkOpen();
    if (this.#failed.size > 0) this.#failFollowers(batches);
    for (const admission of this.#admit(batches)) this.#keep(admission);
  }

  /** What goes on with a run that has just lost events fails with them, as long as nobody can know of it. */
  #failFollowers(batches: readonly EventBatch[]): void {
    for (const { runId } of batches) if (this.#failed.has(runId)) throw this.#failed.get(runId);
  }

  #noteFailure(batches: readonly EventBatch[], error: unknown): void {
    for (const { runId } of batches) if (runId !== "") this.#failed.set(runId, error);
    queueMicrotask(() => this.#failed.clear());
  }

  #admit(batches: readonly EventBatch[]): readonly Admission[] {
    const admitted: Admission[] = [];
    try {
      for (const batch of batches) {
        const isOver = this.#runs.has(batch.runId) && !this.#ledger.live.has(batch.runId);
        if (isOver) throw unknownRun(batch.runId);
        if (batch.runId === "") this.#refuseSameTicks(batch);
        admitted.push(this.#ledger.admit(batch));
      }
    } catch (error) {
      for (const admission of admitted.reverse()) this.#ledger.undo(admission);
      this.#noteFailure(batches, error);
      throw error;
    }
    return admitted;
  }

  #refuseSameTicks(batch: EventBatch): void {
    for (const tick of readTicks(batch)) {
      const known = this.#ticks.find(tick);
      if (known !== undefined) throw sameTick(tick.trigger, known);
    }
  }

  #keep(admission: Admission): void {
    const { batch, run, before } = admission;
    if (batch.size === 0) return;
    this.#ledger.settle(admission);
    this.#lastSeq = Math.max(this.#lastSeq, batch.seqAt(batch.size - 1));
    if (!run) {
      this.#catalogue.push(batch);
      this.#keepBackfills(batch);
      this.#ticks.add(readTicks(batch));
      return;
    }
    if (!before) {
      const created = batch.payloads.get(0) as EventPayloads["run_created"];
      this.#runs.set(run.id, { id: run.id, steps: run.steps, state: run, created, batches: [] });
    }
    const kept = this.#runs.get(run.id) as KeptRun;
    kept.batches.push(batch);
    if (run.isOver) kept.state = run.record();
    if (batch.payloads.size > 0) this.#keepChecks(batch);
  }

  #keepChecks(batch: EventBatch): void {
    for (const verdict of readChecks(batch)) {
      const key = JSON.stringify([verdict.asset, verdict.check, verdict.partition]);
      this.#checks.set(key, verdict);
    }
  }

  #keepBackfills(batch: EventBatch): void {
    for (const [row, payload] of batch.payloads) {
      const atMs = batch.msAt(row);
      if (batch.kindAt(row) === BACKFILL_CREATED) {
        const { id, plan, tags } = payload as EventPayloads["backfill_created"];
        this.#backfills.set(id, {
          id,
          status: "running",
          createdMs: atMs,
          finishedMs: undefined,
          plan,
          tags,
        });
      } else if (batch.kindAt(row) === BACKFILL_FINISHED) {
        const { id, status } = payload as EventPayloads["backfill_finished"];
        const record = this.#backfills.get(id);
        const finishedMs = status === "interrupted" ? undefined : atMs;
        if (record) this.#backfills.set(id, { ...record, status, finishedMs });
      }
    }
  }

  async facts(): Promise<Facts> {
    this.#checkOpen();
    return this.#ledger.facts();
  }

  async run(id: string): Promise<RunRecord | undefined> {
    this.#checkOpen();
    const run = this.#runs.get(id);
    return run && recordOf(run);
  }

  async runs(filter: RunFilter = {}): Promise<readonly RunRecord[]> {
    this.#checkOpen();
    const { before, limit = 100 } = filter;
    const found: RunRecord[] = [];
    let isReached = before === undefined;
    for (const run of [...this.#runs.values()].reverse()) {
      if (found.length >= limit) break;
      const record = isReached ? recordOf(run) : undefined;
      if (record && matches(record, filter)) found.push(record);
      isReached ||= run.id === before;
    }
    return found;
  }

  async steps(
    runId: string,
    range?: { readonly from: number; readonly to: number },
  ): Promise<readonly StepRecord[]> {
    this.#checkOpen();
    const run = this.#runs.get(runId);
    if (!run) return [];
    const fold = new StepFold(run.steps, range?.from, range?.to);
    for (const batch of run.batches) fold.add(batch);
    return fold.finish();
  }

  async plan(runId: string): Promise<RunPlanRecord | undefined> {
    this.#checkOpen();
    const run = this.#runs.get(runId);
    return run && planRecordOf(run.created, run.steps);
  }

  async events({ after = 0, runId, limit = 1_000 }: EventFilter = {}): Promise<readonly SluiceEvent[]> {
    this.#checkOpen();
    const runs = runId === undefined ? [...this.#runs.values()] : [this.#runs.get(runId)];
    const batches = runs.flatMap((run) => run?.batches ?? []);
    if (runId === undefined || runId === "") batches.push(...this.#catalogue);
    const later = batches.filter((batch) => batch.size > 0 && batch.seqAt(batch.size - 1) > after);
    return mergeEvents(later.sort((a, b) => a.firstSeq - b.firstSeq), after, limit);
  }

  async logs(
    runId: string,
    filter: { readonly step?: number; readonly after?: number; readonly limit?: number } = {},
  ): Promise<readonly LogLine[]> {
    this.#checkOpen();
    const lines = this.#runs.get(runId)?.batches.flatMap((batch) => readLogs(batch, filter)) ?? [];
    return lines.slice(0, filter.limit ?? 1_000);
  }

  async elements(runId: string, filter?: ElementFilter): Promise<readonly ElementRecord[]> {
    this.#checkOpen();
    const fold = new ElementFold(filter);
    for (const batch of this.#runs.get(runId)?.batches ?? []) fold.add(batch);
    return fold.finish();
  }

  async materializations(
    asset: string,
    filter: MaterializationFilter = {},
  ): Promise<readonly MaterializationRecord[]> {
    this.#checkOpen();
    const carried = [...this.#carried.values()].filter((row) => row.asset === asset);
    const records = [
      ...carried.flatMap((row) => carriedMaterialization(row) ?? []),
      ...this.#catalogue.flatMap((batch) => readReports(batch, asset)),
      ...[...this.#runs.values()].flatMap(({ steps, batches }) =>
        batches.flatMap((batch) => readMaterializations(batch, steps, asset))
      ),
    ];
    const found = new Newest(filter);
    found.add(records);
    return found.list;
  }

  async checks(
    { asset, runId, limit = 1_000 }: {
      readonly asset?: string;
      readonly runId?: string;
      readonly limit?: number;
    },
  ): Promise<readonly CheckResultRecord[]> {
    this.#checkOpen();
    const verdicts = runId === undefined
      ? [...this.#checks.values()]
      : this.#runs.get(runId)?.batches.flatMap((batch) => readChecks(batch)) ?? [];
    return verdicts
      .filter((verdict) => asset === undefined || verdict.asset === asset)
      .sort((a, b) => b.seq - a.seq)
      .slice(0, limit)
      .map(withoutPlace);
  }

  async backfill(id: string): Promise<BackfillRecord | undefined> {
    this.#checkOpen();
    const record = this.#backfills.get(id);
    return record && this.#withRuns(record);
  }

  async backfills({ before, limit = 100 }: BackfillFilter = {}): Promise<readonly BackfillRecord[]> {
    this.#checkOpen();
    const all = [...this.#backfills.values()];
    const end = before === undefined ? all.length : Math.max(0, all.findIndex(({ id }) => id === before));
    return all.slice(0, end).reverse().slice(0, limit).map((record) => this.#withRuns(record));
  }

  async triggers(): Promise<readonly TriggerRecord[]> {
    this.#checkOpen();
    return byId([...this.#ledger.triggers.values()]);
  }

  async ticks(filter: TickFilter = {}): Promise<readonly TickRecord[]> {
    this.#checkOpen();
    return this.#ticks.list(filter);
  }

  #withRuns(record: Omit<BackfillRecord, "runs">): BackfillRecord {
    const runs = [...this.#runs.values()].filter(({ created }) => created.backfill === record.id);
    return { ...record, runs: runs.map((run) => run.id) };
  }

  async prune({ runsBeforeMs }: Retention): Promise<number> {
    this.#checkOpen();
    let removed = 0;
    for (const run of [...this.#runs.values()]) {
      if (!this.#runs.has(run.id)) continue;
      const { status, finishedMs } = recordOf(run);
      if (!isFinalRun(status) || finishedMs === undefined || finishedMs >= runsBeforeMs) continue;
      this.#ledger.fold();
      for (const row of carryRun(this.#ledger.book, run.id, run.steps, run.batches)) {
        putCarried(this.#carried, row);
      }
      this.#runs.delete(run.id);
      removed++;
      await turn();
    }
    return removed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #checkOpen(): void {
    if (this.#isClosed) throw storeClosed(this.name);
  }
}

function recordOf({ state }: KeptRun): RunRecord {
  return "record" in state ? state.record() : state;
}

function withoutPlace({ seq: _, ...record }: PlacedCheck): CheckResultRecord {
  return record;
}

function matches(run: RunRecord, { status, job, backfill, parent }: RunFilter): boolean {
  return (status === undefined || status.includes(run.status)) &&
    (job === undefined || run.job === job) &&
    (backfill === undefined || run.backfill === backfill) &&
    (parent === undefined || run.parent === parent);
}

/** Lets others have the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
