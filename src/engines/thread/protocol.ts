/** What an engine's thread is started with, and what crosses between it and those who give it orders. */
import type { EngineMessage, WorkflowError } from "../../model/engine/message.ts";
import type { ThreadEngineOptions } from "../contract.ts";
import type { EngineOrder } from "../order.ts";
import type { Crossing } from "./bridge.ts";

/** What the thread is started with. */
export interface ThreadStart {
  readonly engineId: string;
  readonly capacity: number;
  readonly channel: number;
  readonly module: string;
  readonly options: ThreadEngineOptions;
  /** One number, which the thread sets: its own for the system; 0 where that does not tell. */
  readonly number: SharedArrayBuffer;
}

/** To the thread. */
export type ToThread = Crossing<EngineOrder>;

/** From the thread: also that it has ended, or could not begin. */
export type FromThread = Crossing<EngineMessage> | { readonly over: WorkflowError | undefined };
