/** One stream of events for many who watch. */
import type { EngineOutbound, EngineSource } from "../../model/engine/message.ts";
import type { SluiceEvent } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";
import {
  COUNT,
  type OptionsOf,
  requireOptions,
  type Shapes,
  TEXT,
  TEXTS,
} from "../../model/validate/options.ts";
import type { EventSource, Monitor, MonitorFilter, MonitorOptions, MonitorStream } from "./contract.ts";
import { noticeOf } from "./notice.ts";
import { SEVERITY } from "./severity.ts";
import { Stream } from "./stream.ts";

const OPTIONS: Shapes<MonitorOptions> = Object.freeze({ buffer: COUNT, subscribers: COUNT });
const FILTER: Shapes<MonitorFilter> = Object.freeze({
  atLeast: SEVERITY,
  types: TEXTS,
  runId: TEXT,
  after: {
    is: "the id of an event",
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  },
});

function of(what: string): OptionsOf {
  return { what, code: "MONITOR_INVALID", path: ["monitor"] };
}

/**
 * Opens a monitor over what an orchestrator records. It listens only while somebody watches.
 *
 * A subscriber takes events at its own pace: it never holds up a run or another subscriber. One that is more than `buffer`
 * events behind hears how many it has missed, and then gets them from the record, so that it hears every event once.
 *
 * @param source An orchestrator, or anything else that gives events.
 * @throws {SluiceError} MONITOR_INVALID for options that are none.
 * @example
 * ```ts
 * import { createMonitor, createOrchestrator, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({
 *   key: "orders",
 *   run: () => {
 *     throw new Error("no orders today");
 *   },
 * });
 * await using sluice = createOrchestrator(definitions({ assets: [orders] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * using monitor = createMonitor(sluice);
 * const alarms = monitor.subscribe({ atLeast: "error" });
 *
 * await sluice.materialize("*");
 * const { value } = await alarms.next();
 * assert.equal(value?.kind === "event" && value.event.type, "step_failed");
 * ```
 */
export function createMonitor(source: EventSource, options: MonitorOptions = {}): Monitor {
  requireOptions(options, OPTIONS, of("createMonitor()"));
  return new LiveMonitor(source, options.buffer ?? 1_000, options.subscribers ?? 100);
}

class LiveMonitor implements Monitor {
  readonly #source: EventSource;
  readonly #buffer: number;
  readonly #most: number;
  readonly #streams: Set<Stream> = new Set();
  /** Ends what is read of engines. */
  readonly #attached: Set<() => void> = new Set();
  #unsubscribe: (() => void) | undefined = undefined;
  /** Events of one commit come in several pieces. */
  #gathered: SluiceEvent[] = [];
  #lastSeq = 0;

  constructor(source: EventSource, buffer: number, most: number) {
    this.#source = source;
    this.#buffer = buffer;
    this.#most = most;
  }

  get subscribers(): number {
    return this.#streams.size;
  }

  subscribe(filter: MonitorFilter = {}): MonitorStream {
    requireOptions(filter, FILTER, of("subscribe()"));
    if (this.#streams.size >= this.#most) throw full(this.#most);
    this.#unsubscribe ??= this.#source.subscribe((events) => this.#gather(events));
    const stream = new Stream(this.#source, filter, this.#buffer, this.#lastSeq, (ended) => this.#end(ended));
    this.#streams.add(stream);
    return stream;
  }

  attachToEngine(engines: EngineSource, id: string): () => void {
    const outbound = engines.engineOutbound(id);
    const detach = () => {
      this.#attached.delete(detach);
      outbound.close();
    };
    this.#attached.add(detach);
    void this.#listen(outbound).finally(detach);
    return detach;
  }

  close(): void {
    for (const detach of [...this.#attached]) detach();
    for (const stream of [...this.#streams]) stream.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #listen(outbound: EngineOutbound): Promise<void> {
    for await (const message of outbound) {
      if (message.type === "missed") continue;
      const notice = noticeOf(message);
      for (const stream of this.#streams) stream.notice(notice);
    }
  }

  #gather(events: Iterable<SluiceEvent>): void {
    if (this.#gathered.length === 0) queueMicrotask(() => this.#offer());
    for (const event of events) this.#gathered.push(event);
  }

  #offer(): void {
    const events = this.#gathered.sort((a, b) => a.seq - b.seq);
    this.#gathered = [];
    this.#lastSeq = events.at(-1)?.seq ?? this.#lastSeq;
    for (const stream of this.#streams) stream.offer(events);
  }

  #end(stream: Stream): void {
    this.#streams.delete(stream);
    if (this.#streams.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }
}

function full(most: number): SluiceError {
  return new SluiceError({
    code: "MONITOR_FULL",
    message: `The monitor has ${most} subscribers, and takes no more.`,
    path: ["monitor"],
    hint:
      "End a stream by close(), or open the monitor with more: createMonitor(sluice, { subscribers: 500 }).",
  });
}
