/** What a trigger is handed: the verbs of the process that leads, and the history, as long as it is active. */
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import type { Recorder } from "../../runtime/recorder.ts";
import type { TriggerHistory, TriggerHost } from "../../triggers/contract.ts";
import { planLaunch } from "../launch/request.ts";
import type { Seat } from "../verbs/seat.ts";

const { trigger_changed: CHANGED } = EVENT_KINDS;

/** Opens the host of one trigger, from its start to its stop. */
export function openHost({ parts, verbs }: Seat, signal: AbortSignal): TriggerHost {
  const { definitions, clock, random, store, engine } = parts;
  const { recorder } = engine;
  return {
    definitions,
    clock,
    random,
    signal,
    history: historyOf(store),
    launch: async (request) => {
      signal.throwIfAborted();
      return await verbs.launch(await planLaunch(parts, request));
    },
    cancel: async (id, reason) => {
      signal.throwIfAborted();
      await verbs.cancel(id, reason);
    },
    addPartitions: async (name, keys) => {
      signal.throwIfAborted();
      await verbs.addKeys(name, keys);
    },
    removePartitions: async (name, keys) => {
      signal.throwIfAborted();
      await verbs.removeKeys(name, keys);
    },
    record: async (tick) => {
      signal.throwIfAborted();
      await recorder.append("tick_recorded", tick);
    },
    move: async (trigger, cursor) => {
      signal.throwIfAborted();
      await recorder.append("trigger_changed", { trigger, cursor });
    },
    onSwitch: (listener) => onSwitch(recorder, listener),
    noteJump: async (byMs) => {
      signal.throwIfAborted();
      await recorder.append("clock_jump", { byMs });
    },
    subscribe: (listener) => recorder.subscribe((batches) => batches.forEach((batch) => listener(batch))),
  };
}

/** Calls back with each change of a trigger, and looks at no event of runs. */
export function onSwitch(
  recorder: Recorder,
  listener: (change: EventPayloads["trigger_changed"]) => void,
): () => void {
  return recorder.subscribe((batches) => {
    for (const batch of batches) {
      if (batch.runId !== "") continue;
      for (let row = 0; row < batch.size; row++) {
        if (batch.kindAt(row) === CHANGED) {
          listener(batch.payloads.get(row) as EventPayloads["trigger_changed"]);
        }
      }
    }
  });
}

/** The reading half of a store. */
function historyOf(store: TriggerHistory): TriggerHistory {
  return {
    facts: () => store.facts(),
    run: (id) => store.run(id),
    runs: (filter) => store.runs(filter),
    steps: (id, range) => store.steps(id, range),
    events: (filter) => store.events(filter),
    materializations: (asset, filter) => store.materializations(asset, filter),
    checks: (filter) => store.checks(filter),
    backfill: (id) => store.backfill(id),
    backfills: (filter) => store.backfills(filter),
    triggers: () => store.triggers(),
    ticks: (filter) => store.ticks(filter),
  };
}
