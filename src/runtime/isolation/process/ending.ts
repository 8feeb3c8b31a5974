/** From how a process ended to what became of the attempt. */
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import { type IssueCode, SluiceError } from "../../../model/issue.ts";
import { parseStepOutcome, stepExitCodes, type StepOutcome } from "../../../model/step/outcome.ts";
import type { StepRequest } from "../../../model/step/request.ts";
import type { ChildEnd } from "./child.ts";

/** What the engines write before they end for want of memory. */
const OUT_OF_MEMORY = /out of memory|OutOfMemory|heap limit|Allocation failed/i;

/** Why the attempt was killed from here, where it was. */
export type Kill = { readonly code: "MEMORY_EXCEEDED"; readonly heldMb: number };

/**
 * The outcome that a process has told. An exit code without the outcome that belongs to it counts as none, and so does the
 * outcome of another attempt.
 *
 * @param line The last line of its stdout; undefined when there was none.
 * @throws {SluiceError} STEP_CRASHED, or MEMORY_EXCEEDED.
 */
export function readEnd(
  declaration: StepDeclaration,
  request: StepRequest,
  end: ChildEnd,
  line: string | undefined,
  kill: Kill | undefined,
): StepOutcome {
  if (kill) throw exceeded(declaration, kill.heldMb);
  const outcome = readOutcome(line);
  if (outcome && end.code === stepExitCodes[outcome.status] && answers(outcome, request)) return outcome;
  throw crashed(declaration, end);
}

function readOutcome(line: string | undefined): StepOutcome | undefined {
  try {
    return line === undefined ? undefined : parseStepOutcome(line);
  } catch {
    return undefined;
  }
}

/** Whether an outcome is that of an attempt; one that could not read its request says nothing of it. */
function answers(outcome: StepOutcome, request: StepRequest): boolean {
  const { runId = request.runId, attempt = request.attempt, fence = request.fence } = outcome;
  return runId === request.runId && attempt === request.attempt && fence === request.fence;
}

function exceeded({ name, isolation }: StepDeclaration, heldMb: number): SluiceError {
  return failure(
    name,
    "MEMORY_EXCEEDED",
    `The process of ${name} held ${heldMb} MB, and ${isolation?.memoryMb} MB is its cap: it was killed.`,
    "Raise memoryMb, or let the body hold less at once.",
  );
}

function crashed({ name }: StepDeclaration, end: ChildEnd): SluiceError {
  const { code, signal, lastWords, failure: cause } = end;
  if (cause !== undefined) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return failure(name, "STEP_CRASHED", `The process of ${name} could not be started: ${why}`);
  }
  const words = lastWords.trim().split("\n").slice(-5).join("\n");
  const how = signal === undefined ? `with exit code ${code}, and without an outcome` : `by ${signal}`;
  const said = words === "" ? "." : `; its last words: ${words}`;
  if (OUT_OF_MEMORY.test(lastWords)) {
    const hint = "Let the body hold less at once, or give the process a larger memoryMb.";
    return failure(
      name,
      "MEMORY_EXCEEDED",
      `The process of ${name} ran out of memory and ended ${how}${said}`,
      hint,
    );
  }
  const hint = signal === "SIGKILL"
    ? "Somebody has killed it: the kernel does so when memory runs out."
    : undefined;
  return failure(name, "STEP_CRASHED", `The process of ${name} ended ${how}${said}`, hint);
}

function failure(name: string, code: IssueCode, message: string, hint?: string): SluiceError {
  return new SluiceError({ code, message, path: ["steps", name], ...(hint !== undefined && { hint }) });
}
