/** What single events of a batch say, as records: log lines, verdicts, materializations. */
import type { EventBatch } from "./batch.ts";
import { type CheckRecord, EVENT_KINDS, type EventPayloads, type OutputRecord } from "./event.ts";
import { findOutput, freshVersion, reportedVersion } from "./outputs.ts";
import type { CheckResultRecord, LogLine, MaterializationRecord } from "./record.ts";
import type { StepTable } from "./step_table.ts";

const { step_log: LOG, check_evaluated: CHECK, step_succeeded: SUCCEEDED, step_failed: FAILED } = EVENT_KINDS;
const { asset_reported: REPORTED } = EVENT_KINDS;

/** The lines that a batch holds, of one step or of all, after a place. */
export function readLogs(
  batch: EventBatch,
  { step, after = 0 }: { readonly step?: number; readonly after?: number } = {},
): readonly LogLine[] {
  const lines: LogLine[] = [];
  for (let row = 0; row < batch.size; row++) {
    if (batch.kindAt(row) !== LOG || batch.seqAt(row) <= after) continue;
    if (step !== undefined && batch.stepAt(row) !== step) continue;
    const { level, message, fields, element } = batch.payloads.get(row) as EventPayloads["step_log"];
    lines.push({
      seq: batch.seqAt(row),
      atMs: batch.msAt(row),
      step: batch.stepAt(row),
      attempt: batch.attemptAt(row),
      level,
      message,
      fields,
      ...(element !== undefined && { element }),
    });
  }
  return lines;
}

/** A verdict with the place of its event. */
export type PlacedCheck = CheckResultRecord & { readonly seq: number };

/** The verdicts that the rows `[from, to)` of a batch hold. */
export function readChecks(
  batch: EventBatch,
  from: number = 0,
  to: number = batch.size,
): readonly PlacedCheck[] {
  const verdicts: PlacedCheck[] = [];
  for (let row = from; row < to; row++) {
    if (batch.kindAt(row) !== CHECK) continue;
    const record = batch.payloads.get(row) as CheckRecord;
    verdicts.push({ ...record, atMs: batch.msAt(row), runId: batch.runId, seq: batch.seqAt(row) });
  }
  return verdicts;
}

/** The makings of an asset that a run's batch holds, in their order. An output that is `unchanged` was not made. */
export function readMaterializations(
  batch: EventBatch,
  steps: StepTable,
  asset: string,
): readonly MaterializationRecord[] {
  const records: MaterializationRecord[] = [];
  for (let row = 0; row < batch.size; row++) {
    const kind = batch.kindAt(row);
    if (kind !== SUCCEEDED && kind !== FAILED) continue;
    const step = batch.stepAt(row);
    const { outputs } = steps.node(steps.nodeOf(step));
    const output = outputs.findIndex((planned) => planned.asset === asset);
    if (output < 0) continue;
    const said = (batch.payloads.get(row) as { readonly outputs?: readonly OutputRecord[] } | undefined)
      ?.outputs;
    const keys = steps.partitionKeys(step);
    for (let place = 0; place < Math.max(1, keys.length); place++) {
      const record = findOutput(said ?? [], output, place) ?? (kind === SUCCEEDED ? {} : undefined);
      if (!record || record.skipped !== undefined || record.unchanged) continue;
      records.push({
        asset,
        partitionKey: keys[place],
        runId: batch.runId,
        atMs: batch.msAt(row),
        seq: batch.seqAt(row),
        dataVersion: record.dataVersion ?? freshVersion(batch.runId, step),
        codeVersion: outputs[output].codeVersion,
        metadata: record.metadata,
      });
    }
  }
  return records;
}

/** The reports of an asset that a batch of the catalogue holds, in their order. */
export function readReports(batch: EventBatch, asset: string): readonly MaterializationRecord[] {
  const records: MaterializationRecord[] = [];
  for (let row = 0; row < batch.size; row++) {
    if (batch.kindAt(row) !== REPORTED) continue;
    const report = batch.payloads.get(row) as EventPayloads["asset_reported"];
    if (report.asset !== asset) continue;
    records.push({
      asset,
      partitionKey: report.partition?.key,
      runId: undefined,
      atMs: batch.msAt(row),
      seq: batch.seqAt(row),
      dataVersion: report.dataVersion ?? reportedVersion(batch.seqAt(row)),
      codeVersion: undefined,
      metadata: report.metadata,
    });
  }
  return records;
}
