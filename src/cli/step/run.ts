/** Runs one step in this process: from a request to the one line on stdout. */
import { systemRandom } from "../../model/ports.ts";
import { formatStepOutcome, type StepOutcome } from "../../model/step/outcome.ts";
import type { StepLogLine, StepReporter } from "../../model/step/reporter.ts";
import type { StepRequest } from "../../model/step/request.ts";
import { executeStep } from "../../runtime/step.ts";
import { failedOutcome } from "../../runtime/step/outcome.ts";
import type { Host, Output } from "../host/host.ts";
import type { Notes } from "../host/notes.ts";
import type { LoadedModule } from "../module/load.ts";
import { inertLines } from "../print/inert.ts";
import { readEnvironment } from "./environment.ts";
import { maskLine, maskOutcome } from "./masked.ts";
import { type Stops, watchStops } from "./stop.ts";

/** What a step needs beside its request. */
export interface StepCall {
  readonly host: Host;
  readonly notes: Notes;
  /** Reaches the real stdout, and nothing else does. */
  readonly stdout: Output;
  readonly reporters: readonly StepReporter[];
  readonly graceMs: number;
  readonly watchStdin: boolean;
  readRequest(): Promise<StepRequest>;
  /** Loads the code of the user's. */
  load(): Promise<Pick<LoadedModule, "definitions" | "options">>;
}

/** Runs a step and writes its outcome. Never throws. */
export async function runStep(call: StepCall): Promise<StepOutcome> {
  const { host, notes, stdout, reporters } = call;
  const startMs = host.clock.now();
  const stops = watchStops(call, host, notes);
  const progress: { request: StepRequest | undefined } = { request: undefined };
  let outcome: StepOutcome;
  try {
    outcome = await Promise.race([attempt(call, stops, progress), stops.overdue]);
  } catch (error) {
    outcome = failedOutcome(progress.request, error);
  }
  outcome = maskOutcome(outcome, host.mask);
  stops.settle();
  outcome = await report(reporters, progress.request, {
    ...outcome,
    durationMs: host.clock.now() - startMs,
  });
  if (outcome.error) notes.alert(...inertLines(describe(outcome)));
  await notes.flush();
  await stdout.write(`${formatStepOutcome(outcome)}\n`);
  stops.end();
  return outcome;
}

async function attempt(
  call: StepCall,
  stops: Stops,
  progress: { request: StepRequest | undefined },
): Promise<StepOutcome> {
  const { host, notes, reporters, graceMs } = call;
  const request = progress.request = await call.readRequest();
  for (const reporter of reporters) await reporter.opened(request);
  const { definitions, options } = await call.load();
  const log = (written: StepLogLine): void => {
    const line = maskLine(written, host.mask);
    notes.alert(...inertLines(formatLine(line)));
    for (const reporter of reporters) reporter.log(line);
  };
  return await executeStep(definitions, request, {
    ...readEnvironment(host, options),
    clock: host.clock,
    random: systemRandom,
    signal: stops.signal,
    graceMs,
    log,
  });
}

/** Tells the reporters. What a reporter throws is a failure of the step: its caller would not learn of the outcome. */
async function report(
  reporters: readonly StepReporter[],
  request: StepRequest | undefined,
  outcome: StepOutcome,
): Promise<StepOutcome> {
  try {
    for (const reporter of reporters) await reporter.outcome(outcome);
    return outcome;
  } catch (error) {
    return { ...failedOutcome(request, error), durationMs: outcome.durationMs };
  }
}

function formatLine({ level, message, fields }: StepLogLine): string {
  const rest = fields === undefined ? "" : ` ${JSON.stringify(fields)}`;
  return `${level}: ${message}${rest}`;
}

function describe({ status, error, step }: StepOutcome): string {
  const what = status === "retry" ? "failed, and may be tried again" : "failed for good";
  const causes = (error?.causes ?? []).map(({ name, message }) => `\n  because: ${name}: ${message}`).join(
    "",
  );
  return `${step ?? "The step"} ${what}: ${error?.name}: ${error?.message}${causes}`;
}
