/** The latest verdicts of checks, for conditions that ask for them. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { Verdict } from "../../planner/automation/world.ts";
import type { TriggerHistory } from "../contract.ts";

/** How many events are read at once. */
const PAGE = 1_000;

/** Verdicts by asset, and by check and partition. */
export class Verdicts {
  readonly #isAsked: (asset: string) => boolean;
  readonly #latest: Map<string, Map<string, Verdict>> = new Map();

  constructor(isAsked: (asset: string) => boolean) {
    this.#isAsked = isAsked;
  }

  /** Counts an event, and gives the asset that it is about; undefined for none. */
  take(event: SluiceEvent): string | undefined {
    if (event.type !== "check_evaluated" || !this.#isAsked(event.payload.asset)) return undefined;
    const { asset, check, partition, passed } = event.payload;
    const known = this.#latest.get(asset) ?? new Map<string, Verdict>();
    this.#latest.set(asset, known);
    const place = JSON.stringify([check, partition]);
    if ((known.get(place)?.seq ?? 0) < event.seq) {
      known.set(place, { check, partition, passed, seq: event.seq, runId: event.runId });
    }
    return asset;
  }

  /** The latest of an asset. */
  of(asset: string): readonly Verdict[] {
    return [...this.#latest.get(asset)?.values() ?? []];
  }

  /** Reads the latest of some assets from the runs that gave them. */
  async load(assets: Iterable<string>, history: TriggerHistory): Promise<void> {
    const runs = new Set<string>();
    for (const asset of assets) {
      for (const { runId } of await history.checks({ asset })) runs.add(runId);
    }
    for (const runId of runs) await this.#read(runId, history);
  }

  async #read(runId: string, history: TriggerHistory): Promise<void> {
    for (let after = 0;;) {
      const events = await history.events({ runId, after, limit: PAGE });
      for (const event of events) this.take(event);
      const last = events.at(-1);
      if (!last || events.length < PAGE) return;
      after = last.seq;
    }
  }
}
