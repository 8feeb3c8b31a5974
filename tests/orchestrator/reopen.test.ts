/** An orchestrator that could not begin: it says why, and the next call tries again. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  memoryStore,
  type RunStore,
  SluiceError,
} from "sluice";
import { virtualClock } from "sluice/testing";
import { newId } from "../../src/orchestrator/run_id.ts";
import { openSqliteStore } from "../../src/stores/sqlite.ts";
import { inFolder } from "../support/folder.ts";

const one = defineAsset({ key: "one", run: () => 1 });
const all = definitions({ assets: [one] });

/** A store whose first listing of runs fails. */
function failingOnce(): RunStore {
  const store = memoryStore();
  const runs = store.runs.bind(store);
  let calls = 0;
  return Object.assign(store, {
    runs: (filter: Parameters<RunStore["runs"]>[0]) => {
      if (calls++ > 0) return runs(filter);
      return Promise.reject(new SluiceError({ code: "STORE_INVALID", message: "A call failed.", path: [] }));
    },
  });
}

describe("an orchestrator that could not begin", () => {
  test("tells every call of that try, and begins with the next", async () => {
    await using sluice = createOrchestrator(all, { store: failingOnce(), defaultIO: "memory" });
    const first = await Promise.allSettled([sluice.runs(), sluice.materialize(one)]);
    assert.deepEqual(first.map(({ status }) => status), ["rejected", "rejected"]);
    assert.equal((await sluice.materialize(one)).status, "success");
  });

  test("because of a lock begins when that is free", async () => {
    await inFolder(async (folder) => {
      const path = join(folder, "history.sqlite");
      const other = await openSqliteStore(path, {});
      await using sluice = createOrchestrator(all, { folder, store: { path, lockWaitMs: 0 } });
      await assert.rejects(sluice.materialize(one), { code: "STORE_LOCKED" });
      await other.close();
      assert.equal((await sluice.materialize(one)).status, "success");
    });
  });

  test("can be closed", async () => {
    const sluice = createOrchestrator(all, { store: failingOnce(), defaultIO: "memory" });
    await assert.rejects(sluice.runs());
    await sluice.close();
    await assert.rejects(sluice.runs(), { code: "STORE_CLOSED" });
  });
});

describe("an id", () => {
  test("is made of its digits also between two milliseconds", async () => {
    const clock = virtualClock(1_000);
    await clock.advance(0.5);
    assert.match(newId(clock, { next: () => 0.5 }), /^[0-9a-hjkmnp-tv-z]{16}$/);
  });
});
