/** Lanes: the places of a run in which steps are under way, one after the other. */
import type { BodyContext } from "../step/context.ts";

/** What a lane waits for. */
export const WAIT = {
  /** The end of a turn of the event loop. */
  REST: 0,
  /** Inputs and resources. */
  PREPARED: 1,
  /** The body. */
  BODY: 2,
  /** Outputs that are being checked and kept. */
  KEPT: 3,
} as const;

/** One lane. */
export class Lane {
  /** The attempt that is under way; undefined between two. */
  context: BodyContext | undefined = undefined;
  /** The latest step; -1 before the first. */
  step = -1;
  rank = -1;
  deadlineMs: number = Infinity;
  /** One of {@linkcode WAIT}. */
  waitsFor: number = WAIT.REST;
  /** Given up: whatever it still waits for is not heard. */
  isAbandoned = false;
}
