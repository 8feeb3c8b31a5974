/** The verbs of an orchestrator that only look: plans, values and what is recorded. */
import type { AuditEntry, AuditFilter } from "../model/audit/audit.ts";
import type { Asset } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import type { ElementFilter } from "../model/events/fold_elements.ts";
import type {
  BackfillRecord,
  CheckResultRecord,
  ElementRecord,
  LogLine,
  MaterializationRecord,
  RunRecord,
  StepRecord,
  TickRecord,
} from "../model/events/record.ts";
import type { SluiceEvent } from "../model/events/event.ts";
import { SluiceError } from "../model/issue.ts";
import { parseBackfillPlan, parsePlan } from "../planner/json.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { BackfillRequest, PlanRequest } from "../planner/request.ts";
import { writeBundle } from "../stores/bundle/write.ts";
import type {
  BackfillFilter,
  EventFilter,
  MaterializationFilter,
  RunFilter,
  TickFilter,
} from "../stores/store.ts";
import type { AutomationExplanation } from "../planner/automation/explanation.ts";
import { ASSET, requireArgument, requireRecord, TEXT } from "./arguments.ts";
import type { AssetFreshness } from "../model/automation/freshness_state.ts";
import { explainIn, freshnessIn } from "./triggers/automation.ts";
import { readAudit } from "./recall/audit.ts";
import { requireKnown, requirePartition } from "./catalogue.ts";
import type { AssetName, LogFilter, PartitionOverview, VerifyOptions } from "./contract.ts";
import {
  AUDIT_FIELDS,
  BACKFILL_FIELDS,
  BACKFILLS_FIELDS,
  CHECKS_FIELDS,
  ELEMENTS_FIELDS,
  EVENTS_FIELDS,
  LOGS_FIELDS,
  MATERIALIZATIONS_FIELDS,
  PLAN_FIELDS,
  RUNS_FIELDS,
  TICKS_FIELDS,
} from "./fields.ts";
import type { Parts, Values } from "./parts.ts";
import { openContext, planBackfillIn, planIn } from "./planning.ts";
import { unknownRun } from "./refusals.ts";

/** For lists that are given as a whole. */
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** The reading half of an orchestrator: what is given is held to its shape, and asked of an open history. */
export abstract class Reads {
  readonly definitions: Definitions;
  protected readonly values: Values;

  constructor(definitions: Definitions, values: Values) {
    this.definitions = definitions;
    this.values = values;
  }

  /** Opens the history if need be, and reads it. */
  protected abstract read<T>(work: (parts: Parts) => Promise<T>): Promise<T>;

  async plan(asked: PlanRequest & VerifyOptions = {}): Promise<RunPlan> {
    requireRecord("plan", "request", asked, PLAN_FIELDS);
    return await this.read((parts) => planIn(parts, asked));
  }

  async planBackfill(asked: BackfillRequest & VerifyOptions = {}): Promise<BackfillPlan> {
    requireRecord("planBackfill", "request", asked, BACKFILL_FIELDS);
    return await this.read((parts) => planBackfillIn(parts, asked));
  }

  async parsePlan(json: unknown): Promise<RunPlan> {
    return await this.read(async (parts) => parsePlan(json, await openContext(parts)));
  }

  async parseBackfillPlan(json: unknown): Promise<BackfillPlan> {
    return await this.read(async (parts) => parseBackfillPlan(json, await openContext(parts)));
  }

  async load(asset: AssetName, partition?: string): Promise<unknown> {
    const found = this.asset("load", asset);
    requirePartition("load", found, partition);
    const manager = this.values.findManager(found);
    try {
      return await manager.load({ asset: found.key, partition });
    } catch (error) {
      const isMissing = error instanceof SluiceError && error.code === "VALUE_MISSING";
      if (isMissing && partition) await this.read((parts) => requireKnown(parts, found, partition));
      throw error;
    }
  }

  locate(asset: AssetName, partition?: string): string | undefined {
    const found = this.asset("locate", asset);
    requirePartition("locate", found, partition);
    return this.values.findManager(found).locate({ asset: found.key, partition });
  }

  async partitions(asset: AssetName): Promise<PartitionOverview> {
    const { key } = this.asset("partitions", asset);
    const context = await this.read((parts) => openContext(parts));
    const { space, materialized, failed } = context.factsOf(key);
    return { space, materialized, failed };
  }

  async freshness(asset: AssetName): Promise<AssetFreshness | undefined> {
    const found = this.asset("freshness", asset);
    return await this.read((parts) => freshnessIn(parts, found));
  }

  async explainAutomation(asset: AssetName): Promise<AutomationExplanation> {
    const found = this.asset("explainAutomation", asset);
    return await this.read((parts) => explainIn(parts, found));
  }

  async run(id: string): Promise<RunRecord | undefined> {
    requireArgument("run", "id", id, TEXT);
    return await this.read(({ store }) => store.run(id));
  }

  async runs(filter: RunFilter = {}): Promise<readonly RunRecord[]> {
    requireRecord("runs", "filter", filter, RUNS_FIELDS);
    return await this.read(({ store }) => store.runs(filter));
  }

  async steps(runId: string): Promise<readonly StepRecord[]> {
    requireArgument("steps", "runId", runId, TEXT);
    return await this.read(({ store }) => store.steps(runId));
  }

  async logs(runId: string, filter: LogFilter = {}): Promise<readonly LogLine[]> {
    requireArgument("logs", "runId", runId, TEXT);
    requireRecord("logs", "filter", filter, LOGS_FIELDS);
    return await this.read(({ store }) => store.logs(runId, { ...filter, limit: filter.limit ?? NO_LIMIT }));
  }

  async events(filter: EventFilter = {}): Promise<readonly SluiceEvent[]> {
    requireRecord("events", "filter", filter, EVENTS_FIELDS);
    return await this.read(({ store }) => store.events(filter));
  }

  async audit(filter: AuditFilter = {}): Promise<readonly AuditEntry[]> {
    requireRecord("audit", "filter", filter, AUDIT_FIELDS);
    return await this.read(async ({ store, engine }) => {
      await engine.recorder.flush();
      return await readAudit(store, filter);
    });
  }

  async elements(runId: string, filter: ElementFilter = {}): Promise<readonly ElementRecord[]> {
    requireArgument("elements", "runId", runId, TEXT);
    requireRecord("elements", "filter", filter, ELEMENTS_FIELDS);
    return await this.read(({ store }) => store.elements(runId, filter));
  }

  async materializations(
    asset: AssetName,
    filter: MaterializationFilter = {},
  ): Promise<readonly MaterializationRecord[]> {
    const { key } = this.asset("materializations", asset);
    requireRecord("materializations", "filter", filter, MATERIALIZATIONS_FIELDS);
    return await this.read(({ store }) => store.materializations(key, filter));
  }

  async checks(
    asset: AssetName,
    filter: { readonly limit?: number } = {},
  ): Promise<readonly CheckResultRecord[]> {
    const { key } = this.asset("checks", asset);
    requireRecord("checks", "filter", filter, CHECKS_FIELDS);
    return await this.read(({ store }) => store.checks({ asset: key, limit: filter.limit ?? NO_LIMIT }));
  }

  async *exportRun(id: string): AsyncGenerator<string> {
    requireArgument("exportRun", "id", id, TEXT);
    if (!await this.run(id)) throw unknownRun(id);
    yield* writeBundle(id, (filter) => this.read(({ store }) => store.events(filter)));
  }

  async backfills(filter: BackfillFilter = {}): Promise<readonly BackfillRecord[]> {
    requireRecord("backfills", "filter", filter, BACKFILLS_FIELDS);
    return await this.read(({ store }) => store.backfills(filter));
  }

  async ticks(filter: TickFilter = {}): Promise<readonly TickRecord[]> {
    requireRecord("ticks", "filter", filter, TICKS_FIELDS);
    return await this.read(({ store }) => store.ticks(filter));
  }

  protected asset(verb: string, asset: AssetName): Asset {
    requireArgument(verb, "asset", asset, ASSET);
    return this.definitions.asset(typeof asset === "string" ? asset : asset.key);
  }
}
