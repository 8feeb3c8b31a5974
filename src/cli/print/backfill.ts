/** What a backfill came to, for people. */
import type { RunRecord, StepCounts, StepRecord } from "../../model/events/record.ts";
import type { BackfillResult } from "../../orchestrator/contract.ts";
import { inert } from "./inert.ts";
import { formatDuration, plural } from "./number.ts";
import type { Page } from "./page.ts";
import { describeCounts, formatFailures } from "./run.ts";

/** A backfill as lines: what came of it, and its first failures. */
export function formatBackfill(
  id: string,
  status: BackfillResult["status"],
  runs: readonly RunRecord[],
  failures: readonly StepRecord[],
  page: Page,
): string[] {
  const { green, red, yellow } = page.style;
  const paint = { success: green, failed: red, canceled: yellow, interrupted: yellow }[status];
  const counts = sumCounts(runs);
  const tookMs = Math.max(0, ...runs.map(({ finishedMs }) => finishedMs ?? 0)) -
    Math.min(...runs.map(({ createdMs }) => createdMs));
  const took = Number.isFinite(tookMs) ? ` in ${formatDuration(Math.max(0, tookMs))}` : "";
  const steps = describeCounts(counts);
  return [
    `${page.style.bold(`Backfill ${inert(id)}`)}  ${paint(status)}${took}, ${plural(runs.length, "run")}${
      steps === "" ? "" : `: ${steps}`
    }`,
    ...formatFailures(runs.find(({ steps }) => steps.failed > 0)?.id ?? "", failures, counts.failed, page),
  ];
}

function sumCounts(runs: readonly RunRecord[]): StepCounts {
  const sum = (pick: (counts: StepCounts) => number): number =>
    runs.reduce((total, { steps }) => total + pick(steps), 0);
  return {
    total: sum(({ total }) => total),
    success: sum(({ success }) => success),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    upstreamFailed: sum(({ upstreamFailed }) => upstreamFailed),
    canceled: sum(({ canceled }) => canceled),
    undone: sum(({ undone = 0 }) => undone),
    undoFailed: sum(({ undoFailed = 0 }) => undoFailed),
  };
}
