/** What sensors hear of commits: that something may have been made, which runs have ended, and who was switched. */
import { EventBatch } from "../../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads, type SluiceEvent } from "../../../model/events/event.ts";
import type { TriggerHost } from "../../contract.ts";
import { endsOfBatch, recordedEnds, type RunEnd, type RunEnds } from "./run_ends.ts";

const { step_succeeded, step_failed, asset_reported, trigger_changed } = EVENT_KINDS;
/** What may have made something: a step that fails has made those outputs that it gave before. */
const MAKING: ReadonlySet<number> = new Set([step_succeeded, step_failed, asset_reported]);
/** So many ends are kept at hand. Older ones are read from the record. */
const MOST_KEPT = 10_000;

/** What a feed tells. */
export interface Listeners {
  /** Something may have been made. */
  made(): void;
  /** Runs have ended. */
  ended(): void;
  /** A trigger was switched on or off. */
  switched(id: string, enabled: boolean): void;
}

/** Follows commits. */
export class CommitFeed {
  readonly #host: TriggerHost;
  readonly #ends: RunEnd[] = [];
  readonly #unsubscribe: () => void;
  /** All ends after this place, and up to the other, are at hand. */
  #knownFrom = Infinity;
  #knownTo = 0;

  constructor(host: TriggerHost, listeners: Listeners) {
    this.#host = host;
    this.#unsubscribe = host.subscribe((events) => this.#hear(events, listeners));
  }

  /** Up to where ends are known, once there was a commit or {@linkcode begin}. */
  get knownTo(): number {
    return this.#knownTo;
  }

  /** Begins at what is on record now, and gives its place. */
  async begin(): Promise<number> {
    const facts = await this.#host.history.facts();
    facts.releaseAssets?.();
    this.#knownTo = Math.max(this.#knownTo, facts.seq);
    this.#knownFrom = Math.min(this.#knownFrom, facts.seq);
    return facts.seq;
  }

  close(): void {
    this.#unsubscribe();
  }

  /** Some ends of runs after a place. */
  async endsAfter(place: number, most: number): Promise<RunEnds> {
    if (place < this.#knownFrom) return await recordedEnds(this.#host.history, place, most);
    const first = this.#ends.findIndex(({ seq }) => seq > place);
    const ends = first < 0 ? [] : this.#ends.slice(first, first + most);
    const reached = ends.length === most ? ends[most - 1].seq : Math.max(place, this.#knownTo);
    return { ends, reached };
  }

  #hear(events: Iterable<SluiceEvent>, { made, ended, switched }: Listeners): void {
    if (!(events instanceof EventBatch) || events.size === 0) return;
    const ends = endsOfBatch(events);
    this.#keep(ends, events.seqAt(events.size - 1));
    let hasMade = false;
    for (let row = 0; row < events.size; row++) {
      const kind = events.kindAt(row);
      hasMade ||= MAKING.has(kind);
      if (kind !== trigger_changed) continue;
      const { trigger, enabled } = events.payloads.get(row) as EventPayloads["trigger_changed"];
      if (enabled !== undefined) switched(trigger, enabled);
    }
    if (ends.length > 0) ended();
    if (hasMade) made();
  }

  /** Batches of one commit are told one by one: a place within them is not the end of it. */
  #keep(ends: readonly RunEnd[], lastSeq: number): void {
    this.#knownTo = Math.max(this.#knownTo, lastSeq);
    if (ends.length === 0) return;
    this.#ends.push(...ends);
    this.#ends.sort((a, b) => a.seq - b.seq);
    if (this.#ends.length <= 2 * MOST_KEPT) return;
    const gone = this.#ends.splice(0, this.#ends.length - MOST_KEPT);
    this.#knownFrom = gone[gone.length - 1].seq;
  }
}
