/** What goes against a step's own declaration. */
import { type IssueCode, SluiceError } from "../../model/issue.ts";
import type { OutputRecord } from "../../model/events/event.ts";

/** A body did what its declaration does not allow. Trying again would not help, so it is never retried. */
export class Refusal extends SluiceError {
  constructor(
    step: string,
    message: string,
    hint?: string,
    code: IssueCode = "STEP_FAILED",
    options?: { readonly cause?: unknown },
  ) {
    const issue = { code, message: `${step} ${message}`, path: ["steps", step] };
    super(hint === undefined ? issue : { ...issue, hint }, options);
  }
}

/** A blocking check failed. The value is kept, the step fails, and nothing is tried again. */
export class BlockedByCheck extends Refusal {
  /** What was made and kept all the same. */
  readonly outputs: readonly OutputRecord[];

  constructor(step: string, checks: readonly string[], outputs: readonly OutputRecord[]) {
    const names = checks.join(", ");
    super(step, `failed the blocking check${checks.length > 1 ? "s" : ""} ${names}.`);
    this.outputs = outputs;
  }
}
