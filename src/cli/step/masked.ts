/** Outcomes and lines as they may leave the process: without the values of secrets. */
import type { StepOutcome } from "../../model/step/outcome.ts";
import type { StepLogLine } from "../../model/step/reporter.ts";

/** Gives a text without what must not be shown. */
export type MaskText = (text: string) => string;

/** An outcome in which whatever code of the user's has put into words is masked. */
export function maskOutcome(outcome: StepOutcome, mask: MaskText): StepOutcome {
  const { outputs, checks, error, reason } = outcome;
  return {
    ...outcome,
    ...(error && { error: masked(error, mask) }),
    ...(reason !== undefined && { reason: mask(reason) }),
    outputs: outputs.map((output) => ({ ...output, ...maskedFields(output, ["metadata", "reason"], mask) })),
    checks: checks.map((check) => ({ ...check, ...maskedFields(check, ["metadata", "description"], mask) })),
  };
}

/** A line in which what it says is masked. */
export function maskLine(line: StepLogLine, mask: MaskText): StepLogLine {
  return { ...line, ...maskedFields(line, ["message", "fields"], mask) };
}

function maskedFields<T extends object, Name extends keyof T>(
  from: T,
  names: readonly Name[],
  mask: MaskText,
): Partial<T> {
  const fields: Partial<T> = {};
  for (const name of names) if (from[name] !== undefined) fields[name] = masked(from[name], mask);
  return fields;
}

/** A JSON value with its texts masked. */
function masked<T>(value: T, mask: MaskText): T {
  return JSON.parse(JSON.stringify(value), (_name, each) => typeof each === "string" ? mask(each) : each);
}
