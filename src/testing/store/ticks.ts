/** Ticks and triggers: what lists show of them, and that none is recorded twice. */
import assert from "node:assert/strict";
import type { EventPayloads } from "../../model/events/event.ts";
import type { Entry } from "./scribe.ts";
import type { StoreCheck } from "./world.ts";

type Tick = EventPayloads["tick_recorded"];

function tick(trigger: string, more: Partial<Tick> = {}): Entry {
  return ["tick_recorded", undefined, { trigger, status: "requested", ...more }];
}

function change(trigger: string, more: Partial<EventPayloads["trigger_changed"]>): Entry {
  return ["trigger_changed", undefined, { trigger, ...more }];
}

const REFUSED = { name: "SluiceError", code: "EVENT_REFUSED" };

export const TICK_CHECKS: { readonly [title: string]: StoreCheck } = {
  "lists ticks, newest first and page by page": async (world) => {
    const { scribe, store } = world;
    const of = (n: number) => tick(n % 2 === 0 ? "even" : "odd", { dueMs: n * 1_000 });
    for (let n = 1; n <= 9; n++) await store.append([scribe.write("", of(n))]);
    await world.append(scribe.write("", tick("even", { key: "k", status: "skipped", reason: "no" })));
    await world.holds(async (store) => {
      const dues = async (...asked: Parameters<typeof store.ticks>) =>
        (await store.ticks(...asked)).map(({ dueMs }) => dueMs ?? 0);
      assert.deepEqual(await dues(), [0, 9_000, 8_000, 7_000, 6_000, 5_000, 4_000, 3_000, 2_000, 1_000]);
      assert.deepEqual(await dues({ trigger: "even" }), [0, 8_000, 6_000, 4_000, 2_000]);
      assert.deepEqual(await dues({ trigger: "even", limit: 2 }), [0, 8_000]);
      const [, last] = await store.ticks({ trigger: "even", limit: 2 });
      assert.deepEqual(await dues({ trigger: "even", before: last.seq }), [6_000, 4_000, 2_000]);
      assert.deepEqual(await dues({ trigger: "nobody" }), []);
      const keys = async (...asked: Parameters<typeof store.ticks>) =>
        (await store.ticks(...asked)).map(({ key }) => key);
      assert.deepEqual(await keys({ trigger: "even", key: "k" }), ["k"]);
      assert.deepEqual(await keys({ trigger: "odd", key: "k" }), []);
      assert.deepEqual(await keys({ trigger: "even", key: "K" }), []);
    });
  },

  "keeps all that a tick says": async (world) => {
    const { scribe } = world;
    const error = { name: "Error", message: "\u0000 \ud800 no", code: "X" };
    const partitions = [{ name: "files", keys: ["a", "\uffff"] }];
    await world.append(
      scribe.write(
        "",
        tick("sensor:a \u0000", { key: "k1", runs: ["r1", "b1"], partitions, cursor: [1, "x"] }),
      ),
      scribe.write("", tick("sensor:a \u0000", { key: "k2", status: "failed", error })),
    );
    await world.holds(async (store) => {
      const [second, first] = await store.ticks();
      assert.deepEqual(first, {
        seq: scribe.seq - 1,
        atMs: first.atMs,
        trigger: "sensor:a \u0000",
        dueMs: undefined,
        key: "k1",
        status: "requested",
        runs: ["r1", "b1"],
        reason: undefined,
        error: undefined,
        partitions,
      });
      assert.deepEqual([second.status, second.error, second.runs], ["failed", error, []]);
    });
  },

  "refuses a tick that is on record already": async (world) => {
    const { scribe, store } = world;
    await store.append([scribe.write("", tick("a", { dueMs: 1 }))]);
    await store.append([scribe.write("", tick("a", { dueMs: 2 }), tick("b", { dueMs: 1 }))]);
    await store.append([scribe.write("", tick("a", { key: "1" }), tick("a"), tick("a"))]);
    const twice = [
      scribe.write("", tick("a", { dueMs: 1 })),
      scribe.write("", tick("b", { dueMs: 1, status: "skipped" })),
      scribe.write("", tick("a", { key: "1" })),
      scribe.write("", tick("c", { dueMs: 7 }), tick("c", { dueMs: 7 })),
    ];
    for (const batch of twice) await assert.rejects(store.append([batch]), REFUSED);
    const racing = [scribe.write("", tick("d", { dueMs: 1 })), scribe.write("", tick("d", { dueMs: 1 }))];
    const [first, second] = await Promise.allSettled(racing.map((batch) => store.append([batch])));
    assert.equal(first.status, "fulfilled");
    assert.equal(second.status === "rejected" && second.reason.code, "EVENT_REFUSED");
    await world.holds(async (store) => {
      const told = (await store.ticks()).map(({ trigger, dueMs, key }) => `${trigger} ${key ?? dueMs ?? ""}`);
      assert.deepEqual(told, ["d 1", "a ", "a ", "a 1", "b 1", "a 2", "a 1"]);
    });
  },

  "refuses it after it was opened again too, alone among others": async (world) => {
    const { scribe } = world;
    await world.append(scribe.write("", tick("a", { dueMs: 1 })), scribe.write("", tick("a", { dueMs: 2 })));
    await world.reopen();
    const { store } = world;
    const settled = await Promise.allSettled([
      store.append([scribe.write("", tick("b", { dueMs: 1 }))]),
      store.append([scribe.write("", tick("a", { dueMs: 1, cursor: "wrong" }))]),
      store.append([scribe.write("", tick("a", { dueMs: 3, cursor: "right" }))]),
    ]);
    assert.deepEqual(settled.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    await world.holds(async (store) => {
      const [a, b] = await store.triggers();
      assert.deepEqual([a.id, a.cursor, a.lastTick?.dueMs, b.id], ["a", "right", 3, "b"]);
    });
  },

  "folds triggers from their ticks and changes": async (world) => {
    const { scribe } = world;
    const error = { name: "Error", message: "no" };
    await world.append(
      scribe.write("", change("schedule:b", { enabled: false, by: "ada" })),
      scribe.write("", tick("schedule:a", { dueMs: 1, runs: ["r"], cursor: { at: 1 } })),
      scribe.write("", tick("schedule:a", { dueMs: 2, status: "failed", error, cursor: { at: 2 } })),
      scribe.write("", tick("schedule:a", { dueMs: 3, status: "failed", error })),
      scribe.write(
        "",
        tick("schedule:c", { status: "failed", error }),
        tick("schedule:c", { status: "skipped" }),
      ),
      scribe.write("", change("schedule:a", { enabled: true }), change("schedule:a", { cursor: { at: 9 } })),
      scribe.write("", change("schedule:b", { enabled: true })),
    );
    await world.holds(async (store) => {
      const told = (await store.triggers()).map((each) => ({
        id: each.id,
        enabled: each.enabled,
        cursor: each.cursor,
        last: each.lastTick?.dueMs,
        request: each.lastRequest?.dueMs,
        failures: each.failures,
      }));
      const nothing = { cursor: undefined, last: undefined, request: undefined, failures: 0 };
      assert.deepEqual(told, [
        { id: "schedule:a", enabled: true, cursor: { at: 9 }, last: 3, request: 1, failures: 2 },
        { id: "schedule:b", enabled: true, ...nothing },
        { id: "schedule:c", enabled: undefined, ...nothing },
      ]);
    });
  },
};
