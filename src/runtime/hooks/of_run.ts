/** Calls a hook of a job for a run that is executed elsewhere. */
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import type { Clock } from "../../model/ports.ts";
import { quote } from "../../model/quote.ts";
import type { RunEndFact, RunFact, RunStartFact } from "../../model/step/hooks.ts";
import { recordedError } from "../../model/step/outcome.ts";
import type { RunHookRequest } from "../../model/step/run_hook.ts";
import { didYouMean } from "../../model/suggest.ts";
import { recordError } from "../step/errors.ts";
import { callHook } from "./call.ts";
import { frozen } from "./facts.ts";

/** What came of a call: false where the job has no such hook; the error of a hook that failed, which is of no account. */
export interface HookCall {
  readonly isCalled: boolean;
  readonly error?: ReturnType<typeof recordError>;
}

/**
 * Calls the hook that a request names, and waits for it.
 *
 * @throws {SluiceError} REQUEST_INVALID for a job that there is not.
 */
export async function callRunHook(
  definitions: Definitions,
  request: RunHookRequest,
  clock: Clock,
): Promise<HookCall> {
  const { hook, job } = request;
  const known = definitions.jobs.get(job);
  if (!known) throw unknownJob(job, [...definitions.jobs.keys()]);
  const { hooks } = known;
  if (!hooks?.[hook]) return { isCalled: false };
  const fact = factOf(request, clock.now());
  try {
    await callHook(hooks, hook, fact, clock);
    return { isCalled: true };
  } catch (thrown) {
    const error = recordError(thrown);
    try {
      hooks.onHookError?.(error, fact);
    } catch {
      // It was told, and what it throws itself is lost.
    }
    return { isCalled: true, error };
  }
}

function factOf(request: RunHookRequest, atMs: number): RunFact {
  const { hook, runId, job, tags = {}, isResumed = false, status = "success", steps = {}, error } = request;
  const head: RunFact = { runId, job, tags, atMs };
  if (hook === "onRunStart") return frozen<RunStartFact>({ ...head, isResumed });
  const none = { total: 0, success: 0, failed: 0, skipped: 0, upstreamFailed: 0, canceled: 0 };
  return frozen<RunEndFact>({
    ...head,
    status,
    steps: { ...none, ...steps },
    ...(error && { error: recordedError(error) }),
  });
}

function unknownJob(name: string, known: readonly string[]): SluiceError {
  const hint = didYouMean(name, known);
  return new SluiceError({
    code: "REQUEST_INVALID",
    message: `There is no job ${quote(name)}.`,
    path: ["job"],
    ...(hint !== undefined && { hint }),
  });
}
