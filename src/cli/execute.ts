/** Running: with progress shown, ready to be canceled, and with what came of it as an answer. */
import type { RunRecord, StepRecord } from "../model/events/record.ts";
import type { Orchestrator, RunOptions, RunResult } from "../orchestrator/contract.ts";
import type { Answer, Call } from "./command.ts";
import { exitCodes } from "./exit.ts";
import { watchInterruption } from "./host/interrupt.ts";
import type { OptionValues } from "./line/option.ts";
import { formatFailures, formatRunLine } from "./print/run.ts";
import { followProgress } from "./progress/follow.ts";
import { readJsonObject, readTags } from "./values.ts";

/** The options of everything that runs. */
export const runOptions = {
  config: { type: "text", value: "JSON", summary: "Config by step name, as JSON or as @FILE" },
  tag: { type: "text", value: "NAME=VALUE", summary: "Tags the run", repeats: true },
  concurrency: { type: "count", least: 1, value: "N", summary: "At most N steps at once" },
} as const;

/** The options that limit how long something may run. */
export const limitOptions = {
  timeout: { type: "duration", value: "TIME", summary: "Cancels what is not done by then (exit code 4)" },
  grace: {
    type: "duration",
    value: "TIME",
    summary: "How long canceled steps may take to stop before the process ends without them",
    default: "30s",
  },
} as const;

type Surroundings = Pick<Call, "host" | "notes">;

/** How many failures an answer shows. */
const MOST_FAILURES = 10;

/** The options of a run for the orchestrator. */
export function readRunOptions(options: OptionValues<typeof runOptions>, cwd: string): RunOptions {
  const { concurrency } = options;
  const config = readJsonObject("--config", options.config, cwd);
  return {
    ...(config && { config }),
    ...(options.tag.length > 0 && { tags: readTags(options.tag) }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

/** What came of work, and the exit code of what stopped it. */
export interface Watched<T> {
  readonly result: T;
  readonly stopCode: number | undefined;
}

/**
 * Does work with its progress on stderr; a signal or a timeout cancels it.
 *
 * @param expected How many partitions and unpartitioned steps there are to do, so far as it is known.
 */
export async function watch<T>(
  orchestrator: Orchestrator,
  expected: number,
  { timeout, grace }: OptionValues<typeof limitOptions>,
  { host, notes }: Surroundings,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<Watched<T>> {
  const interruption = watchInterruption({ timeoutMs: timeout, graceMs: grace }, host, notes);
  const progress = followProgress(orchestrator, expected, notes, host.clock);
  try {
    return { result: await work(interruption.signal), stopCode: interruption.exitCode() };
  } finally {
    progress.stop();
    interruption.end();
  }
}

/** The answer for one run. */
export async function answerRun(
  orchestrator: Orchestrator,
  { result, stopCode }: Watched<RunResult>,
): Promise<Answer> {
  const { record } = result;
  const failures = await failuresOf(orchestrator, record);
  return {
    exitCode: exitOfRuns([record], stopCode),
    text: (page) => [
      formatRunLine(record, page),
      ...formatFailures(record.id, failures, record.steps.failed, page),
    ],
    json: () => ({ run: record, failures }),
  };
}

/** The answer for several runs. */
export async function answerRuns(
  orchestrator: Orchestrator,
  { result, stopCode }: Watched<readonly RunResult[]>,
): Promise<Answer> {
  const records = result.map(({ record }) => record);
  const failures = await Promise.all(records.map((record) => failuresOf(orchestrator, record)));
  return {
    exitCode: exitOfRuns(records, stopCode),
    text: (page) =>
      records.flatMap((record, index) => [
        formatRunLine(record, page),
        ...formatFailures(record.id, failures[index], record.steps.failed, page),
      ]),
    json: () => ({ runs: records.map((run, index) => ({ ...run, failures: failures[index] })) }),
  };
}

/** The first failed steps of a run. */
export async function failuresOf(orchestrator: Orchestrator, run: RunRecord): Promise<readonly StepRecord[]> {
  if (run.steps.failed === 0) return [];
  const steps = await orchestrator.steps(run.id);
  return steps.filter(({ status }) => status === "failed").slice(0, MOST_FAILURES);
}

/** 0 when all went well; the code of the signal or timeout when it was canceled; else 1. */
export function exitOfRuns(
  runs: readonly Pick<RunRecord, "status" | "checks">[],
  stopCode: number | undefined,
): number {
  if (runs.some(({ status }) => status === "canceled")) return stopCode ?? exitCodes.failures;
  const isGood = runs.every(({ status, checks }) => status === "success" && checks.failed === 0);
  return isGood ? exitCodes.success : exitCodes.failures;
}
