/** What a store knows of assets, partitions and dynamic keys. */
import assert from "node:assert/strict";
import type { RunStore } from "../../stores/store.ts";
import {
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

/** One asset made over some days. */
function daily(scribe: Scribe, runId: string, first: string, count: number) {
  return scribe.wholeRun(runId, tableOf([{ step: "daily", partitions: days(first, count) }]));
}

async function januaryOf(store: RunStore, asset = "daily") {
  return (await store.facts()).asset(asset, JANUARY);
}

function report(asset: string, key: string | undefined, dataVersion?: string, by?: string): Entry {
  return ["asset_reported", undefined, {
    asset,
    ...(key !== undefined && { partition: { key, identity: Date.parse(`${key}T00:00Z`) } }),
    ...(dataVersion !== undefined && { dataVersion }),
    ...(by !== undefined && { metadata: { by } }),
  }];
}

export const ASSET_CHECKS: { readonly [title: string]: StoreCheck } = {
  "counts a commit in facts as soon as it is acknowledged": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a", codeVersion: "3" }]);
    const before = await world.store.facts();
    await world.append(
      scribe.create("r", table),
      scribe.write("r", ...succeeded(0, { outputs: [{ dataVersion: "v" }] })),
    );
    assert.equal(before.asset("a", UNIT).materialized.size, 0);
    await world.holds(async (store) => {
      const facts = await store.facts();
      assert.equal(facts.seq, 4);
      assert.deepEqual(facts.asset("a", UNIT).at(0), {
        materializedSeq: 4,
        changedSeq: 4,
        readSeq: 3,
        materializedMs: timeOf(4),
        changedMs: timeOf(4),
        dataVersion: "v",
        codeVersion: "3",
        runId: "r",
      });
    });
  },

  "knows which partitions have a value and which failed last": async (world) => {
    const { scribe } = world;
    await world.append(daily(scribe, "r1", "2026-01-05", 10));
    await world.reopen();
    const table = tableOf([{ step: "daily", partitions: days("2026-01-13", 4) }]);
    await world.append(
      scribe.create("r2", table),
      scribe.write("r2", ...failed(0), ...succeeded(1), ...failed(2), ...failed(3)),
    );
    await world.reopen();
    await world.append(daily(scribe, "r3", "2026-01-15", 1));
    await world.holds(async (store) => {
      const facts = await januaryOf(store);
      assert.deepEqual(
        keysOf(facts),
        Array.from({ length: 11 }, (_, n) => `2026-01-${String(n + 5).padStart(2, "0")}`),
      );
      assert.deepEqual(keysOf(facts, "failed"), ["2026-01-13", "2026-01-16"]);
      const runs = [12, 13, 14].map((index) => facts.at(index)?.runId);
      assert.deepEqual(runs, ["r1", "r2", "r3"]);
      assert.deepEqual([...facts.changedAfter(27).indices()], [13, 14]);
    });
  },

  "keeps a version that did not change, and says when it last did": async (world) => {
    const { scribe } = world;
    const run = (id: string, outputs?: readonly object[]) =>
      world.append(
        scribe.write(
          id,
          ["run_created", undefined, { steps: tableOf([{ step: "a" }]), tags: {}, config: {} }],
          ["run_started"],
          ...succeeded(0, outputs && { outputs } as never),
          finished("success"),
        ),
      );
    await run("r1");
    await run("r2", [{ unchanged: true }]);
    await world.reopen();
    await run("r3", [{ unchanged: true }]);
    await world.holds(async (store) => {
      const facts = (await store.facts()).asset("a", UNIT).at(0);
      assert.deepEqual([facts?.dataVersion, facts?.changedSeq, facts?.materializedSeq, facts?.runId], [
        "r1/0",
        4,
        14,
        "r3",
      ]);
      assert.deepEqual((await store.materializations("a")).map(({ runId }) => runId), ["r1"]);
    });
    await run("r4", [{ dataVersion: "same" }]);
    await run("r5", [{ dataVersion: "same" }]);
    await world.holds(async (store) => {
      const facts = (await store.facts()).asset("a", UNIT).at(0);
      assert.deepEqual([facts?.dataVersion, facts?.changedSeq, facts?.readSeq], ["same", 19, 23]);
    });
  },

  "takes reports of values made elsewhere": async (world) => {
    const { scribe } = world;
    await world.append(
      scribe.write(
        "",
        report("daily", "2026-01-02", "v1", "hand"),
        report("daily", "2026-01-04"),
        report("unit", undefined, "u"),
      ),
    );
    await world.reopen();
    await world.append(
      daily(scribe, "r1", "2026-01-04", 2),
      scribe.write("", report("daily", "2026-01-02", "v1")),
    );
    await world.holds(async (store) => {
      const facts = await januaryOf(store);
      assert.deepEqual(keysOf(facts), ["2026-01-02", "2026-01-04", "2026-01-05"]);
      assert.deepEqual([facts.at(1)?.changedSeq, facts.at(1)?.runId, facts.at(3)?.runId], [
        1,
        undefined,
        "r1",
      ]);
      const made = await store.materializations("daily");
      assert.deepEqual(
        made.map(({ partitionKey, runId, dataVersion }) => [partitionKey, runId, dataVersion]),
        [
          ["2026-01-02", undefined, "v1"],
          ["2026-01-05", "r1", "r1/1"],
          ["2026-01-04", "r1", "r1/0"],
          ["2026-01-04", undefined, "reported/2"],
          ["2026-01-02", undefined, "v1"],
        ],
      );
      assert.deepEqual(
        (await store.materializations("daily", { partition: "2026-01-02", limit: 5 })).map(({ metadata }) =>
          metadata
        ),
        [undefined, { by: "hand" }],
      );
      assert.equal((await store.materializations("daily", { limit: 2 })).length, 2);
      assert.equal((await store.materializations("unit"))[0].dataVersion, "u");
      assert.deepEqual(await store.materializations("nothing"), []);
    });
  },

  "lists materializations page by page, also of runs that overlap and of steps that make several": async (
    world,
  ) => {
    const { scribe } = world;
    const steps = tableOf([{ step: "daily", partitions: days("2026-01-01", 4), chunkSize: 2 }]);
    await world.append(scribe.create("long", steps), scribe.write("long", ...succeeded(0)));
    await world.append(
      daily(scribe, "r1", "2026-01-01", 2),
      scribe.write("", report("daily", "2026-01-09")),
      daily(scribe, "r2", "2026-01-01", 3),
      daily(scribe, "r3", "2026-01-04", 1),
    );
    await world.reopen();
    await world.append(scribe.write("long", ...succeeded(1), finished("success")));
    await world.holds(async (store) => {
      const all = await store.materializations("daily");
      assert.deepEqual(
        all.map(({ runId, partitionKey }) => `${runId ?? ""} ${partitionKey?.slice(8)}`),
        [
          "long 03",
          "long 04",
          "r3 04",
          "r2 03",
          "r2 02",
          "r2 01",
          " 09",
          "r1 02",
          "r1 01",
          "long 01",
          "long 02",
        ],
      );
      for (let limit = 1; limit <= all.length; limit++) {
        const pages = [];
        let page = await store.materializations("daily", { limit });
        for (let last; (last = page.at(-1));) {
          pages.push(...page);
          page = await store.materializations("daily", { limit, before: last });
        }
        assert.deepEqual(pages, all, `pages of ${limit}`);
      }
      const third = { partition: "2026-01-03", limit: 1 };
      const [newest] = await store.materializations("daily", third);
      const [older] = await store.materializations("daily", { ...third, before: newest });
      assert.deepEqual([newest?.runId, older?.runId], ["long", "r2"]);
    });
  },

  "forgets what is wiped, and no more": async (world) => {
    const { scribe } = world;
    await world.append(
      daily(scribe, "r1", "2026-01-01", 10),
      scribe.wholeRun("r2", tableOf([{ step: "unit" }])),
    );
    await world.append(
      scribe.write("", ["asset_wiped", undefined, { asset: "daily", partitions: days("2026-01-03", 3) }]),
    );
    await world.reopen();
    await world.append(daily(scribe, "r3", "2026-01-04", 1));
    await world.append(scribe.write("", ["asset_wiped", undefined, { asset: "unit" }]));
    await world.holds(async (store) => {
      const facts = await januaryOf(store);
      assert.deepEqual([...facts.materialized.ranges()], [[0, 2], [3, 4], [5, 10]]);
      assert.equal(facts.at(3)?.runId, "r3");
      assert.equal((await store.facts()).asset("unit", UNIT).materialized.size, 0);
      assert.equal((await store.materializations("daily")).length, 11);
    });
    await world.append(scribe.write("", ["asset_wiped", undefined, { asset: "daily" }]));
    await world.holds(async (store) => assert.equal((await januaryOf(store)).materialized.size, 0));
  },

  "keeps dynamic keys in the order in which they were added": async (world) => {
    const { scribe } = world;
    const change = (how: "added" | "removed", ...keys: string[]) =>
      world.append(scribe.write("", [`partitions_${how}`, undefined, { name: "who", keys }]));
    await change("added", "a", "b", "c");
    await world.append(scribe.wholeRun("r", tableOf([{ step: "x", partitions: names("a", "b") }])));
    await change("removed", "b", "z");
    await world.reopen();
    await change("added", "d", "b", "a");
    await world.append(scribe.write("", ["partitions_added", undefined, { name: "other", keys: ["a"] }]));
    await world.holds(async (store) => {
      const facts = await store.facts();
      assert.deepEqual(facts.dynamicKeys("who"), ["a", "c", "d", "b"]);
      assert.deepEqual([facts.dynamicKeys("other"), facts.dynamicKeys("none")], [["a"], []]);
      assert.deepEqual(keysOf(facts.asset("x", spaceOf(facts.dynamicKeys("who")))), ["a", "b"]);
    });
  },

  "keeps the latest verdict of each check and partition": async (world) => {
    const { scribe } = world;
    const verdict = (check: string, passed: boolean, partition?: string): Entry => ["check_evaluated", 0, {
      asset: "daily",
      check,
      passed,
      severity: "warn",
      blocking: true,
      description: `${check} was looked at`,
      metadata: { nulls: 3 },
      ...(partition !== undefined && { partition }),
    }];
    const table = tableOf([{ step: "daily" }]);
    await world.append(
      scribe.write(
        "r1",
        ["run_created", undefined, { steps: table, tags: {}, config: {} }],
        ["run_started"],
        verdict("rows", false, "x"),
        verdict("rows", true, "y"),
        verdict("whole", true),
      ),
      scribe.write(
        "r2",
        ["run_created", undefined, { steps: table, tags: {}, config: {} }],
        ["run_started"],
        verdict("rows", true, "x"),
      ),
    );
    await world.holds(async (store) => {
      const latest = await store.checks({ asset: "daily" });
      assert.deepEqual(
        latest.map(({ check, partition, passed, runId }) => [check, partition, passed, runId]),
        [
          ["rows", "x", true, "r2"],
          ["whole", undefined, true, "r1"],
          ["rows", "y", true, "r1"],
        ],
      );
      assert.deepEqual(latest[0], {
        asset: "daily",
        check: "rows",
        passed: true,
        severity: "warn",
        blocking: true,
        description: "rows was looked at",
        metadata: { nulls: 3 },
        partition: "x",
        atMs: timeOf(8),
        runId: "r2",
      });
      assert.deepEqual((await store.checks({ runId: "r1" })).map(({ passed }) => passed), [
        true,
        true,
        false,
      ]);
      assert.equal((await store.checks({ asset: "daily", limit: 1 })).length, 1);
      assert.deepEqual(await store.checks({ asset: "other" }), []);
      assert.equal((await store.run("r1"))?.checks.warned, 1);
    });
  },
};
