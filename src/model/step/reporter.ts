/** Whoever wants to hear of a step while it runs, beside the one line of its outcome. */
import type { Awaitable } from "../assets/result.ts";
import type { ElementRemark } from "../elements/remark.ts";
import type { LogFields, LogLevel } from "../ports.ts";
import type { StepOutcome } from "./outcome.ts";
import type { StepRequest } from "./request.ts";

/** A line that a body wrote by `log`. */
export interface StepLogLine {
  /** How serious it is. */
  readonly level: LogLevel;
  /** What it says. */
  readonly message: string;
  /** Values that go with it, as JSON. */
  readonly fields?: LogFields;
  /** When it was written, epoch milliseconds. */
  readonly atMs: number;
  /** The path of the element that wrote it; absent for a line of the step itself. */
  readonly element?: string;
}

/**
 * Hears of one step: `opened` once, any number of lines, `outcome` once and last. `opened` is left out when the request
 * could not be read. Nothing else of the process sees what a reporter says, and it is told the outcome before stdout
 * is: a reporter that throws turns the outcome into a failure that may be tried again.
 */
export interface StepReporter {
  /** The request is read; no code of the user's is loaded. */
  opened(request: StepRequest): Awaitable<void>;
  /** A body wrote a line. */
  log(line: StepLogLine): void;
  /** Something became of an element. */
  element?(remark: ElementRemark): void;
  /** The step is over. */
  outcome(outcome: StepOutcome): Awaitable<void>;
}
