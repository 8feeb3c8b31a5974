/** The lifecycle of steps as numbers, for the loop that looks at every event. */
import { EVENT_KINDS } from "../event.ts";
import { isStepTransition, type StepStatus } from "../status.ts";

/** The states of a step; their positions are what run states hold. */
export const STEP_STATUSES: readonly StepStatus[] = [
  "pending",
  "running",
  "up_for_retry",
  "success",
  "failed",
  "skipped",
  "upstream_failed",
  "canceled",
  "undoing",
  "undone",
  "undo_failed",
];

/** The first state in which a step is over; all that follow are such. */
export const FIRST_FINAL: number = STEP_STATUSES.indexOf("success");

const TARGETS: { readonly [Kind in keyof typeof EVENT_KINDS]?: StepStatus } = {
  step_started: "running",
  step_succeeded: "success",
  step_failed: "failed",
  step_retrying: "up_for_retry",
  step_skipped: "skipped",
  step_upstream_failed: "upstream_failed",
  step_canceled: "canceled",
  step_undoing: "undoing",
  step_undo_retrying: "undoing",
  step_undone: "undone",
  step_undo_failed: "undo_failed",
};

/** The state to which a kind of event leads a step, by the kind's number; -1 for the others. */
export const STEP_TARGETS: Int8Array = new Int8Array(256).fill(-1);
for (const [name, status] of Object.entries(TARGETS)) {
  STEP_TARGETS[EVENT_KINDS[name as keyof typeof EVENT_KINDS]] = STEP_STATUSES.indexOf(status);
}

const ALLOWED: Uint8Array = Uint8Array.from(
  STEP_STATUSES.flatMap((from) => STEP_STATUSES.map((to) => isStepTransition(from, to) ? 1 : 0)),
);

/** Whether a step may go from one state to another, both by their positions. */
export function isAllowed(from: number, to: number): boolean {
  return ALLOWED[from * STEP_STATUSES.length + to] === 1;
}
