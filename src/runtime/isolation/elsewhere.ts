/** What became of a step that was run elsewhere, by its outcome: values are kept already, and are recorded here. */
import type { Asset, StepDeclaration } from "../../model/assets/declaration.ts";
import { StepFailure } from "../../model/assets/failure.ts";
import type { CheckRecord, OutputRecord } from "../../model/events/event.ts";
import type { StepError, StepOutcome, StepOutput } from "../../model/step/outcome.ts";
import type { ErrorClass } from "../../model/policy.ts";
import { withClass } from "../retry/error_class.ts";
import { isBlocking } from "../step/checks.ts";
import type { StepResult } from "../step/outputs.ts";
import { BlockedByCheck, Refusal } from "../step/refusal.ts";

/** What a body gives back that was run elsewhere, values and all. */
export class MadeElsewhere {
  readonly outcome: StepOutcome;

  constructor(outcome: StepOutcome) {
    this.outcome = outcome;
  }
}

/** A step whose outcome is to be recorded. */
export interface ElsewhereTask {
  readonly declaration: StepDeclaration;
  /** The outputs that the run asks for, in the declaration's order. */
  readonly outputs: readonly Asset[];
  /** Keys of the step's partitions; undefined without partitions. */
  readonly partitions: readonly string[] | undefined;
  /** The data version of the value that lies where this process looks for it. */
  versionOf(output: StepOutput): Promise<string | undefined>;
  /** Records a verdict. */
  evaluated(record: CheckRecord): void;
}

/**
 * Records what an outcome says.
 *
 * @throws What the outcome says that went wrong, such that retries follow from it as they would have inline;
 * {@linkcode Refusal} with IO_FAILED when the value does not lie where this process looks for it.
 */
export async function recordElsewhere(task: ElsewhereTask, outcome: StepOutcome): Promise<StepResult> {
  const { declaration } = task;
  for (const check of outcome.checks) task.evaluated(check);
  const outputs = outcome.outputs.flatMap((output) => recordOf(task, output) ?? []);
  const blockedBy = outcome.checks.filter(isBlocking).map(({ check }) => check);
  if (blockedBy.length > 0) throw new BlockedByCheck(declaration.name, [...new Set(blockedBy)], outputs);
  if (outcome.status === "failed" || outcome.status === "retry") throw failureOf(task, outcome);
  if (outcome.status === "skipped") {
    return { kind: "skipped", reason: outcome.reason ?? "", circuit: outcome.circuit };
  }
  await requireReach(task, outcome.outputs);
  return { kind: "made", outputs: outputs.length > 0 ? outputs : undefined };
}

/** Throws what a step that was to be undone elsewhere has failed with; that it had made nothing is as good as undone. */
export function requireUndone(declaration: StepDeclaration, outcome: StepOutcome): void {
  if (outcome.status === "failed" || outcome.status === "retry") throw failureOf({ declaration }, outcome);
}

function recordOf(task: ElsewhereTask, output: StepOutput): OutputRecord | undefined {
  const { asset, partition, status, dataVersion, metadata, reason = "" } = output;
  const position = task.outputs.findIndex(({ key }) => key === asset);
  if (position < 0) return undefined;
  const { partitions = [] } = task;
  return {
    ...(position > 0 && { output: position }),
    ...(partitions.length > 1 && { partition: partitions.indexOf(partition as string) }),
    ...(status === "skipped" && { skipped: reason }),
    ...(status === "unchanged" && { unchanged: true as const }),
    ...(status === "made" && dataVersion !== undefined && { dataVersion }),
    ...(metadata && { metadata }),
  };
}

/** A value that lies elsewhere than where this process looks would be missed by whoever reads it, and much later. */
async function requireReach(task: ElsewhereTask, outputs: readonly StepOutput[]): Promise<void> {
  const made = outputs.find(({ status, dataVersion }) => status === "made" && dataVersion !== undefined);
  if (!made || await task.versionOf(made) === made.dataVersion) return;
  throw new Refusal(
    task.declaration.name,
    `kept its value of ${made.asset} where this process does not find it.`,
    "Export the IO managers as `io` of the module's `options`, so that every process opens the same.",
    "IO_FAILED",
  );
}

function failureOf({ declaration }: Pick<ElsewhereTask, "declaration">, outcome: StepOutcome): Error {
  const { status, error, errorClass, retryAfterMs, maxRetries } = outcome;
  const told = error ?? { name: "Error", message: "the step failed and did not say why" };
  const isFinal = status === "failed";
  return errorElsewhere(declaration.name, told, {
    isFinal,
    errorClass,
    ...(isFinal && { retry: false }),
    ...(!isFinal && maxRetries !== undefined && { retry: true, maxRetries }),
    ...(!isFinal && retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** What is to follow from an error. */
export interface ElsewhereWish {
  /** Whether trying again is of no use. */
  readonly isFinal: boolean;
  /** What a `StepFailure` asks for. */
  readonly retry?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly maxRetries?: number | undefined;
  /** What kind of failure it was where it happened. */
  readonly errorClass?: ErrorClass | undefined;
}

/** The error as it was thrown: a record of it reads the same, and what follows from it is the same. */
export function errorElsewhere(step: string, told: StepError, wish: ElsewhereWish): Error {
  const { isFinal, retry, retryAfterMs, maxRetries, errorClass } = wish;
  if (told.name !== "StepFailure") {
    return withClass(tell(isFinal ? new Refusal(step, "failed.") : new Error(), told), errorClass);
  }
  return tell(
    new StepFailure(told.message, {
      ...(retry !== undefined && { retry }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(maxRetries !== undefined && { maxRetries }),
      ...(errorClass !== undefined && { errorClass }),
    }),
    told,
  );
}

/** Gives an error the words of another. */
function tell(error: Error, { name, message, code, stack, causes = [] }: StepError): Error {
  const cause = causes.length > 0 ? { cause: causeOf(causes) } : {};
  const said = { name, message, code, stack: stack ?? `${name}: ${message}`, ...cause };
  for (const [property, value] of Object.entries(said)) {
    Object.defineProperty(error, property, { value, configurable: true, writable: true });
  }
  return error;
}

function causeOf([first, ...rest]: readonly Omit<StepError, "causes">[]): Error {
  return tell(new Error(), { ...first, causes: rest });
}
