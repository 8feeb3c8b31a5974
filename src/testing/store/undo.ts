/** What a store knows of what was undone. */
import assert from "node:assert/strict";
import { days, type Entry, failed, finished, succeeded, tableOf } from "./scribe.ts";
import { JANUARY, keysOf, type StoreCheck, UNIT } from "./world.ts";

function undone(step: number, more: object = {}): Entry[] {
  return [["step_undoing", step], ["step_undone", step, { reason: "b failed: no", ...more }]];
}

export const UNDO_CHECKS: { readonly [title: string]: StoreCheck } = {
  "counts what was undone as missing, and tells of it in runs and steps": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }, { step: "b" }, { step: "c" }]);
    await world.append(
      scribe.create("r", table),
      scribe.write("r", ...succeeded(0), ...succeeded(2), ...failed(1)),
      scribe.write("r", ["step_undoing", 2]),
    );
    await world.reopen();
    assert.equal((await world.store.run("r"))?.steps.success, 2);
    const error = { name: "Error", message: "busy" };
    await world.append(
      scribe.write("r", ["step_undo_retrying", 2, { error, delayMs: 5 }], ["step_undoing", 2, undefined, 2]),
      scribe.write("r", ["step_undo_failed", 2, { error }, 2], ...undone(0), finished("failed")),
    );
    await world.holds(async (store) => {
      const { success, undone, undoFailed } = (await store.run("r"))?.steps ?? {};
      assert.deepEqual([success, undone, undoFailed], [0, 1, 1]);
      const steps = await store.steps("r");
      assert.deepEqual(
        steps.map(({ status, attempts, undo }) => [
          status,
          attempts,
          undo?.attempts,
          undo?.reason,
          undo?.error?.message,
        ]),
        [
          ["undone", 1, 1, "b failed: no", undefined],
          ["failed", 1, undefined, undefined, undefined],
          ["undo_failed", 1, 2, undefined, "busy"],
        ],
      );
      const facts = await store.facts();
      assert.equal(facts.asset("a", UNIT).materialized.size, 0);
      assert.equal(facts.asset("c", UNIT).at(0)?.runId, "r");
    });
  },

  "forgets the partitions that were undone, and nothing that was made since or by others": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "daily", partitions: days("2026-01-01", 4), chunkSize: 4 }]);
    await world.append(
      scribe.wholeRun("before", tableOf([{ step: "daily", partitions: days("2026-01-05", 1) }])),
      scribe.create("r", table),
      scribe.write("r", ...succeeded(0, { outputs: [{ partition: 3, unchanged: true }] })),
      scribe.wholeRun("since", tableOf([{ step: "daily", partitions: days("2026-01-02", 1) }])),
    );
    await world.reopen();
    const outputs = [0, 1, 2].map((partition) => ({ partition }));
    await world.append(scribe.write("r", ...undone(0, { outputs }), finished("failed")));
    await world.holds(async (store) => {
      const facts = (await store.facts()).asset("daily", JANUARY);
      assert.deepEqual(keysOf(facts), ["2026-01-02", "2026-01-04", "2026-01-05"]);
      assert.equal(facts.at(1)?.runId, "since");
    });
  },

  "lets a run undo what another one has made, and forgets nothing of it when runs are removed": async (
    world,
  ) => {
    const { scribe } = world;
    const table = tableOf([{ step: "unit" }]);
    const again = { steps: table, tags: {}, config: {}, parent: "r" };
    await world.append(
      scribe.create("open", table),
      scribe.write("open", ...succeeded(0)),
      scribe.write("r", ["run_created", undefined, { steps: table, tags: {}, config: {} }], ["run_started"]),
      scribe.write("r", ...succeeded(0), finished("failed")),
      scribe.write("u", ["run_created", undefined, again], ["run_started"]),
      scribe.write("u", ...undone(0, { run: "r" }), finished("success")),
    );
    await world.holds(async (store) => {
      assert.equal((await store.facts()).asset("unit", UNIT).materialized.size, 0);
      assert.equal((await store.run("u"))?.steps.undone, 1);
      assert.equal((await store.run("r"))?.steps.success, 1);
    });
    assert.equal(await world.store.prune({ runsBeforeMs: Number.MAX_SAFE_INTEGER }), 2);
    await world.holds(async (store) => {
      assert.equal((await store.facts()).asset("unit", UNIT).materialized.size, 0);
    });
  },
};
