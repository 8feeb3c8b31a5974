/** Outcomes and lines of a step as they may leave the process: without the values of secrets. */
import type { StepOutcome } from "../../model/step/outcome.ts";
import type { StepLogLine } from "../../model/step/reporter.ts";
import { maskJson, maskRecord } from "./json.ts";
import type { Mask } from "./mask.ts";

/** An outcome in which whatever code of the user's has put into words is masked. */
export function maskOutcome(outcome: StepOutcome, mask: Mask): StepOutcome {
  const { outputs, checks, error, reason } = outcome;
  return {
    ...outcome,
    ...(error && { error: maskRecord(error, mask) }),
    ...(reason !== undefined && { reason: mask.apply(reason) }),
    outputs: outputs.map((output) => maskFields(output, ["metadata", "reason"], mask)),
    checks: checks.map((check) => maskFields(check, ["metadata", "description"], mask)),
  };
}

/** A line in which what it says is masked. */
export function maskLine(line: StepLogLine, mask: Mask): StepLogLine {
  return maskFields(line, ["message", "fields"], mask);
}

function maskFields<T extends object>(from: T, names: readonly (keyof T)[], mask: Mask): T {
  const fields: Partial<T> = {};
  for (const name of names) if (from[name] !== undefined) fields[name] = maskJson(from[name], mask);
  return { ...from, ...fields };
}
