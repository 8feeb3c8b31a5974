/** T57: requests that are sent again. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import { defineAsset, definitions } from "sluice";
import { defineHttpTrigger } from "sluice/server";
import { systemClock } from "../../../src/model/ports.ts";
import { idempotentBy, KEPT_MS, runIdsOf } from "../../../src/server/triggers/idempotency.ts";
import { inFolder } from "../../support/folder.ts";
import { posting, serve, type Served } from "../support.ts";

const days = defineAsset({ key: "days", run: () => 1 });
const all = definitions({ assets: [days] });
const triggers = [
  defineHttpTrigger({ name: "days", target: days }),
  defineHttpTrigger({ name: "others", target: days }),
];

async function send(served: Served, key: string, body: unknown, trigger: string = "days") {
  const answer = await served.ask(`/triggers/${trigger}`, posting(body, { "idempotency-key": key }));
  const { run_id, code } = await answer.json();
  return { status: answer.status, id: run_id, code, isReplayed: answer.headers.get("idempotency-replayed") };
}

describe("T57 an idempotency key", () => {
  test("stands for one run as long as the body is the same", async () => {
    await using served = await serve(all, { triggers });
    const first = await send(served, "k1", { tags: { a: "1" } });
    assert.deepEqual([first.status, first.isReplayed], [202, null]);
    const again = await send(served, "k1", { tags: { a: "1" } });
    assert.deepEqual([again.status, again.isReplayed, again.id], [200, "true", first.id]);
    const other = await send(served, "k1", { tags: { a: "2" } });
    assert.deepEqual([other.status, other.code], [422, "KEY_REUSED"]);
    const elsewhere = await send(served, "k1", { tags: { a: "2" } }, "others");
    assert.equal(elsewhere.status, 202);
    assert.equal((await served.sluice.runs()).length, 2);
  });

  test("sent fifty times at once starts one run", async () => {
    await using served = await serve(all, { triggers });
    const answers = await Promise.all(Array.from({ length: 50 }, () => send(served, "k", {})));
    const started = answers.filter(({ status }) => status === 202);
    assert.equal(started.length, 1);
    for (const { status, id, code } of answers) {
      if (status === 409) assert.equal(code, "KEY_IN_USE");
      else assert.equal(id, started[0].id);
    }
    assert.equal((await served.sluice.runs()).length, 1);
    assert.equal((await send(served, "k", {})).id, started[0].id);
  });

  test("is remembered after a restart", async () => {
    await inFolder(async (folder) => {
      const kept = { store: { path: join(folder, "history.sqlite") }, defaultIO: "memory" } as const;
      const ids: string[] = [];
      for (let start = 0; start < 2; start++) {
        await using served = await serve(all, { triggers }, kept);
        ids.push((await send(served, "k", {})).id);
        assert.equal((await served.sluice.runs()).length, 1);
      }
      assert.equal(ids[0], ids[1]);
    });
  });

  test("is forgotten after a day", async () => {
    let laterMs = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + laterMs };
    await using served = await serve(all, { triggers, clock }, {
      store: "memory",
      defaultIO: "memory",
      clock,
    });
    const { id } = await send(served, "k", {});
    laterMs = KEPT_MS - 60_000;
    assert.equal((await send(served, "k", {})).id, id);
    assert.equal((await send(served, "k", { tags: {} })).code, "KEY_REUSED");
    laterMs = KEPT_MS + 60_000;
    const next = await send(served, "k", { tags: {} });
    assert.deepEqual([next.status, next.id === id], [202, false]);
    assert.equal((await served.sluice.runs()).length, 2);
  });

  test("is text that a header holds", async () => {
    await using served = await serve(all, { triggers });
    assert.equal((await send(served, "x".repeat(256), {})).code, "KEY_INVALID");
    assert.equal((await send(served, "caf\u{e9}", {})).code, "KEY_INVALID");
    assert.equal((await send(served, "x".repeat(255), {})).status, 202);
  });
});

describe("runIdsOf", () => {
  const key = idempotentBy("t", "c", "k", new Uint8Array());
  assert.ok(key);

  test("gives one id for a span of time, and the one before it in the next span", () => {
    const start = KEPT_MS * 20_000;
    const [now, before] = runIdsOf(key, start);
    assert.deepEqual(runIdsOf(key, start + KEPT_MS - 1), [now, before]);
    assert.equal(runIdsOf(key, start + KEPT_MS)[1], now);
    assert.ok(before < now && now < runIdsOf(key, start + KEPT_MS)[0]);
  });

  test("tells callers, triggers and keys apart, wherever a text ends", () => {
    const ids = [["a", "b", "c"], ["ab", "", "c"], ["a", "bc", ""], ['a","b', "c", "d"], ["a", 'b","c', "d"]]
      .map(([trigger, caller, text]) => idempotentBy(trigger, caller, text || " ", new Uint8Array()))
      .map((each) => runIdsOf(each as never, 0)[0]);
    assert.equal(new Set(ids).size, ids.length);
  });
});
