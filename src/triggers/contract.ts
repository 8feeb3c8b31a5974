/** Triggers: what starts work by itself, and what each is handed for that. */
import type { Awaitable } from "../model/assets/result.ts";
import type { Definitions } from "../model/definitions.ts";
import type { EventPayloads, SluiceEvent } from "../model/events/event.ts";
import type { TriggerRecord } from "../model/events/record.ts";
import type { Clock, Random } from "../model/ports.ts";
import type { RunStore } from "../stores/store.ts";
import type { Launched, LaunchRequest } from "./launch.ts";

/**
 * What starts work by itself. Hand your own to `createOrchestrator(definitions, { triggers: [mine] })`; whether it keeps the
 * contract is told by `triggerContract` of `sluice/testing`.
 */
export interface Trigger {
  /** Tells it from the other triggers of an orchestrator. */
  readonly id: string;
  /** What kind it is: `schedule`, `sensor`, or a word of one's own. */
  readonly type: string;
  /** Whether it was started and not stopped since. */
  readonly isActive: boolean;
  /** Begins. One that is active already stays as it is; one that was stopped begins again. */
  start(host: TriggerHost): Awaitable<void>;
  /** Ends: what it has begun to look at is given up, and nothing is asked of the host afterwards. Runs go on. */
  stop(): Awaitable<void>;
  /**
   * What it is made of, where that is more than itself: one trigger may look after all schedules. Default: itself alone, and
   * enabled. Called at any time, also before it was started.
   */
  units?(asked: UnitsRequest): readonly TriggerUnit[];
}

/** What {@linkcode Trigger.units} is asked with. */
export interface UnitsRequest {
  /** What is recorded of triggers, by id. */
  readonly records: ReadonlyMap<string, TriggerRecord>;
  /** The time, epoch milliseconds. */
  readonly nowMs: number;
}

/** One thing that can come due, be paused and be resumed. */
export interface TriggerUnit {
  /** Its id in ticks, with its type: `schedule:nightly`. */
  readonly id: string;
  /** Whether it is declared to be on. */
  readonly enabled: boolean;
  /** When it comes due next, epoch milliseconds; left out where nobody knows. */
  readonly nextMs?: number;
  /** The cursor that it goes on from when it is resumed. Default: where it was. */
  readonly resumeCursor?: unknown;
}

/** A tick, as a trigger records it. */
export type Tick = EventPayloads["tick_recorded"];

/** What a trigger reads of the history. */
export type TriggerHistory = Pick<
  RunStore,
  | "facts"
  | "run"
  | "runs"
  | "steps"
  | "events"
  | "materializations"
  | "checks"
  | "backfill"
  | "backfills"
  | "triggers"
  | "ticks"
>;

/** What a trigger works with between its start and its stop. */
export interface TriggerHost {
  /** What can be run. */
  readonly definitions: Definitions;
  /** The time, and waiting for it. */
  readonly clock: Clock;
  /** The source of chance. */
  readonly random: Random;
  /** Aborted when the trigger is stopped. */
  readonly signal: AbortSignal;
  /** What is recorded. */
  readonly history: TriggerHistory;
  /**
   * Starts a run or a backfill, and resolves as soon as it is on record for good; its end is another promise. With an id that
   * is on record already nothing is started twice. Give runs of a tick the id that `tickRunId` derives, and record the tick
   * afterwards: then a process that dies in between has lost nothing.
   */
  launch(request: LaunchRequest): Promise<Launched>;
  /** Asks a run or a backfill to stop. */
  cancel(id: string, reason: string): Promise<void>;
  /** Adds keys to a dynamic partition definition; those that are there are left alone. */
  addPartitions(name: string, keys: readonly string[]): Promise<void>;
  /** Removes keys from a dynamic partition definition; what is recorded of them stays. */
  removePartitions(name: string, keys: readonly string[]): Promise<void>;
  /**
   * Records a tick, and with it the cursor. Rejects with EVENT_REFUSED when the trigger has recorded one of the same
   * identity (`key`, or else `dueMs`) before.
   */
  record(tick: Tick): Promise<void>;
  /** Records a cursor without a tick: where a trigger goes on from, though nothing came of it yet. */
  move(trigger: string, cursor: unknown): Promise<void>;
  /** Records that the clock has jumped. */
  noteJump(byMs: number): Promise<void>;
  /** Calls back when a trigger was paused, resumed or sent somewhere else. Gives a function that ends the subscription. */
  onSwitch(listener: (change: EventPayloads["trigger_changed"]) => void): () => void;
  /** Calls back with every recorded event, after its commit. Gives a function that ends the subscription. */
  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void;
}
