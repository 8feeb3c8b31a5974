/**
 * What Airflow 3.3.2 makes of a task below two others, for every trigger rule and every pair of their ends: R for run, S
 * for skipped, F for upstream_failed. tests/conformance/airflow/rules/trigger_rules.test.ts asks the real one.
 *
 * Below one that was skipped and one that failed, Airflow's `all_success` says what it saw first; here the failure counts.
 */
import type { TriggerRule } from "../../src/model/assets/trigger_rule.ts";

/** How a step upstream can end. */
export const ENDS = ["success", "failed", "upstream_failed", "skipped"] as const;

/** Sixteen letters for each rule: the first end changes slowest. */
export const VERDICTS: { readonly [rule in TriggerRule]: string } = {
  all_success: "RFFS FFFF FFFF SFFS",
  all_failed: "SSSS SRRS SRRS SSSS",
  all_done: "RRRR RRRR RRRR RRRR",
  all_done_min_one_success: "RRRS RFFS RFFS SSSS",
  all_skipped: "SSSS SSSS SSSS SSSR",
  one_success: "RRRR RFFF RFFF RFFS",
  one_failed: "SRRS RRRR RRRR SRRS",
  one_done: "RRRR RRRR RRSS RRSS",
  none_failed: "RFFR FFFF FFFF RFFR",
  none_failed_min_one_success: "RFFR FFFF FFFF RFFS",
  none_skipped: "RRRS RRRS RRRS SSSS",
  always: "RRRR RRRR RRRR RRRR",
};
