/** The live object: definitions, a store, IO managers and the run loop wired together; owns start and stop. */
import { type AuditedVerb, formatBy } from "./model/audit/audit.ts";
import type { Definitions } from "./model/definitions.ts";
import type { SluiceEvent } from "./model/events/event.ts";
import type { Selection } from "./model/job.ts";
import { ActiveRuns } from "./orchestrator/active.ts";
import type {
  AssetName,
  BackfillResult,
  ByOptions,
  CloseOptions,
  MaterializationReport,
  Orchestrator,
  OrchestratorOptions,
  RecoverOptions,
  RunOptions,
  RunResult,
} from "./orchestrator/contract.ts";
import {
  FUNCTION,
  INSTANT,
  requireArgument,
  requireRecord,
  RUN_PLAN,
  SELECTION,
  TEXT,
  TEXTS,
} from "./orchestrator/arguments.ts";
import {
  BACKFILL_FIELDS,
  BY_FIELDS,
  CLOSE_FIELDS,
  COMPENSATE_FIELDS,
  LAUNCH_FIELDS,
  PLANNED_RUN_FIELDS,
  PRUNE_FIELDS,
  RECOVER_FIELDS,
  REPORT_FIELDS,
  RERUN_FIELDS,
  RUN_FIELDS,
  SWITCH_FIELDS,
} from "./orchestrator/fields.ts";
import { checkIsolation } from "./orchestrator/isolation.ts";
import { openValues, type Parts } from "./orchestrator/parts.ts";
import { checkOptions, checkRunOptions } from "./orchestrator/options.ts";
import { findJob, jobOptions, planLaunch } from "./orchestrator/launch/request.ts";
import { isBackfillPlan, planBackfillIn, planIn, requestOf } from "./orchestrator/planning.ts";
import { Reads } from "./orchestrator/reads.ts";
import { Subscriptions } from "./orchestrator/subscriptions.ts";
import { triggersOf } from "./orchestrator/triggers/all.ts";
import { TriggerDesk } from "./orchestrator/triggers/desk.ts";
import { switchOf, triggerStatuses } from "./orchestrator/triggers/status.ts";
import type { Seat } from "./orchestrator/verbs/seat.ts";
import { takeSeat } from "./orchestrator/verbs/take.ts";
import { onlyReads, orchestratorClosed } from "./orchestrator/refusals.ts";
import type { BackfillPlan, RunPlan } from "./planner/plan.ts";
import type { BackfillRequest, PartitionRequest, PlanRequest } from "./planner/request.ts";
import type { Launched, LaunchRequest } from "./triggers/launch.ts";
import type { SwitchOptions, TriggerStatus } from "./triggers/status.ts";
import type { WorkerCounts } from "./runtime/isolation/worker/counts.ts";

/** Default of how long running steps may take to end by themselves when an orchestrator is closed. */
const GRACE_MS = 10_000;
/** The longest wait that timers of the runtimes keep. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Makes an orchestrator: opens the history, and keeps, runs and remembers from then on. Nothing is opened before the
 * first call, and there is no state outside the object: a process may have many.
 *
 * @throws {SluiceError} DEFINITION_INVALID when an asset names an IO manager that is not there. What the store refuses
 * (STORE_LOCKED, STORE_INVALID, ...) rejects the first call.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const numbers = defineAsset({ key: "numbers", run: () => [1, 2, 3] });
 * const sum = defineAsset({
 *   key: "sum",
 *   deps: { numbers },
 *   run: ({ inputs }) => inputs.numbers.reduce((a, b) => a + b),
 * });
 *
 * await using sluice = createOrchestrator(definitions({ assets: [numbers, sum] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * const { status } = await sluice.materialize("*");
 * assert.equal(status, "success");
 * assert.equal(await sluice.load(sum), 6);
 * ```
 */
export function createOrchestrator(
  definitions: Definitions,
  options: OrchestratorOptions = {},
): Orchestrator {
  return new LiveOrchestrator(definitions, options);
}

const NO_WORKERS: WorkerCounts = Object.freeze({ workers: 0, busy: 0, waiting: 0, replaced: 0, leaked: 0 });

class LiveOrchestrator extends Reads implements Orchestrator {
  readonly #options: OrchestratorOptions;
  readonly #active: ActiveRuns = new ActiveRuns();
  readonly #subscriptions: Subscriptions = new Subscriptions((begin) => this.#at(begin));
  readonly #desk: TriggerDesk;
  #opening: Promise<Seat> | undefined = undefined;
  #seat: Seat | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;

  constructor(definitions: Definitions, options: OrchestratorOptions) {
    checkOptions(definitions, options);
    super(definitions, openValues(options));
    this.#options = options;
    this.#desk = new TriggerDesk(triggersOf(definitions, options));
    const { findManager } = this.values;
    const plain = definitions.assets.find((asset) => !asset.io);
    if (plain) findManager(plain);
    for (const asset of definitions.assets) if (asset.io) findManager(asset);
    checkIsolation(definitions, options, findManager);
  }

  async materialize(
    select: Selection,
    options: RunOptions & Omit<PlanRequest, "select"> = {},
  ): Promise<RunResult> {
    requireArgument("materialize", "select", select, SELECTION);
    checkRunOptions(options, PLANNED_RUN_FIELDS, "materialize()");
    return await this.#write("materialize", async ({ parts, verbs }) => {
      const plan = await planIn(parts, { ...requestOf(options), select });
      return await verbs.execute(plan, this.#signed(options));
    });
  }

  async execute(plan: RunPlan, options: RunOptions = {}): Promise<RunResult> {
    requireArgument("execute", "plan", plan, RUN_PLAN);
    checkRunOptions(options, RUN_FIELDS, "execute()");
    return await this.#write("execute", ({ verbs }) => verbs.execute(plan, this.#signed(options)));
  }

  async runJob(name: string, options: RunOptions & Omit<PlanRequest, "select"> = {}): Promise<RunResult> {
    requireArgument("runJob", "name", name, TEXT);
    checkRunOptions(options, PLANNED_RUN_FIELDS, "runJob()");
    const job = findJob(this.definitions, name);
    return await this.#write("runJob", async ({ parts, verbs }) => {
      const plan = await planIn(parts, { ...requestOf(options), select: job.selection });
      return await verbs.execute(plan, this.#signed(jobOptions(job, options)), name);
    });
  }

  async launch(request: LaunchRequest & RunOptions): Promise<Launched<RunResult | BackfillResult>> {
    requireRecord("launch", "request", request, LAUNCH_FIELDS);
    const { id: _, job: _job, select: _select, plan: _plan, backfill: _backfill, atMs: _atMs, ...options } =
      request;
    checkRunOptions(options, PLANNED_RUN_FIELDS, "launch()");
    return await this.#write(
      "launch",
      async ({ parts, verbs }) => verbs.launch(await planLaunch(parts, this.#signed(request))),
    );
  }

  async backfill(request: BackfillRequest | BackfillPlan = {}, options: RunOptions = {}) {
    const isPlan = isBackfillPlan(request);
    if (!isPlan) requireRecord("backfill", "request", request, BACKFILL_FIELDS);
    checkRunOptions(options, RUN_FIELDS, "backfill()");
    return await this.#write("backfill", async ({ parts, verbs }) => {
      const plan = isPlan ? request : await planBackfillIn(parts, request);
      return await verbs.backfill(plan, this.#signed(options));
    });
  }

  async rerun(
    runId: string,
    options: RunOptions & { readonly from?: "failure" | "start" } = {},
  ): Promise<RunResult> {
    requireArgument("rerun", "runId", runId, TEXT);
    checkRunOptions(options, RERUN_FIELDS, "rerun()");
    requireRecord("rerun", "options", options, RERUN_FIELDS);
    const { from = "failure", ...rest } = options;
    return await this.#write("rerun", ({ verbs }) => verbs.rerun(runId, from, this.#signed(rest)));
  }

  async recover(options: RecoverOptions = {}): Promise<readonly RunResult[]> {
    checkRunOptions(options, RECOVER_FIELDS, "recover()");
    requireRecord("recover", "options", options, RECOVER_FIELDS);
    return await this.#act("recover", undefined, options, ({ verbs }) => verbs.recover(options));
  }

  async compensate(runId: string, options: RunOptions = {}): Promise<RunResult> {
    requireArgument("compensate", "runId", runId, TEXT);
    checkRunOptions(options, COMPENSATE_FIELDS, "compensate()");
    return await this.#write("compensate", ({ verbs }) => verbs.compensate(runId, this.#signed(options)));
  }

  async cancel(id: string, reason = "canceled", options: ByOptions = {}): Promise<void> {
    requireArgument("cancel", "id", id, TEXT);
    requireArgument("cancel", "reason", reason, TEXT);
    requireRecord("cancel", "options", options, BY_FIELDS);
    await this.#at(async (seat) => {
      if (!seat.isReadOnly) await this.#note(seat, "cancel", id, options);
      await seat.verbs.cancel(id, reason);
    });
  }

  async report(
    asset: AssetName,
    reports: MaterializationReport | readonly MaterializationReport[] = {},
    options: ByOptions = {},
  ): Promise<void> {
    requireRecord("report", "options", options, BY_FIELDS);
    const found = this.asset("report", asset);
    const list: readonly unknown[] = Array.isArray(reports) ? reports : [reports];
    for (const each of list) requireRecord("report", "reports", each, REPORT_FIELDS);
    const checked = list as readonly MaterializationReport[];
    await this.#act("report", found.key, options, ({ verbs }) => verbs.report(found, checked));
  }

  async wipe(
    asset: AssetName,
    partitions: PartitionRequest = "all",
    options: ByOptions = {},
  ): Promise<number> {
    requireRecord("wipe", "options", options, BY_FIELDS);
    const found = this.asset("wipe", asset);
    return await this.#act("wipe", found.key, options, ({ verbs }) => verbs.wipe(found, partitions));
  }

  async addPartitions(name: string, keys: readonly string[], options: ByOptions = {}): Promise<void> {
    requireRecord("addPartitions", "options", options, BY_FIELDS);
    requireArgument("addPartitions", "name", name, TEXT);
    requireArgument("addPartitions", "keys", keys, TEXTS);
    await this.#act("addPartitions", name, options, ({ verbs }) => verbs.addKeys(name, keys));
  }

  async removePartitions(name: string, keys: readonly string[], options: ByOptions = {}): Promise<void> {
    requireRecord("removePartitions", "options", options, BY_FIELDS);
    requireArgument("removePartitions", "name", name, TEXT);
    requireArgument("removePartitions", "keys", keys, TEXTS);
    await this.#act("removePartitions", name, options, ({ verbs }) => verbs.removeKeys(name, keys));
  }

  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void {
    requireArgument("subscribe", "listener", listener, FUNCTION);
    return this.#subscriptions.add(listener);
  }

  waiting() {
    const { turns, engine } = this.#seat?.parts ?? {};
    return [...turns?.waiting() ?? [], ...engine?.gates.waiting() ?? []];
  }

  breakers() {
    return this.#seat?.parts.engine.breakers.list() ?? [];
  }

  workers(): WorkerCounts {
    return this.#seat?.parts.engine.workers ?? NO_WORKERS;
  }

  async start(): Promise<void> {
    await this.#write("start", (seat) => this.#desk.start(seat));
  }

  async stop(): Promise<void> {
    await this.#desk.stop();
  }

  async triggers(): Promise<readonly TriggerStatus[]> {
    return await this.read((parts) => triggerStatuses(parts, this.#desk.triggers));
  }

  async pauseTrigger(id: string, options: SwitchOptions = {}): Promise<void> {
    await this.#switch("pauseTrigger", id, false, options);
  }

  async resumeTrigger(id: string, options: SwitchOptions = {}): Promise<void> {
    await this.#switch("resumeTrigger", id, true, options);
  }

  async #switch(verb: string, id: string, enabled: boolean, options: SwitchOptions): Promise<void> {
    requireArgument(verb, "id", id, TEXT);
    requireRecord(verb, "options", options, SWITCH_FIELDS);
    await this.#write(verb, async ({ parts, verbs }) => {
      const { by = this.#options.by && formatBy(this.#options.by) } = options;
      const change = await switchOf(parts, this.#desk.triggers, id, enabled, by);
      if (change) await verbs.note("trigger_changed", change);
    });
  }

  async prune(retention: { readonly runsBeforeMs: number }, options: ByOptions = {}): Promise<number> {
    requireRecord("prune", "options", options, BY_FIELDS);
    requireRecord("prune", "retention", retention, PRUNE_FIELDS);
    requireArgument("prune", "runsBeforeMs", retention.runsBeforeMs, INSTANT);
    return await this.#act("prune", undefined, options, ({ verbs }) => verbs.prune(retention));
  }

  async pause(options: ByOptions = {}): Promise<void> {
    requireRecord("pause", "options", options, BY_FIELDS);
    await this.#act("pause", undefined, options, ({ verbs }) => verbs.pause());
  }

  async resume(options: ByOptions = {}): Promise<void> {
    requireRecord("resume", "options", options, BY_FIELDS);
    await this.#act("resume", undefined, options, ({ verbs }) => verbs.resume());
  }

  async close(options: CloseOptions = {}): Promise<void> {
    requireRecord("close", "options", options, CLOSE_FIELDS);
    return await (this.#closing ??= this.#close(Math.min(options.graceMs ?? GRACE_MS, LONGEST_MS)));
  }

  async #close(graceMs: number): Promise<void> {
    const seat = await this.#opening?.catch(() => undefined);
    await this.#desk.stop();
    seat?.leave(graceMs, orchestratorClosed());
    await this.#active.idle();
    this.#subscriptions.end();
    await seat?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Options with who acts, where they do not say so themselves. */
  #signed<Options extends ByOptions>(options: Options): Options {
    const { by } = this.#options;
    return by === undefined || options.by !== undefined ? options : { ...options, by };
  }

  /** Does what a verb is for that is no run, and records before it who has asked for it. */
  async #act<T>(
    verb: AuditedVerb,
    subject: string | undefined,
    options: ByOptions,
    work: (seat: Seat) => Promise<T>,
  ): Promise<T> {
    return await this.#write(verb, async (seat) => {
      await this.#note(seat, verb, subject, options);
      return await work(seat);
    });
  }

  async #note(
    { verbs }: Seat,
    verb: AuditedVerb,
    subject: string | undefined,
    options: ByOptions,
  ): Promise<void> {
    const { by } = this.#signed(options);
    if (by) await verbs.note("audited", { verb, by, ...(subject !== undefined && { subject }) });
  }

  /** Does what a verb is for. What was asked for before `close` is waited for by it. */
  #at<T>(work: (seat: Seat) => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(orchestratorClosed());
    return this.#active.during(async () => {
      this.#opening ??= this.#open();
      return await work(this.#seat = await this.#opening);
    });
  }

  /** Opens what verbs work with. After a failure the next verb tries again: a lock may be free by then. */
  #open(): Promise<Seat> {
    const { definitions } = this;
    const seat = takeSeat({
      definitions,
      options: this.#options,
      values: this.values,
      active: this.#active,
    });
    seat.catch(() => this.#opening = undefined);
    return seat;
  }

  protected read<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
    return this.#at(({ parts }) => work(parts));
  }

  /** The same for verbs that record: with a store that only reads they are refused before anything is done. */
  #write<T>(verb: string, work: (seat: Seat) => Promise<T>): Promise<T> {
    return this.#at((seat) => {
      if (seat.isReadOnly) throw onlyReads(verb, seat.parts.store.name);
      return work(seat);
    });
  }
}

export type {
  AssetName,
  BackfillResult,
  ByOptions,
  CloseOptions,
  LogFilter,
  MaterializationReport,
  Orchestrator,
  OrchestratorOptions,
  PartitionOverview,
  RecoverOptions,
  RecoverySettings,
  RunOptions,
  RunResult,
  StoreOptions,
  VerifyOptions,
} from "./orchestrator/contract.ts";
export type { SwitchOptions, TriggerStatus } from "./triggers/status.ts";
