/** What one subscriber hears: from memory while it keeps up, and from the record when it does not. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { EngineNotice, EventSource, Heard, MonitorFilter, MonitorStream } from "./contract.ts";
import { isAtLeast, severityOf } from "./severity.ts";

const DONE: IteratorResult<Heard, undefined> = Object.freeze({ done: true, value: undefined });

/** A stream under way. */
export class Stream implements MonitorStream {
  readonly #source: EventSource;
  readonly #filter: MonitorFilter;
  readonly #size: number;
  readonly #onClose: (stream: Stream) => void;
  #queue: Heard[] = [];
  #head = 0;
  /** Of engines: on no record, so that the oldest are let go when there are too many. */
  readonly #notices: EngineNotice[] = [];
  #missedNotices = 0;
  /** The place up to which everything was queued, or passed over because nobody asked for it. */
  #last: number;
  /** The place of the latest event that was offered. */
  #latest = 0;
  /** Whether events are taken as they come, find no room any more, or are read from the record. */
  #state: "live" | "fallen" | "reading";
  /** Since it has fallen behind. */
  #missed = 0;
  #isClosed = false;
  #wake: () => void = ignore;
  /** Calls of `next` follow each other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param lastSeq The place of the latest event before the first that is offered. */
  constructor(
    source: EventSource,
    filter: MonitorFilter,
    size: number,
    lastSeq: number,
    onClose: (stream: Stream) => void,
  ) {
    this.#source = source;
    this.#filter = filter;
    this.#size = size;
    this.#onClose = onClose;
    this.#last = filter.after ?? lastSeq;
    this.#state = filter.after === undefined ? "live" : "reading";
  }

  /** Takes events in the order of their places. */
  offer(events: readonly SluiceEvent[]): void {
    for (const event of events) {
      this.#latest = event.seq;
      if (event.seq <= this.#last) continue;
      if (this.#state === "live") this.#take(event);
      else if (this.#state === "fallen" && this.#wants(event)) this.#missed++;
    }
    this.#wake();
  }

  /** Takes what an engine has said. */
  notice(notice: EngineNotice): void {
    const { types, runId, atLeast = "info" } = this.#filter;
    if (types || runId !== undefined || !isAtLeast(notice.severity, atLeast)) return;
    if (this.#notices.push(notice) > this.#size) {
      this.#notices.shift();
      this.#missedNotices++;
    }
    this.#wake();
  }

  next(): Promise<IteratorResult<Heard, undefined>> {
    const turn = this.#turn.then(() => this.#next());
    this.#turn = turn.catch(ignore);
    return turn;
  }

  return(): Promise<IteratorResult<Heard, undefined>> {
    this.close();
    return Promise.resolve(DONE);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#notices.length = 0;
    this.#head = 0;
    this.#onClose(this);
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  async #next(): Promise<IteratorResult<Heard, undefined>> {
    while (!this.#isClosed) {
      const heard = this.#shiftNotice() ?? this.#shift();
      if (heard) return { done: false, value: heard };
      if (this.#state === "fallen") this.#tellMissed();
      else if (this.#state === "reading") await this.#readOn();
      else await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return DONE;
  }

  #take(event: SluiceEvent): void {
    if (this.#wants(event)) {
      if (this.#queue.length - this.#head >= this.#size) {
        this.#state = "fallen";
        this.#missed = 1;
        return;
      }
      this.#push(event);
    }
    this.#last = event.seq;
  }

  #tellMissed(): void {
    this.#state = "reading";
    this.#queue.push({ kind: "missed", count: this.#missed, after: this.#last });
  }

  /** Reads the next page of the record. When nothing came meanwhile and it is the last one, events are taken again. */
  async #readOn(): Promise<void> {
    const { runId } = this.#filter;
    const latest = this.#latest;
    const page = await this.#source.events({
      after: this.#last,
      limit: this.#size,
      ...(runId !== undefined && { runId }),
    });
    for (const event of page) if (this.#wants(event)) this.#push(event);
    const read = page.at(-1)?.seq ?? 0;
    const isLastPage = page.length < this.#size;
    // What was offered before is on record, and so in the last page or before it.
    this.#last = Math.max(this.#last, read, isLastPage ? latest : 0);
    if (isLastPage && this.#latest === latest) this.#state = "live";
  }

  #wants(event: SluiceEvent): boolean {
    const { atLeast = "info", types, runId } = this.#filter;
    if (runId !== undefined && event.runId !== runId) return false;
    if (types && !types.includes(event.type)) return false;
    return atLeast === "info" || isAtLeast(severityOf(event), atLeast);
  }

  #push(event: SluiceEvent): void {
    this.#queue.push({ kind: "event", id: event.seq, severity: severityOf(event), event });
  }

  #shiftNotice(): EngineNotice | undefined {
    const notice = this.#notices.shift();
    const missed = this.#missedNotices;
    this.#missedNotices = 0;
    return notice && missed > 0 ? { ...notice, missed } : notice;
  }

  #shift(): Heard | undefined {
    const heard = this.#queue[this.#head];
    if (!heard) return undefined;
    this.#head++;
    if (this.#head === this.#queue.length) {
      this.#queue = [];
      this.#head = 0;
    }
    return heard;
  }
}

function ignore(): void {}
