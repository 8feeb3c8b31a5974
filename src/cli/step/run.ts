/** Runs one step in this process: from a request to the one line on stdout. */
import { systemRandom } from "../../model/ports.ts";
import { formatStepOutcome, stepExitCodes, type StepOutcome } from "../../model/step/outcome.ts";
import type { StepLogLine, StepReporter } from "../../model/step/reporter.ts";
import type { StepRequest } from "../../model/step/request.ts";
import { formatStreamLine } from "../../model/step/stream.ts";
import { maskLine, maskOutcome } from "../../runtime/redact/outcome.ts";
import { executeStep } from "../../runtime/step.ts";
import { failedOutcome } from "../../runtime/step/outcome.ts";
import type { Host, Output } from "../host/host.ts";
import type { Notes } from "../host/notes.ts";
import type { LoadedModule } from "../module/load.ts";
import { inertLines } from "../print/inert.ts";
import { readEnvironment } from "./environment.ts";
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
  /** Whether stdout tells more than the outcome: then stderr is for what code prints, and nothing is said twice. */
  readonly stream?: boolean;
  readRequest(): Promise<StepRequest>;
  /** Loads the code of the user's. */
  load(): Promise<Pick<LoadedModule, "definitions" | "options">>;
}

/** Runs a step and writes its outcome. Never throws. */
export async function runStep(call: StepCall): Promise<StepOutcome> {
  const { host, notes } = call;
  const startMs = host.clock.now();
  const told: Told = { request: undefined };
  const finished = (outcome: StepOutcome): StepOutcome => ({
    ...maskOutcome(outcome, host.mask),
    durationMs: host.clock.now() - startMs,
  });
  const failed = (error: unknown): StepOutcome => finished(failedOutcome(told.request, error));
  const forget = host.onEnd(() => lastWords(call, failed(new EndedError())));
  const stops = watchStops(call, host, notes);
  if (call.stream) stops.signal.addEventListener("abort", () => void call.stdout.write(STOPPING));
  const ended = await Promise.race([attempt(call, stops, told), stops.overdue]).then(finished, failed);
  stops.settle();
  // What a reporter throws is a failure of the step: its caller would not learn of the outcome.
  const outcome = await report(call.reporters, ended).catch(failed);
  if (outcome.error && !call.stream) notes.alert(...inertLines(describe(outcome)));
  await notes.flush();
  await call.stdout.write(lineOf(outcome));
  forget();
  stops.end();
  return outcome;
}

const STOPPING: string = formatStreamLine({ stopping: true });

/** What is known so far. */
interface Told {
  request: StepRequest | undefined;
}

/** The process ends now, and nothing can be waited for. */
function lastWords({ stdout, reporters }: StepCall, outcome: StepOutcome): number {
  void stdout.write(lineOf(outcome));
  for (const reporter of reporters) void reporter.outcome(outcome);
  return stepExitCodes[outcome.status];
}

/** Code has ended the process, or waited for something that nothing can bring about any more. */
class EndedError extends Error {
  override readonly name = "EndedError";

  constructor() {
    super("the process ended before the step was over: code called exit, or waited for what could not come");
  }
}

function lineOf(outcome: StepOutcome): string {
  return `${formatStepOutcome(outcome)}\n`;
}

async function attempt(
  call: StepCall,
  stops: Stops,
  told: Told,
): Promise<StepOutcome> {
  const { host, notes, reporters, graceMs, stream = false } = call;
  const request = told.request = await call.readRequest();
  if (request.deadlineMs !== undefined) stops.giveUpAt(request.deadlineMs);
  for (const reporter of reporters) await reporter.opened(request);
  const { definitions, options } = await call.load();
  const log = (written: StepLogLine): void => {
    const line = maskLine(written, host.mask);
    if (!stream) notes.alert(...inertLines(formatLine(line)));
    for (const reporter of reporters) reporter.log(line);
  };
  return await executeStep(definitions, request, {
    ...readEnvironment(host, options),
    clock: host.clock,
    random: systemRandom,
    signal: stops.signal,
    graceMs,
    mask: host.mask,
    log,
    element: (remark) => {
      for (const reporter of reporters) reporter.element?.(remark);
    },
  });
}

/** Tells the reporters. */
async function report(reporters: readonly StepReporter[], outcome: StepOutcome): Promise<StepOutcome> {
  for (const reporter of reporters) await reporter.outcome(outcome);
  return outcome;
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
