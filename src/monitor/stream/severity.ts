/** How much an event matters to whoever watches. */
import type { EventName, SluiceEvent } from "../../model/events/event.ts";
import type { Shape } from "../../model/validate/options.ts";

/** From "as it should be" to "somebody has to look now". */
export type Severity = "info" | "warning" | "error" | "critical";

/** All of them, the lightest first. */
export const SEVERITIES: readonly Severity[] = Object.freeze(["info", "warning", "error", "critical"]);

/** A severity, as an option. */
export const SEVERITY: Shape = {
  is: `one of ${SEVERITIES.join(", ")}`,
  fits: (value) => SEVERITIES.includes(value as Severity),
};

type EventOf<Name extends EventName> = Extract<SluiceEvent, { readonly type: Name }>;
type Rule<Name extends EventName> = Severity | ((payload: EventOf<Name>["payload"]) => Severity);

/** An event that is added has to be answered for here. */
const RULES: { readonly [Name in EventName]: Rule<Name> } = {
  run_created: "info",
  run_queued: "info",
  run_started: "info",
  run_finished: ({ status }) => BY_END[status],
  run_interrupted: ({ how }) => how === "closed" ? "info" : how === "failed" ? "critical" : "error",
  run_canceling: "warning",
  run_recovered: "warning",
  run_parked: "critical",
  step_started: "info",
  step_succeeded: "info",
  step_failed: "error",
  step_retrying: "warning",
  step_skipped: "info",
  step_upstream_failed: "warning",
  step_canceled: "warning",
  step_undoing: "info",
  step_undo_retrying: "warning",
  step_undone: "warning",
  step_undo_failed: "error",
  check_evaluated: ({ passed, severity }) => passed ? "info" : severity === "error" ? "error" : "warning",
  step_log: ({ level }) => level === "warning" || level === "error" ? level : "info",
  asset_reported: "info",
  asset_wiped: "info",
  partitions_added: "info",
  partitions_removed: "info",
  backfill_created: "info",
  backfill_finished: ({ status }) => BY_END[status],
  element_started: "info",
  element_succeeded: "info",
  element_failed: "error",
  element_retrying: "warning",
  element_skipped: "info",
  element_canceled: "warning",
  tick_recorded: ({ status }) => status === "failed" ? "error" : "info",
  trigger_changed: "info",
  clock_jump: "warning",
  breaker_opened: "error",
  breaker_half_open: "info",
  breaker_closed: "info",
  audited: "info",
};

const BY_END = {
  running: "info",
  success: "info",
  canceled: "warning",
  interrupted: "warning",
  failed: "error",
} as const satisfies { readonly [status: string]: Severity };

/** How much an event matters. Events of a newer version matter little, since nobody here knows what they say. */
export function severityOf(event: SluiceEvent): Severity {
  const rule = RULES[event.type] as Rule<EventName> | undefined;
  if (typeof rule !== "function") return rule ?? "info";
  return (rule as (payload: unknown) => Severity)(event.payload);
}

/** Whether one severity is as grave as another, or graver. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(least);
}
