/** Trigger rules as sentences about the states of upstream steps, to hold against what the run loop makes of them. */
import type { TriggerRule } from "../../../model/assets/trigger_rule.ts";

/** Whether every one, and whether any one, of the upstream steps is in one of some states. */
interface Upstream {
  all(...states: readonly string[]): boolean;
  any(...states: readonly string[]): boolean;
}

const OVER = ["success", "failed", "upstream_failed", "skipped", "canceled"] as const;
const BAD = ["failed", "upstream_failed"] as const;

/** What must be so when a step begins. */
const SENTENCES: { readonly [rule in TriggerRule]: (upstream: Upstream) => boolean } = {
  all_success: ({ all }) => all("success"),
  all_failed: ({ all }) => all(...BAD),
  all_done: ({ all }) => all(...OVER),
  all_done_min_one_success: ({ all, any }) => all(...OVER) && !any("skipped") && any("success"),
  all_skipped: ({ all }) => all("skipped"),
  one_success: ({ any }) => any("success"),
  one_failed: ({ any }) => any(...BAD),
  one_done: ({ any }) => any("success", "failed"),
  none_failed: ({ all }) => all("success", "skipped"),
  none_failed_min_one_success: ({ all, any }) => all("success", "skipped") && any("success"),
  none_skipped: ({ all, any }) => all(...OVER) && !any("skipped"),
  always: () => true,
};

/** Whether a step may begin by a rule, over the states of what it waits for. */
export function mayBegin(rule: TriggerRule, states: readonly string[]): boolean {
  if (states.length === 0) return true;
  return SENTENCES[rule]({
    all: (...wanted) => states.every((state) => wanted.includes(state)),
    any: (...wanted) => states.some((state) => wanted.includes(state)),
  });
}
