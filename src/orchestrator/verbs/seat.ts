/** What an orchestrator sits on: a history that is open, and the verbs that change it. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { ActiveRuns } from "../active.ts";
import type { OrchestratorOptions } from "../contract.ts";
import type { Parts, Values } from "../parts.ts";
import type { Verbs } from "./verbs.ts";

/** Called with events after their commit. */
export type EventListener = (events: Iterable<SluiceEvent>) => void;

/** A history that is open. */
export interface Seat {
  /** What reading works with. */
  readonly parts: Parts;
  readonly verbs: Verbs;
  /** Whether nothing can be changed from here. */
  readonly isReadOnly: boolean;
  /** Whether this process is the one that writes. */
  readonly leads: boolean;
  subscribe(listener: EventListener): () => void;
  /** Calls back when another process has begun to lead, or this one has. Gives a function that ends it. */
  onRole(listener: () => void): () => void;
  /** Starts nothing from now on, and lets what is under way end. */
  leave(graceMs: number, cause: unknown): void;
  /** Closes, when nothing is under way any more. */
  close(): Promise<void>;
}

/** What a seat is taken with. */
export interface SeatOptions {
  readonly definitions: Definitions;
  readonly options: OrchestratorOptions;
  readonly values: Values;
  readonly active: ActiveRuns;
}

/** Goes on with what was left; `close` waits for it. What goes wrong is on record, or rejects the next verb. */
export function recoverBehind(verbs: Verbs, active: ActiveRuns): Promise<unknown> {
  return active.during(() => verbs.recover({})).catch(() => {});
}

/** Commits and closes. */
export async function closeParts({ engine, store }: Parts): Promise<void> {
  await engine.close();
  await engine.recorder.flush();
  await store.close();
}
