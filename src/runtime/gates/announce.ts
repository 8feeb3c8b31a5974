/** What becomes of breakers, as events. */
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import { recordError } from "../step/errors.ts";
import type { BreakerStatus } from "./breaker.ts";

const KINDS = {
  open: EVENT_KINDS.breaker_opened,
  half_open: EVENT_KINDS.breaker_half_open,
  closed: EVENT_KINDS.breaker_closed,
} as const;

/** The event of a change, as a tape takes it. */
export function breakerEvent(
  { kind, name, state, failures, untilMs }: BreakerStatus,
  error: unknown,
): readonly [kind: number, step: number, attempt: number, payload: unknown] {
  const guards: EventPayloads["breaker_closed"] = { kind, name };
  const opened = { ...guards, failures, untilMs: untilMs ?? 0, error: recordError(error) };
  return [KINDS[state], -1, 0, state === "open" ? opened satisfies EventPayloads["breaker_opened"] : guards];
}
