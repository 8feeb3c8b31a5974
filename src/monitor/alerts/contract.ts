/** Alerts: what somebody has to be told, and where. */
import type { EventName, SluiceEvent } from "../../model/events/event.ts";
import type { Clock } from "../../model/ports.ts";
import type { Severity } from "../stream/severity.ts";

/** What is told, once for many events about one thing. */
export interface Alert {
  /** The same for everything that is told of one thing by one rule: what receivers join notices by. */
  readonly key: string;
  /** Whether it is the trouble or its end. */
  readonly state: "firing" | "resolved";
  /** The name of the rule. */
  readonly rule: string;
  /** What it is about: `job nightly`, `run 01m7...`, `check orders not_empty`, `breaker of pool api`. */
  readonly subject: string;
  /** The gravest of the events. */
  readonly severity: Severity;
  /** How many events there were since the trouble began. */
  readonly count: number;
  /** The first of them, epoch milliseconds. */
  readonly firstMs: number;
  /** The last of them, or the event that ended it. */
  readonly lastMs: number;
  /** One sentence for people. */
  readonly summary: string;
  /** The first events since the last notice, at most five. */
  readonly events: readonly SluiceEvent[];
  /** What happened by these events, a line each. */
  readonly lines: readonly string[];
}

/** Where alerts go. */
export interface AlertChannel {
  /** Its name, for errors. */
  readonly name: string;
  /**
   * Sends one alert. A rejection is tried again, unless it is a {@linkcode DeliveryError} that says otherwise.
   *
   * @param signal Aborted when the attempt has taken too long.
   */
  send(alert: Alert, signal: AbortSignal): Promise<void>;
}

/** When somebody is told. */
export interface AlertRule {
  /** Its name, unique among the rules. */
  readonly name: string;
  /** The types of events it looks at. Default `run_finished`, `run_parked`, `run_interrupted` and `backfill_finished`. */
  readonly on?: readonly EventName[];
  /** Only events as grave as this, or graver. Default `"error"`. */
  readonly atLeast?: Severity;
  /** Only runs of these jobs. Default all, and runs without a job. */
  readonly jobs?: readonly string[];
  /** The names of the channels. */
  readonly to: readonly string[];
  /** How long events are gathered before the first notice, milliseconds. Default 30,000; 0 for none. */
  readonly groupMs?: number;
  /** The shortest time between two notices of one trouble, milliseconds. Default four hours. */
  readonly repeatMs?: number;
}

/** What alerts work with. */
export interface AlertOptions {
  /** Channels by name. */
  readonly channels: { readonly [name: string]: AlertChannel };
  /** The rules; an event may match several. */
  readonly rules: readonly AlertRule[];
  /** Hears of alerts that could not be delivered. Default: nobody. */
  readonly onError?: (error: unknown, alert: Alert) => void;
  /** Default the clock of the host. */
  readonly clock?: Clock;
}

/** Alerts that are on; made by {@linkcode createAlerts}. */
export interface Alerts extends AsyncDisposable {
  /** The troubles that were told and have not ended, by rule and subject. */
  readonly firing: readonly { readonly rule: string; readonly subject: string; readonly sinceMs: number }[];
  /** Resolves when every notice that is due has been delivered or given up. */
  flush(): Promise<void>;
  /** Listens no more. What is gathered is sent at once; resolves as `flush` does. */
  close(): Promise<void>;
}

/** A delivery that failed. */
export class DeliveryError extends Error {
  /** Tells it apart. */
  override readonly name = "DeliveryError";
  /** Whether the same may succeed later. */
  readonly isTransient: boolean;
  /** When to try again, where the receiver has said so, milliseconds from now. */
  readonly afterMs: number | undefined;

  /** Says what the receiver answered. */
  constructor(message: string, { isTransient, afterMs }: { isTransient: boolean; afterMs?: number }) {
    super(message);
    this.isTransient = isTransient;
    this.afterMs = afterMs;
  }
}
