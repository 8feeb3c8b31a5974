/** What an event is about, so that a trouble and its end are known as one thing. */
import { formatBy } from "../../model/audit/audit.ts";
import type { SluiceEvent } from "../../model/events/event.ts";

/** What is known of a run. */
export interface KnownRun {
  readonly job: string | undefined;
  /** The name of a step. */
  readonly stepName: (step: number) => string;
}

/** What a run says of itself when it is created. */
export function knownRun(
  { job, steps }: Extract<SluiceEvent, { readonly type: "run_created" }>["payload"],
): KnownRun {
  return { job, stepName: (step) => steps.node(steps.nodeOf(step)).step };
}

/** What an event is about: a job, a run without one, a check, a breaker, a backfill, or the catalogue. */
export function subjectOf(event: SluiceEvent, run: KnownRun | undefined): string {
  switch (event.type) {
    case "check_evaluated": {
      const { asset, check, partition } = event.payload;
      return `check ${[asset, check, ...partition === undefined ? [] : [partition]].join(" ")}`;
    }
    case "breaker_opened":
    case "breaker_half_open":
    case "breaker_closed":
      return `breaker of ${event.payload.kind} ${event.payload.name}`;
    case "backfill_created":
    case "backfill_finished":
      return `backfill ${event.payload.id}`;
    case "tick_recorded":
    case "trigger_changed":
      return `trigger ${event.payload.trigger}`;
    default:
      if (event.runId === "") return "the catalogue";
      return run?.job === undefined ? `run ${event.runId}` : `job ${run.job}`;
  }
}

/** Whether an event says that what it is about is well again. */
export function isRecovery(event: SluiceEvent): boolean {
  switch (event.type) {
    case "run_finished":
    case "backfill_finished":
      return event.payload.status === "success";
    case "check_evaluated":
      return event.payload.passed;
    case "tick_recorded":
      return event.payload.status !== "failed";
    case "breaker_closed":
      return true;
    default:
      return false;
  }
}

/** What happened, in a few words. */
export function wordsOf(event: SluiceEvent, run: KnownRun | undefined): string {
  switch (event.type) {
    case "run_finished": {
      const { status, error } = event.payload;
      return `run ${event.runId} ${status === "success" ? "succeeded" : status}${
        error ? `: ${error.message}` : ""
      }`;
    }
    case "run_interrupted":
    case "run_parked":
    case "run_canceling":
      return `run ${event.runId} was ${
        event.type.slice(4).replace("canceling", "canceled")
      }: ${event.payload.reason}`;
    case "step_failed":
    case "step_retrying": {
      const verb = event.type === "step_failed" ? "failed" : `failed in attempt ${event.attempt}`;
      return `step ${run?.stepName(event.step) ?? event.step} ${verb}: ${event.payload.error.message}`;
    }
    case "check_evaluated":
      return `the check ${event.payload.check} of ${event.payload.asset} ${
        event.payload.passed ? "passed" : "failed"
      }`;
    case "backfill_finished":
      return `backfill ${event.payload.id}: ${event.payload.status}`;
    case "tick_recorded": {
      const { trigger, status, reason, error } = event.payload;
      const why = error?.message ?? reason;
      return `${trigger}: ${status}${why === undefined ? "" : `: ${why}`}`;
    }
    case "audited": {
      const { verb, subject, by } = event.payload;
      return `${formatBy(by)}: ${verb}${subject === undefined ? "" : ` ${subject}`}`;
    }
    case "breaker_opened":
      return `the breaker of the ${event.payload.kind} ${event.payload.name} opened: ${event.payload.error.message}`;
    default:
      return event.type.replaceAll("_", " ");
  }
}
