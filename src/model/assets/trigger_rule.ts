/** Trigger rules: what must have become of the steps upstream for a step to run. Names and meaning are Airflow's. */

/**
 * What must have become of the steps upstream for a step to run. Rules that begin with `one_` do not wait for the rest.
 * Without a rule a step runs when all it waits for has succeeded and nothing that it reads was skipped.
 *
 * Airflow's `all_done_setup_success` has no counterpart, because there are no setup tasks here.
 */
export type TriggerRule =
  | "all_success"
  | "all_failed"
  | "all_done"
  | "all_done_min_one_success"
  | "all_skipped"
  | "one_success"
  | "one_failed"
  | "one_done"
  | "none_failed"
  | "none_failed_min_one_success"
  | "none_skipped"
  | "always";

/** What has become of the steps that a step waits for. */
export interface UpstreamTally {
  /** How many there are. */
  readonly total: number;
  /** How many made what they were to make, or found nothing changed. */
  readonly success: number;
  /** How many failed themselves. */
  readonly failed: number;
  /** How many did not run because something further upstream failed. */
  readonly upstreamFailed: number;
  /** How many were skipped. */
  readonly skipped: number;
}

/** What a rule says: the step runs, does not run, or has to wait until more is known. */
export type TriggerVerdict = "wait" | "run" | "skip" | "fail";

/** A rule in words, and as a function of what is known so far. */
interface Rule {
  readonly needs: string;
  readonly judge: (tally: UpstreamTally, bad: number, isDone: boolean) => TriggerVerdict;
}

const RULES: { readonly [rule in TriggerRule]: Rule } = {
  all_success: {
    needs: "every step upstream has succeeded",
    judge: ({ skipped }, bad, isDone) => bad > 0 ? "fail" : orWait(isDone, skipped > 0 ? "skip" : "run"),
  },
  all_failed: {
    needs: "every step upstream has failed",
    judge: ({ success, skipped }, _bad, isDone) => success + skipped > 0 ? "skip" : orWait(isDone, "run"),
  },
  all_done: {
    needs: "every step upstream is over",
    judge: (_tally, _bad, isDone) => orWait(isDone, "run"),
  },
  all_done_min_one_success: {
    needs: "every step upstream is over, none was skipped and one has succeeded",
    judge: ({ success, skipped }, _bad, isDone) =>
      skipped > 0 ? "skip" : orWait(isDone, success > 0 ? "run" : "fail"),
  },
  all_skipped: {
    needs: "every step upstream was skipped",
    judge: ({ success }, bad, isDone) => success + bad > 0 ? "skip" : orWait(isDone, "run"),
  },
  one_success: {
    needs: "one step upstream has succeeded",
    judge: ({ success }, bad, isDone) => success > 0 ? "run" : orWait(isDone, bad > 0 ? "fail" : "skip"),
  },
  one_failed: {
    needs: "one step upstream has failed",
    judge: (_tally, bad, isDone) => bad > 0 ? "run" : orWait(isDone, "skip"),
  },
  one_done: {
    needs: "one step upstream has succeeded or failed itself",
    judge: ({ success, failed }, _bad, isDone) => success + failed > 0 ? "run" : orWait(isDone, "skip"),
  },
  none_failed: {
    needs: "no step upstream has failed",
    judge: (_tally, bad, isDone) => bad > 0 ? "fail" : orWait(isDone, "run"),
  },
  none_failed_min_one_success: {
    needs: "no step upstream has failed and one has succeeded",
    judge: ({ success }, bad, isDone) => bad > 0 ? "fail" : orWait(isDone, success > 0 ? "run" : "skip"),
  },
  none_skipped: {
    needs: "no step upstream was skipped",
    judge: ({ skipped }, _bad, isDone) => skipped > 0 ? "skip" : orWait(isDone, "run"),
  },
  always: { needs: "nothing", judge: () => "run" },
};

/** Every rule. */
export const TRIGGER_RULES: readonly TriggerRule[] = Object.freeze(Object.keys(RULES) as TriggerRule[]);

/** Whether a text names a rule. */
export function isTriggerRule(value: unknown): value is TriggerRule {
  return typeof value === "string" && Object.hasOwn(RULES, value);
}

/** What a rule asks for, as a clause. */
export function triggerNeeds(rule: TriggerRule): string {
  return RULES[rule].needs;
}

/**
 * What follows for a step from what is known of those upstream. `fail` means that it counts as `upstream_failed`. The
 * order in which they end does not change what it comes to.
 *
 * Source: Airflow 3.3.2 over all pairs of ends, in tests/conformance/airflow/rules. Only where `all_success` meets a failure and a
 * skip, which Airflow judges by what came first, the failure counts here.
 */
export function judgeTrigger(rule: TriggerRule, tally: UpstreamTally): TriggerVerdict {
  if (tally.total === 0) return "run";
  const { total, success, failed, upstreamFailed, skipped } = tally;
  const bad = failed + upstreamFailed;
  return RULES[rule].judge(tally, bad, success + bad + skipped >= total);
}

function orWait(isDone: boolean, verdict: TriggerVerdict): TriggerVerdict {
  return isDone ? verdict : "wait";
}
