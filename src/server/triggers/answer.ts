/** What is said of a run that a request started. */
import type { RunResult } from "../../orchestrator/contract.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import type { RequestTrigger } from "./contract.ts";
import type { Started } from "./start.ts";
import { workflowOf } from "./target.ts";

/** The most bytes of values in one answer. */
const MOST_BYTES = 1 << 20;

/** What answers say. Names are those of the interface that other orchestrators know. */
export interface TriggerAnswer {
  readonly trigger_id: string;
  readonly workflow_id: string;
  readonly run_id: string;
  /** What the run is doing, or what became of it. */
  readonly status: string;
  /** Whether it succeeded; absent as long as that is not known. */
  readonly success?: boolean;
  /** From the run's creation to its end, in milliseconds; absent before. */
  readonly duration_ms?: number;
  /** Values by asset; absent before the end. One that is too large, or that is not JSON, stands as `{ location }`. */
  readonly outputs?: { readonly [asset: string]: unknown };
}

/** Loads what assets hold. */
export interface Values {
  load(asset: string, partition?: string): Promise<unknown>;
  locate(asset: string, partition?: string): string | undefined;
}

/** The answer before the run is over. */
export function accepted(trigger: RequestTrigger, { runId }: Started): TriggerAnswer {
  return { trigger_id: trigger.name, workflow_id: workflowOf(trigger), run_id: runId, status: "accepted" };
}

/** The answer when it is over. */
export async function finished(
  trigger: RequestTrigger,
  { id, status, record }: RunResult,
  partitions: PartitionRequest | undefined,
  values: Values,
): Promise<TriggerAnswer> {
  return {
    trigger_id: trigger.name,
    workflow_id: workflowOf(trigger),
    run_id: id,
    status,
    success: status === "success",
    duration_ms: (record.finishedMs ?? record.createdMs) - record.createdMs,
    outputs: status === "success" ? await outputsOf(trigger, partitions, values) : {},
  };
}

async function outputsOf(
  { outputs }: RequestTrigger,
  partitions: PartitionRequest | undefined,
  values: Values,
): Promise<{ readonly [asset: string]: unknown }> {
  const partition = typeof partitions === "string" && partitions !== "all" ? partitions : undefined;
  const entries: [string, unknown][] = [];
  let left = MOST_BYTES;
  for (const asset of outputs) {
    const value = await values.load(asset, partition);
    const text = jsonText(value);
    left -= text?.length ?? 0;
    const fits = text !== undefined && left >= 0;
    entries.push([asset, fits ? value : { location: values.locate(asset, partition) ?? null }]);
  }
  return Object.fromEntries(entries);
}

/** A value as JSON; undefined where it is none. */
function jsonText(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
