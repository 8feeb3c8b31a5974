/** Ticks in memory: all of them, in order, and what tells them apart. */
import type { TickRecord, TriggerRecord } from "../model/events/record.ts";
import { tickIdentity } from "../model/events/ticks.ts";
import type { TickFilter } from "./store.ts";

/** The ticks of all triggers. */
export class TickList {
  readonly #ticks: TickRecord[] = [];
  readonly #identities: Map<string, Set<string>> = new Map();

  /** The identity of a tick, where one of it is there already. */
  find(tick: TickRecord): string | undefined {
    const identity = tickIdentity(tick);
    return identity !== undefined && this.#identities.get(tick.trigger)?.has(identity) ? identity : undefined;
  }

  add(ticks: readonly TickRecord[]): void {
    for (const tick of ticks) {
      this.#ticks.push(tick);
      const identity = tickIdentity(tick);
      if (identity === undefined) continue;
      const known = this.#identities.get(tick.trigger);
      if (known) known.add(identity);
      else this.#identities.set(tick.trigger, new Set([identity]));
    }
  }

  /** Some of them, newest first. */
  list({ trigger, key, before = Infinity, limit = 100 }: TickFilter): readonly TickRecord[] {
    if (trigger !== undefined && key !== undefined && !this.#identities.get(trigger)?.has(`key ${key}`)) {
      return [];
    }
    const found: TickRecord[] = [];
    for (let at = this.#ticks.length - 1; at >= 0 && found.length < limit; at--) {
      const tick = this.#ticks[at];
      if (trigger !== undefined && key !== undefined && tick.key !== key) continue;
      if (tick.seq < before && (trigger === undefined || tick.trigger === trigger)) found.push(tick);
    }
    return found;
  }
}

/** Triggers in the order of their ids. */
export function byId(triggers: readonly TriggerRecord[]): readonly TriggerRecord[] {
  return triggers.toSorted((a, b) => a.id < b.id ? -1 : 1);
}
