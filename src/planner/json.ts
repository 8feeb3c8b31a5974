/** Plans as JSON: saved, looked at, and run later. */
import type { Definitions } from "../model/definitions.ts";
import { SluiceError } from "../model/issue.ts";
import { decodeSubset, encodeSubset, parseStoredSubset } from "../model/partitions/stored.ts";
import type { StoredSubset } from "../model/partitions/stored.ts";
import type { PlanningContext } from "./context.ts";
import { checkSizes, cutIntoRuns } from "./backfill.ts";
import type { BackfillPlan, PlannedReason, PlannedSet, RunPlan } from "./plan.ts";
import type { Reason } from "./reason.ts";

/** A run plan as JSON. Partitions are named by what they are, never by their place. */
export interface PlanJson {
  /** The version of this form. */
  readonly schemaVersion: 1;
  /** Says what this is. */
  readonly kind: "run-plan";
  /** When it was made, ISO 8601. */
  readonly at: string;
  /** The steps, upstream first. */
  readonly steps: readonly PlanStepJson[];
  /** What a reader should know. */
  readonly warnings: readonly string[];
}

/** One step declaration in a saved plan. */
export interface PlanStepJson {
  /** The name of the step declaration. */
  readonly step: string;
  /** The keys of the outputs asked for, where not all are. */
  readonly outputs?: readonly string[];
  /** How many partitions; 1 without partitions. */
  readonly count: number;
  /** How it is sliced; left out or undefined for one value only. */
  readonly partitions?: StoredSubset;
  /** Why it is in the plan. */
  readonly because?: readonly { readonly reason: Reason; readonly partitions?: StoredSubset }[];
}

/** A backfill plan as JSON: what is made in all, and how it is cut. */
export interface BackfillPlanJson {
  /** The version of this form. */
  readonly schemaVersion: 1;
  /** Says what this is. */
  readonly kind: "backfill-plan";
  /** Everything that is made. */
  readonly plan: PlanJson;
  /** At most so many runs per group of assets with the same partitions. */
  readonly runs?: number;
  /** At most so many partitions in one run. */
  readonly partitionsPerRun?: number;
}

/** A backfill plan as a JSON value. */
export function formatBackfillPlan({ whole, sizes }: BackfillPlan): BackfillPlanJson {
  return { schemaVersion: 1, kind: "backfill-plan", plan: formatPlan(whole), ...sizes };
}

/**
 * Reads a saved backfill plan back and cuts it into the same runs.
 *
 * @throws {SluiceError} As {@linkcode parsePlan}.
 */
export function parseBackfillPlan(json: unknown, context: PlanningContext): BackfillPlan {
  const { plan, sizes } = backfillParts(json);
  return cutIntoRuns(context, parsePlan(plan, context), sizes);
}

/** A saved backfill plan as far as it still fits, not cut into runs; and what does not fit any more, in words. */
export function parseWhatFits(
  json: unknown,
  context: PlanningContext,
): { readonly plan: RunPlan; readonly sizes: BackfillSizes; readonly gone: readonly string[] } {
  const { plan, sizes } = backfillParts(json);
  const gone: string[] = [];
  return { plan: readPlan(plan, context, (what) => void gone.push(what)), sizes, gone };
}

/** How a backfill is to be cut. */
type BackfillSizes = Pick<BackfillPlanJson, "runs" | "partitionsPerRun">;

function backfillParts(json: unknown): { readonly plan: unknown; readonly sizes: BackfillSizes } {
  const { kind, plan, runs, partitionsPerRun } = (json ?? {}) as Partial<BackfillPlanJson>;
  if (kind !== "backfill-plan") throw invalid('it has no kind "backfill-plan".');
  const sizes = {
    ...(runs !== undefined && { runs }),
    ...(partitionsPerRun !== undefined && { partitionsPerRun }),
  };
  checkSizes(sizes);
  return { plan, sizes };
}

/** A plan as a JSON value. The same plan gives the same text. */
export function formatPlan(plan: RunPlan): PlanJson {
  return {
    schemaVersion: 1,
    kind: "run-plan",
    at: new Date(plan.nowMs).toISOString(),
    steps: Array.from(plan.ranks, (rank) => formatStep(plan, rank)),
    warnings: plan.warnings,
  };
}

function formatStep(plan: RunPlan, rank: number): PlanStepJson {
  const step = plan.definitions.steps[rank];
  const set = plan.sets.get(rank);
  const outputs = plan.outputs.get(rank);
  const reasons = plan.reasons.get(rank);
  const stored = (subset: PlannedReason["subset"]) =>
    set && subset && { partitions: encodeSubset(step.partitions, set.space, subset) };
  return {
    step: step.name,
    ...(outputs && { outputs: outputs.map((position) => step.outputs[position].key) }),
    count: set?.subset.size ?? 1,
    ...stored(set?.subset),
    ...(reasons && { because: reasons.map(({ reason, subset }) => ({ reason, ...stored(subset) })) }),
  };
}

/**
 * Reads a saved plan back, against the definitions and partitions of now.
 *
 * @throws {SluiceError} PLAN_INVALID when the JSON is no plan; PLAN_OUTDATED when it names steps, outputs or
 * partitions that no longer exist.
 */
export function parsePlan(json: unknown, context: PlanningContext): RunPlan {
  return readPlan(json, context, (what) => {
    throw outdated(what);
  });
}

/** @param misfit Hears what no longer exists; when it does not throw, that is left out. */
function readPlan(json: unknown, context: PlanningContext, misfit: (what: string) => void): RunPlan {
  const saved = checkShape(json);
  const { definitions } = context;
  const ranks: number[] = [];
  const sets = new Map<number, PlannedSet>();
  const outputs = new Map<number, readonly number[]>();
  const reasons = new Map<number, readonly PlannedReason[]>();
  for (const item of saved.steps) {
    const rank = definitions.stepGraph.rankOf(item.step);
    const what = whyGone(definitions, item, rank);
    if (rank === undefined || what !== undefined) {
      misfit(what ?? `there is no ${item.step}`);
      continue;
    }
    if (item.partitions) {
      const { set, gone } = decodeSet(context, rank, item.partitions);
      if (gone > 0) misfit(`${gone} of the partitions of ${item.step} do not exist`);
      if (set.subset.size === 0) continue;
      sets.set(rank, set);
    }
    ranks.push(rank);
    if (item.outputs) outputs.set(rank, item.outputs.map((key) => outputPosition(definitions, rank, key)));
    if (item.because) reasons.set(rank, item.because.map((why) => decodeReason(context, rank, why)));
  }
  return Object.freeze({
    kind: "run-plan",
    definitions,
    nowMs: Date.parse(saved.at),
    ranks: Int32Array.from(ranks).sort(),
    sets,
    outputs,
    reasons,
    warnings: saved.warnings,
  });
}

/** Why a step of a saved plan is none any more; undefined when it is. */
function whyGone(definitions: Definitions, item: PlanStepJson, rank: number | undefined): string | undefined {
  if (rank === undefined) return `there is no ${item.step}`;
  const step = definitions.steps[rank];
  if ((item.partitions === undefined) !== (step.partitions === undefined)) {
    return `${item.step} ${step.partitions ? "has" : "no longer has"} partitions`;
  }
  const lost = item.outputs?.find((key) => outputPosition(definitions, rank, key) < 0);
  return lost === undefined ? undefined : `${item.step} no longer makes ${lost}`;
}

function checkShape(json: unknown): PlanJson {
  const plan = json as Partial<PlanJson> | null;
  if (typeof plan === "object" && plan !== null && plan.kind === "run-plan" && Array.isArray(plan.steps)) {
    if (plan.schemaVersion === 1) return checkParts({ warnings: [], ...plan } as PlanJson);
    throw invalid(`its schemaVersion is ${JSON.stringify(plan.schemaVersion)}, and this version reads 1.`);
  }
  throw invalid('it has no kind "run-plan" or no list of steps.');
}

function checkParts(plan: PlanJson): PlanJson {
  if (typeof plan.at !== "string" || Number.isNaN(Date.parse(plan.at))) {
    throw invalid("its time is no ISO 8601.");
  }
  if (!isTextList(plan.warnings)) throw invalid("its warnings are no list of texts.");
  const names = new Set<string>();
  for (const [index, item] of plan.steps.entries()) {
    if (!isStep(item)) throw invalid(`its steps.${index} is not of the form of a step.`);
    if (names.has(item.step)) throw invalid(`it names ${item.step} twice.`);
    names.add(item.step);
  }
  return plan;
}

function isStep(item: PlanStepJson | null): boolean {
  if (typeof item?.step !== "string") return false;
  if (item.outputs !== undefined && !(isTextList(item.outputs) && item.outputs.length > 0)) return false;
  if (item.partitions === null || item.because === undefined) return item.partitions !== null;
  return Array.isArray(item.because) && item.because.every((why) => typeof why?.reason?.kind === "string");
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function invalid(why: string): SluiceError {
  return new SluiceError({
    code: "PLAN_INVALID",
    message: `This is no saved plan: ${why}`,
    path: ["plan"],
    hint: "Save one with `sluice plan --save FILE`.",
  });
}

function outdated(what: string): SluiceError {
  return new SluiceError({
    code: "PLAN_OUTDATED",
    message: `The plan was made for other definitions: ${what}.`,
    path: ["plan"],
    hint: "Make the plan again.",
  });
}

function outputPosition(definitions: Definitions, rank: number, key: string): number {
  return definitions.steps[rank].outputs.findIndex((output) => output.key === key);
}

function decodeSet(
  context: PlanningContext,
  rank: number,
  json: unknown,
): { readonly set: PlannedSet; readonly gone: number } {
  const space = context.space(context.definitions.steps[rank].partitions);
  const { subset, gone } = decodeSubset(parseStoredSubset(json), space);
  return { set: { space, subset }, gone };
}

function decodeReason(
  context: PlanningContext,
  rank: number,
  why: NonNullable<PlanStepJson["because"]>[number],
): PlannedReason {
  if (!why.partitions) return { reason: why.reason, subset: undefined };
  const space = context.space(context.definitions.steps[rank].partitions);
  return { reason: why.reason, subset: decodeSubset(parseStoredSubset(why.partitions), space).subset };
}
