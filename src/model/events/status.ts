/** Lifecycles: which states there are, which are final, and which may follow which. */

/** The states of a run. */
export type RunStatus =
  | "queued"
  | "running"
  | "canceling"
  | "interrupted"
  | "parked"
  | "success"
  | "failed"
  | "canceled";

/** The states of a step within a run. */
export type StepStatus =
  | "pending"
  | "running"
  | "up_for_retry"
  | "success"
  | "failed"
  | "skipped"
  | "upstream_failed"
  | "canceled"
  | "undoing"
  | "undone"
  | "undo_failed";

/** The states of an element of a step. */
export type ElementStatus = "running" | "up_for_retry" | "success" | "failed" | "skipped" | "canceled";

/** The states of a backfill. */
export type BackfillStatus = "running" | "interrupted" | "success" | "failed" | "canceled";

const RUN_NEXT: { readonly [S in RunStatus]: readonly RunStatus[] } = {
  queued: ["running", "canceling", "canceled", "interrupted"],
  running: ["success", "failed", "canceling", "canceled", "interrupted"],
  canceling: ["canceled", "failed", "success", "interrupted"],
  interrupted: ["queued", "running", "canceled", "failed", "parked"],
  parked: ["queued", "running", "canceled", "failed"],
  success: [],
  failed: [],
  canceled: [],
};

const STEP_NEXT: { readonly [S in StepStatus]: readonly StepStatus[] } = {
  pending: ["running", "skipped", "upstream_failed", "canceled", "undoing"],
  running: ["success", "failed", "skipped", "up_for_retry", "canceled", "running"],
  up_for_retry: ["running", "skipped", "canceled"],
  success: ["undoing"],
  failed: [],
  skipped: [],
  upstream_failed: [],
  canceled: [],
  undoing: ["undoing", "undone", "undo_failed"],
  undone: [],
  undo_failed: [],
};

const OPEN_STEPS: readonly StepStatus[] = ["pending", "running", "up_for_retry"];

/** Whether a run in this state is over. An interrupted or a parked run is not: it can be resumed. */
export function isFinalRun(status: RunStatus): boolean {
  return RUN_NEXT[status].length === 0;
}

/** Whether a step in this state is over: it is not begun again in its run. What it made may still be undone. */
export function isFinalStep(status: StepStatus): boolean {
  return !OPEN_STEPS.includes(status);
}

/** Whether a run may go from one state to the other. */
export function isRunTransition(from: RunStatus, to: RunStatus): boolean {
  return RUN_NEXT[from].includes(to);
}

/** Whether a step may go from one state to the other; `running` and `undoing` may follow themselves after a crash. */
export function isStepTransition(from: StepStatus, to: StepStatus): boolean {
  return STEP_NEXT[from].includes(to);
}

/** What a tick of a trigger comes to: it asked for runs, had a reason not to, or could not tell. */
export type TickStatus = "requested" | "skipped" | "failed";
