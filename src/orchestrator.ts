/** The live object: definitions, a store, IO managers and the run loop wired together; owns start and stop. */
import type { Asset } from "./model/assets/declaration.ts";
import type { Definitions } from "./model/definitions.ts";
import type { SluiceEvent } from "./model/events/event.ts";
import { SluiceError } from "./model/issue.ts";
import type { Selection } from "./model/job.ts";
import { quote } from "./model/quote.ts";
import { didYouMean } from "./model/suggest.ts";
import { ActiveRuns } from "./orchestrator/active.ts";
import { executeBackfill } from "./orchestrator/backfills.ts";
import { changeKeys, reportAsset, requirePartition, wipeAsset } from "./orchestrator/catalogue.ts";
import type {
  AssetName,
  MaterializationReport,
  Orchestrator,
  OrchestratorOptions,
  RunOptions,
  RunResult,
  VerifyOptions,
} from "./orchestrator/contract.ts";
import {
  ASSET,
  FUNCTION,
  INSTANT,
  requireArgument,
  requireRecord,
  RUN_PLAN,
  SELECTION,
  STEP,
  TEXT,
  TEXTS,
} from "./orchestrator/arguments.ts";
import {
  BACKFILL_FIELDS,
  MATERIALIZATIONS_FIELDS,
  PLAN_FIELDS,
  REPORT_FIELDS,
  RERUN_FIELDS,
  RUNS_FIELDS,
} from "./orchestrator/fields.ts";
import { openParts, openValues, type Parts, type Values } from "./orchestrator/parts.ts";
import { checkOptions, checkRunOptions } from "./orchestrator/options.ts";
import { openContext } from "./orchestrator/planning.ts";
import { recoverAll } from "./orchestrator/recovery.ts";
import { executePlan, rerun, unknownRun } from "./orchestrator/runs.ts";
import { planBackfillInSlices } from "./planner/backfill.ts";
import { parseBackfillPlan, parsePlan } from "./planner/json.ts";
import type { BackfillPlan, RunPlan } from "./planner/plan.ts";
import type { BackfillRequest, PartitionRequest, PlanRequest } from "./planner/request.ts";
import { planRunInSlices } from "./planner/run.ts";
import type { RunFilter } from "./stores/store.ts";

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

class LiveOrchestrator implements Orchestrator {
  readonly definitions: Definitions;
  readonly #options: OrchestratorOptions;
  readonly #values: Values;
  readonly #active: ActiveRuns = new ActiveRuns();
  readonly #subscriptions: Set<() => void> = new Set();
  #opening: Promise<Parts> | undefined = undefined;
  #closing: Promise<void> | undefined = undefined;

  constructor(definitions: Definitions, options: OrchestratorOptions) {
    checkOptions(definitions, options);
    this.definitions = definitions;
    this.#options = options;
    this.#values = openValues(options);
    const plain = definitions.assets.find((asset) => !asset.io);
    if (plain) this.#values.findManager(plain);
    for (const asset of definitions.assets) if (asset.io) this.#values.findManager(asset);
  }

  async plan(asked: PlanRequest & VerifyOptions = {}): Promise<RunPlan> {
    requireRecord("plan", "request", asked, PLAN_FIELDS);
    const { verifyIO, ...request } = asked;
    const parts = await this.#parts();
    const context = await openContext(parts, verifyIO);
    return await parts.engine.pace.finish(planRunInSlices(context, request));
  }

  async planBackfill(asked: BackfillRequest & VerifyOptions = {}): Promise<BackfillPlan> {
    requireRecord("planBackfill", "request", asked, BACKFILL_FIELDS);
    const { verifyIO, ...request } = asked;
    const parts = await this.#parts();
    const context = await openContext(parts, verifyIO);
    return await parts.engine.pace.finish(planBackfillInSlices(context, { scope: "missing", ...request }));
  }

  async parsePlan(json: unknown): Promise<RunPlan> {
    return parsePlan(json, await openContext(await this.#parts()));
  }

  async parseBackfillPlan(json: unknown): Promise<BackfillPlan> {
    return parseBackfillPlan(json, await openContext(await this.#parts()));
  }

  async materialize(
    select: Selection,
    options: RunOptions & Omit<PlanRequest, "select"> = {},
  ): Promise<RunResult> {
    requireArgument("materialize", "select", select, SELECTION);
    checkRunOptions(options);
    const parts = await this.#writingParts("materialize");
    const { partitions, scope, checks } = options;
    const plan = await this.plan({
      select,
      ...(partitions !== undefined && { partitions }),
      ...(scope && { scope }),
      ...(checks !== undefined && { checks }),
    });
    return await executePlan(parts, this.#active, plan, options);
  }

  async execute(plan: RunPlan, options: RunOptions = {}): Promise<RunResult> {
    requireArgument("execute", "plan", plan, RUN_PLAN);
    checkRunOptions(options);
    return await executePlan(await this.#writingParts("execute"), this.#active, plan, options);
  }

  async runJob(name: string, options: RunOptions & Omit<PlanRequest, "select"> = {}): Promise<RunResult> {
    requireArgument("runJob", "name", name, TEXT);
    checkRunOptions(options);
    const job = this.definitions.jobs.get(name);
    if (!job) throw unknownJob(name, this.definitions);
    const parts = await this.#writingParts("runJob");
    const { partitions, scope, checks, ...rest } = options;
    const plan = await this.plan({
      select: job.selection,
      ...(partitions !== undefined && { partitions }),
      ...(scope && { scope }),
      ...(checks !== undefined && { checks }),
    });
    const config = { ...job.config, ...rest.config };
    const tags = { ...job.tags, ...rest.tags };
    return await executePlan(parts, this.#active, plan, { ...rest, config, tags }, { job: name });
  }

  async backfill(request: BackfillRequest | BackfillPlan = {}, options: RunOptions = {}) {
    requireRecord("backfill", "request", request, PLAN_FIELDS);
    checkRunOptions(options);
    const parts = await this.#writingParts("backfill");
    const plan = "kind" in request ? request : await this.planBackfill(request);
    return await executeBackfill(parts, this.#active, plan, options);
  }

  async rerun(
    runId: string,
    options: RunOptions & { readonly from?: "failure" | "start" } = {},
  ): Promise<RunResult> {
    requireArgument("rerun", "runId", runId, TEXT);
    checkRunOptions(options);
    requireRecord("rerun", "options", options, RERUN_FIELDS);
    const { from = "failure", ...rest } = options;
    return await rerun(await this.#writingParts("rerun"), this.#active, runId, from, rest);
  }

  async recover(options: RunOptions = {}): Promise<readonly RunResult[]> {
    checkRunOptions(options);
    return await recoverAll(await this.#writingParts("recover"), this.#active, options);
  }

  async cancel(id: string, reason = "canceled"): Promise<void> {
    requireArgument("cancel", "id", id, TEXT);
    requireArgument("cancel", "reason", reason, TEXT);
    if (this.#active.cancel(id, reason)) return;
    const parts = await this.#parts();
    const known = await parts.store.run(id) ?? await parts.store.backfill(id);
    if (!known) {
      throw unknownRun(id);
    }
  }

  async report(
    asset: AssetName,
    reports: MaterializationReport | readonly MaterializationReport[] = {},
  ): Promise<void> {
    const found = this.#asset("report", asset);
    const list: readonly unknown[] = Array.isArray(reports) ? reports : [reports];
    for (const each of list) requireRecord("report", "reports", each, REPORT_FIELDS);
    await reportAsset(await this.#writingParts("report"), found, list as readonly MaterializationReport[]);
  }

  async wipe(asset: AssetName, partitions: PartitionRequest = "all"): Promise<number> {
    return await wipeAsset(await this.#writingParts("wipe"), this.#asset("wipe", asset), partitions);
  }

  async load(asset: AssetName, partition?: string): Promise<unknown> {
    const found = this.#asset("load", asset);
    requirePartition("load", found, partition);
    return await this.#values.findManager(found).load({ asset: found.key, partition });
  }

  locate(asset: AssetName, partition?: string): string | undefined {
    const found = this.#asset("locate", asset);
    requirePartition("locate", found, partition);
    return this.#values.findManager(found).locate({ asset: found.key, partition });
  }

  async addPartitions(name: string, keys: readonly string[]): Promise<void> {
    requireArgument("addPartitions", "name", name, TEXT);
    requireArgument("addPartitions", "keys", keys, TEXTS);
    await changeKeys(await this.#writingParts("addPartitions"), name, keys, "partitions_added");
  }

  async removePartitions(name: string, keys: readonly string[]): Promise<void> {
    requireArgument("removePartitions", "name", name, TEXT);
    requireArgument("removePartitions", "keys", keys, TEXTS);
    await changeKeys(await this.#writingParts("removePartitions"), name, keys, "partitions_removed");
  }

  async partitions(asset: AssetName) {
    const { key } = this.#asset("partitions", asset);
    const { space, materialized, failed } = (await openContext(await this.#parts())).factsOf(key);
    return { space, materialized, failed };
  }

  async run(id: string) {
    requireArgument("run", "id", id, TEXT);
    return await (await this.#parts()).store.run(id);
  }

  async runs(filter: RunFilter = {}) {
    requireRecord("runs", "filter", filter, RUNS_FIELDS);
    return await (await this.#parts()).store.runs(filter);
  }

  async steps(runId: string) {
    requireArgument("steps", "runId", runId, TEXT);
    return await (await this.#parts()).store.steps(runId);
  }

  async logs(runId: string, step?: number) {
    requireArgument("logs", "runId", runId, TEXT);
    if (step !== undefined) requireArgument("logs", "step", step, STEP);
    return await (await this.#parts()).store.logs(runId, step === undefined ? {} : { step });
  }

  async materializations(
    asset: AssetName,
    filter: { readonly partition?: string; readonly limit?: number } = {},
  ) {
    const { key } = this.#asset("materializations", asset);
    requireRecord("materializations", "filter", filter, MATERIALIZATIONS_FIELDS);
    return await (await this.#parts()).store.materializations(key, filter);
  }

  async checks(asset: AssetName) {
    const { key } = this.#asset("checks", asset);
    return await (await this.#parts()).store.checks({ asset: key });
  }

  async backfills() {
    return await (await this.#parts()).store.backfills();
  }

  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void {
    requireArgument("subscribe", "listener", listener, FUNCTION);
    let end: () => void = () => {};
    let isOver = false;
    const begin = ({ engine }: Parts) => {
      if (!isOver) end = engine.recorder.subscribe((batches) => batches.forEach((batch) => listener(batch)));
    };
    this.#parts().then(begin, () => {});
    const unsubscribe = () => {
      isOver = true;
      this.#subscriptions.delete(unsubscribe);
      end();
    };
    this.#subscriptions.add(unsubscribe);
    return unsubscribe;
  }

  async prune(retention: { readonly runsBeforeMs: number }): Promise<number> {
    requireRecord("prune", "retention", retention, {});
    requireArgument("prune", "runsBeforeMs", retention.runsBeforeMs, INSTANT);
    return await (await this.#writingParts("prune")).store.prune(retention);
  }

  close(): Promise<void> {
    return this.#closing ??= this.#close();
  }

  async #close(): Promise<void> {
    await this.#active.idle();
    const parts = await this.#opening?.catch(() => undefined);
    for (const unsubscribe of this.#subscriptions) unsubscribe();
    if (!parts) return;
    await parts.engine.recorder.flush();
    await parts.store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #parts(): Promise<Parts> {
    if (this.#closing) {
      throw new SluiceError({ code: "STORE_CLOSED", message: "The orchestrator is closed.", path: [] });
    }
    this.#opening ??= openParts(this.definitions, this.#options, this.#values);
    return await this.#opening;
  }

  /** For verbs that record: they are refused before anything is done. */
  async #writingParts(verb: string): Promise<Parts> {
    const parts = await this.#parts();
    if (parts.store.isReadOnly) throw onlyReads(verb, parts.store.name);
    return parts;
  }

  #asset(verb: string, asset: AssetName): Asset {
    requireArgument(verb, "asset", asset, ASSET);
    return this.definitions.asset(typeof asset === "string" ? asset : asset.key);
  }
}

function onlyReads(verb: string, store: string): SluiceError {
  return new SluiceError({
    code: "STORE_READONLY",
    message: `${verb}() writes, and the store ${store} was opened with readonly: true.`,
    path: ["store", store],
    hint: "Open it without readonly: true.",
  });
}

function unknownJob(name: string, { jobs }: Definitions): SluiceError {
  const known = [...jobs.keys()];
  return new SluiceError({
    code: "USAGE",
    message: `There is no job ${quote(name)}.`,
    path: ["jobs", name],
    hint: didYouMean(name, known) ??
      (known.length === 0 ? "Declare one with defineJob()." : `There are ${known.slice(0, 10).join(", ")}.`),
  });
}

export type {
  AssetName,
  BackfillResult,
  MaterializationReport,
  Orchestrator,
  OrchestratorOptions,
  PartitionOverview,
  RunOptions,
  RunResult,
  StoreOptions,
  VerifyOptions,
} from "./orchestrator/contract.ts";
