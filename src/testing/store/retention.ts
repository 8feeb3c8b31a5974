/** What a store removes, and what it keeps all the same. */
import assert from "node:assert/strict";
import type { RunStore } from "../../stores/store.ts";
import {
  created,
  days,
  type Entry,
  failed,
  finished,
  names,
  type Scribe,
  succeeded,
  tableOf,
  timeOf,
} from "./scribe.ts";
import { JANUARY, keysOf, spaceOf, type StoreCheck, UNIT } from "./world.ts";

/** A history in which every kind of thing rests on a run that is removed. */
function history(scribe: Scribe) {
  const daily = tableOf([{ step: "daily", codeVersion: "1", partitions: days("2026-01-01", 4) }]);
  const unit = tableOf([{ step: "unit" }]);
  const made = (step: number, rows: number): Entry[] =>
    succeeded(step, { outputs: [{ metadata: { rows } }] });
  const verdict: Entry = ["check_evaluated", 0, {
    asset: "daily",
    check: "c",
    passed: true,
    severity: "warn",
    blocking: false,
  }];
  const old = [
    scribe.write(
      "old1",
      created(daily),
      ["run_started"],
      ...made(0, 1),
      verdict,
      ...made(1, 2),
      ...made(2, 3),
      ...failed(3),
      finished("failed"),
    ),
    scribe.write(
      "old2",
      created(unit),
      ["run_started"],
      ["step_started", 0],
      ["step_log", 0, { level: "info", message: "x" }],
      ["step_succeeded", 0],
      finished("success"),
    ),
    scribe.wholeRun("old3", tableOf([{ step: "named", partitions: names("a", "b") }])),
    scribe.write("", ["partitions_added", undefined, { name: "d", keys: ["k"] }]),
  ];
  const untilMs = timeOf(scribe.seq + 1);
  const young = [
    scribe.create("open", unit),
    scribe.wholeRun(
      "new1",
      tableOf([{ step: "daily", codeVersion: "2", partitions: days("2026-01-02", 1) }]),
    ),
    scribe.write(
      "new2",
      created(unit),
      ["run_started"],
      ...succeeded(0, { outputs: [{ unchanged: true }] }),
      finished("success"),
    ),
    scribe.write(
      "new3",
      created(tableOf([{ step: "named", partitions: names("b") }])),
      ["run_started"],
      ...failed(0),
      finished("failed"),
    ),
  ];
  return { old, young, untilMs };
}

/** Everything that is known of assets, as plain values. */
async function knowledge(store: RunStore): Promise<unknown> {
  const facts = await store.facts();
  const spaces = { daily: JANUARY, unit: UNIT, named: spaceOf(["a", "b", "c"]) };
  return Object.entries(spaces).map(([asset, space]) => {
    const of = facts.asset(asset, space);
    return [
      asset,
      keysOf(of),
      keysOf(of, "failed"),
      Array.from(of.materialized.indices(), (index) => of.at(index)),
    ];
  });
}

export const RETENTION_CHECKS: { readonly [title: string]: StoreCheck } = {
  "removes old runs with all that belongs to them, and no fact": async (world) => {
    const { old, young, untilMs } = history(world.scribe);
    await world.append(...old, ...young);
    const before = await knowledge(world.store);
    assert.equal(await world.store.prune({ runsBeforeMs: untilMs }), 3);
    await world.holds(async (store) => {
      assert.deepEqual((await store.runs()).map(({ id }) => id), ["new3", "new2", "new1", "open"]);
      assert.deepEqual(await knowledge(store), before);
      const ids = new Set((await store.events()).map(({ runId }) => runId));
      assert.deepEqual([...ids].sort(), ["", "new1", "new2", "new3", "open"]);
      assert.deepEqual([await store.run("old1"), await store.plan("old1")], [undefined, undefined]);
      assert.deepEqual([await store.steps("old1"), await store.logs("old2")], [[], []]);
      assert.deepEqual((await store.facts()).dynamicKeys("d"), ["k"]);
      assert.equal((await store.checks({ asset: "daily" }))[0].runId, "old1");
      assert.equal(store.lastSeq, world.scribe.seq);
    });
    assert.equal(await world.store.prune({ runsBeforeMs: untilMs }), 0);
  },

  "still tells what removed runs made, where assets hold it": async (world) => {
    const { old, young, untilMs } = history(world.scribe);
    await world.append(...old, ...young);
    await world.store.prune({ runsBeforeMs: untilMs });
    await world.holds(async (store) => {
      const made = await store.materializations("daily");
      assert.deepEqual(made.map(({ partitionKey, runId, metadata }) => [partitionKey, runId, metadata]), [
        ["2026-01-02", "new1", undefined],
        ["2026-01-03", "old1", { rows: 3 }],
        ["2026-01-01", "old1", { rows: 1 }],
      ]);
      assert.deepEqual((await store.materializations("named")).map(({ partitionKey }) => partitionKey), [
        "b",
        "a",
      ]);
    });
  },

  "keeps runs that are not over, and those that ended later": async (world) => {
    const { old, young } = history(world.scribe);
    await world.append(...old, ...young);
    assert.equal(await world.store.prune({ runsBeforeMs: 0 }), 0);
    assert.equal(await world.store.prune({ runsBeforeMs: Number.MAX_SAFE_INTEGER }), 6);
    await world.append(world.scribe.write("open", ...succeeded(0), finished("success")));
    await world.holds(async (store) => {
      assert.deepEqual((await store.runs()).map(({ id, status }) => [id, status]), [["open", "success"]]);
      assert.equal((await store.facts()).asset("unit", UNIT).at(0)?.runId, "open");
    });
  },

  "goes on with new runs after everything was removed": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "unit" }]);
    await world.append(scribe.wholeRun("r1", table));
    await world.store.prune({ runsBeforeMs: Number.MAX_SAFE_INTEGER });
    await world.reopen();
    assert.equal(world.store.lastSeq, scribe.seq);
    await world.append(scribe.wholeRun("r2", table));
    await world.holds(async (store) => {
      assert.deepEqual((await store.runs()).map(({ id }) => id), ["r2"]);
      assert.equal((await store.steps("r2"))[0].status, "success");
      assert.equal((await store.facts()).asset("unit", UNIT).at(0)?.runId, "r2");
    });
  },
};
