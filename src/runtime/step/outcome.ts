/** What one step by itself came to, from all that was noted of it. */
import type { Asset } from "../../model/assets/declaration.ts";
import { findOutput } from "../../model/events/outputs.ts";
import type { OutputRecord, RecordedError } from "../../model/events/event.ts";
import { stepError, type StepOutcome, type StepOutput } from "../../model/step/outcome.ts";
import type { StepRequest } from "../../model/step/request.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { RunOutcome } from "../run.ts";
import type { Account, StepEnd } from "./account.ts";
import { recordError } from "./errors.ts";
import type { NotedReceipts } from "./receipts.ts";
import { isFinal, type Verdicts } from "./verdict.ts";

/** The outcome of a request that led to no step: what was thrown says whether trying again may help. */
export function failedOutcome(request: StepRequest | undefined, error: unknown): StepOutcome {
  return {
    ...headOf(request),
    status: isFinal(error) ? "failed" : "retry",
    outputs: [],
    checks: [],
    error: stepError(recordError(error)),
    durationMs: 0,
  };
}

/** What an outcome repeats of its request. */
type Head = Pick<StepOutcome, "version" | "runId" | "step" | "attempt" | "fence">;

function headOf(request: StepRequest | undefined): Head {
  if (!request) return { version: 1 };
  const { runId, step, attempt = 1, fence } = request;
  return { version: 1, runId, step, attempt, ...(fence !== undefined && { fence }) };
}

/** A step that is over, with all that was noted. */
export interface StepOver {
  readonly request: StepRequest;
  readonly steps: StepGraph;
  /** What the run that held the step came to. */
  readonly run: Pick<RunOutcome, "error">;
  readonly account: Account;
  readonly verdicts: Verdicts;
  readonly receipts: NotedReceipts;
  /** Whether the deadline of the request has passed. */
  readonly isLate: boolean;
}

/** The outcome of a step that is over; the caller says how long it took. */
export async function outcomeOf(over: StepOver): Promise<StepOutcome> {
  const { steps, account } = over;
  const ends = Array.from({ length: steps.count }, (_, step) => account.ends.get(step));
  const outputs: StepOutput[] = [];
  for (const [step, end] of ends.entries()) if (end) outputs.push(...await outputsOf(over, step, end));
  return told(over, ends, outputs.sort(byRank(steps)));
}

/** The outcome of steps with these ends; undefined stands for one that did not come to its end. */
export function told(
  over: Pick<StepOver, "request" | "run" | "account" | "verdicts" | "isLate">,
  ends: readonly (StepEnd | undefined)[],
  outputs: readonly StepOutput[],
): StepOutcome {
  const { request, account: { checks } } = over;
  return { ...headOf(request), ...statusOf(over, ends), outputs, checks, durationMs: 0 };
}

type Verdict = Pick<
  StepOutcome,
  "status" | "error" | "errorClass" | "reason" | "circuit" | "retryAfterMs" | "maxRetries"
>;

/** One failure fails all that was asked for; one that is for good means that trying all of it again is of no use. */
function statusOf(
  { run, verdicts, isLate }: Pick<StepOver, "run" | "verdicts" | "isLate">,
  ends: readonly (StepEnd | undefined)[],
): Verdict {
  const failed = ends.find((end) => end?.status === "failed");
  if (failed?.error) {
    const { isFinal, errorClass, retryAfterMs, maxRetries } = verdicts;
    const what = { error: stepError(failed.error), ...(errorClass !== undefined && { errorClass }) };
    if (isFinal) return { status: "failed", ...what };
    const wish = {
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(maxRetries !== undefined && { maxRetries }),
    };
    return { status: "retry", ...what, ...wish };
  }
  const stopped = ends.find((end) => end === undefined || end.status === "canceled");
  if (stopped || ends.includes(undefined)) {
    return { status: "retry", error: stepError(stopError(stopped, isLate)) };
  }
  if (run.error) return { status: "retry", error: stepError(run.error) };
  const isSkipped = ends.every((end) => end?.status === "skipped");
  if (!isSkipped) return { status: "success" };
  const circuits = ends.map((end) => end?.circuit);
  const circuit = circuits.includes("all") ? "all" : circuits.find((each) => each !== undefined);
  return { status: "skipped", reason: ends[0]?.reason ?? "", ...(circuit && { circuit }) };
}

function stopError(end: StepEnd | undefined, isLate: boolean): RecordedError {
  return {
    name: "StoppedError",
    code: isLate ? "STEP_TIMEOUT" : "CANCELED",
    message: end?.reason ?? "the step was stopped",
  };
}

/** The outputs of one step of the run: each with each of its partitions. */
async function outputsOf(over: StepOver, step: number, end: StepEnd): Promise<readonly StepOutput[]> {
  const { steps } = over;
  const keys = steps.partitionKeys(step);
  const partitions = keys.length > 0 ? keys : [undefined];
  const found: Promise<StepOutput | undefined>[] = [];
  for (const [output, asset] of steps.outputs(steps.nodeOf(step)).entries()) {
    for (const [place, partition] of partitions.entries()) {
      const record = findOutput(end.outputs, output, place);
      const reason = record?.skipped ?? (end.status === "skipped" ? end.reason : undefined);
      found.push(outputOf(over, asset, partition, { ...record, reason }));
    }
  }
  return (await Promise.all(found)).filter((output) => output !== undefined);
}

/** One output and partition; undefined when nothing became of it, as where a body failed before it was kept. */
async function outputOf(
  { receipts }: StepOver,
  asset: Asset,
  partition: string | undefined,
  { reason, unchanged, metadata: said }: Pick<OutputRecord, "unchanged" | "metadata"> & {
    readonly reason: string | undefined;
  },
): Promise<StepOutput | undefined> {
  const head = { asset: asset.key, ...(partition !== undefined && { partition }) };
  if (reason !== undefined) return { ...head, status: "skipped", reason };
  const address = { asset: asset.key, partition };
  const receipt = unchanged
    ? await receipts.findManager(asset).receipt(address)
    : receipts.receiptOf(asset.key, partition);
  if (!receipt && !unchanged) return undefined;
  const metadata = unchanged ? said : receipt?.metadata;
  return {
    ...head,
    status: unchanged ? "unchanged" : "made",
    ...(receipt && { dataVersion: receipt.dataVersion }),
    ...(asset.codeVersion !== undefined && { codeVersion: asset.codeVersion }),
    ...(metadata && { metadata }),
  };
}

/** Upstream first: an asset of a multi-asset may be named before one that it is made from. */
function byRank(steps: StepGraph): (a: StepOutput, b: StepOutput) => number {
  const { graph } = steps.plan.definitions;
  return (a, b) => (graph.rankOf(a.asset) as number) - (graph.rankOf(b.asset) as number);
}
