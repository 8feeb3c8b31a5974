/** What a monitor gives to those who watch, and where it has it from. */
import type {
  EngineSource,
  HealthResponse,
  StatusUpdate,
  WorkflowResponse,
} from "../../model/engine/message.ts";
import type { EventName, SluiceEvent } from "../../model/events/event.ts";
import type { EventFilter } from "../../stores/store.ts";
import type { Severity } from "./severity.ts";

/** Where events come from: an orchestrator is one. */
export interface EventSource {
  /** Calls back with events after their commit. Gives a function that ends it. */
  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void;
  /** What is recorded, in order. */
  events(filter?: EventFilter): Promise<readonly SluiceEvent[]>;
}

/** How a monitor is opened. */
export interface MonitorOptions {
  /** How many events a subscriber may be behind before it is served from the record. Default 1,000. */
  readonly buffer?: number;
  /** How many subscribers there may be at once. Default 100. */
  readonly subscribers?: number;
}

/** What a subscriber wants to hear. */
export interface MonitorFilter {
  /** Only events as grave as this, or graver. Default `"info"`: all. */
  readonly atLeast?: Severity;
  /** Only events of these types. Default all. */
  readonly types?: readonly EventName[];
  /** Only those of one run. Default of all, and of the catalogue. */
  readonly runId?: string;
  /** First what is recorded after this place, the `id` of an event. Default: only what comes from now on. */
  readonly after?: number;
}

/** One event with what it means to who watches. */
export interface MonitorEvent {
  /** Says what this is. */
  readonly kind: "event";
  /** Its place in the record: what to give as `after` to go on behind it. */
  readonly id: number;
  /** How much it matters. */
  readonly severity: Severity;
  /** The event as recorded. */
  readonly event: SluiceEvent;
}

/** Tells a subscriber that it was too slow: what comes next is read from the record. */
export interface MissedNotice {
  /** Says what this is. */
  readonly kind: "missed";
  /** How many events that it wants did not find room. */
  readonly count: number;
  /** The place of the last event that it was given before. */
  readonly after: number;
}

/** What an engine that the monitor is attached to has said. It is on no record: what finds no room is gone. */
export interface EngineNotice {
  /** Says what this is. */
  readonly kind: "engine";
  /** How much it matters. */
  readonly severity: Severity;
  /** What was said; the outputs of workflows are left out. */
  readonly message: StatusUpdate | HealthResponse | Omit<WorkflowResponse, "outputs">;
  /** How many notices before this one found no room; absent for none. */
  readonly missed?: number;
}

/** What a subscriber hears. */
export type Heard = MonitorEvent | MissedNotice | EngineNotice;

/** What one subscriber hears: in the order of the record, each event once, and what engines say between them. */
export interface MonitorStream extends AsyncIterableIterator<Heard> {
  /** Ends it: a pending `next` is done. */
  close(): void;
}

/** A monitor; made by {@linkcode createMonitor}. */
export interface Monitor extends Disposable {
  /** How many subscribers there are. */
  readonly subscribers: number;
  /**
   * Begins to listen. Breaking off a loop over the stream ends it.
   *
   * @throws {SluiceError} MONITOR_FULL when there are as many subscribers as there may be.
   */
  subscribe(filter?: MonitorFilter): MonitorStream;
  /**
   * Tells subscribers what an engine says from now on, but for those that ask for types of events or for one run. Gives a function
   * that ends it; it ends by itself with the engine and the monitor.
   *
   * @throws {SluiceError} ENGINE_UNKNOWN.
   */
  attachToEngine(engines: EngineSource, id: string): () => void;
  /** Ends every stream, and listens to no engine any more. */
  close(): void;
}
