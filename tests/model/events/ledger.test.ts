import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import type { EventBatch } from "../../../src/model/events/batch.ts";
import { EVENT_KINDS, type OutputRecord } from "../../../src/model/events/event.ts";
import type { AssetFacts } from "../../../src/model/events/facts.ts";
import { Ledger } from "../../../src/model/events/ledger.ts";
import {
  dailyPartitions,
  dynamicPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
} from "../../../src/model/partitions/definition.ts";
import { openSpace, type PartitionSpace } from "../../../src/model/partitions/space.ts";
import { created, days, type Entry, finished, names, Scribe, tableOf, timeOf } from "./support.ts";

const UNIT = openSpace(undefined, { nowMs: 0, dynamicKeys: () => [] });

function open(
  partitions: Partitions,
  nowMs = Date.UTC(2026, 0, 31),
  keys: readonly string[] = [],
): PartitionSpace {
  return openSpace(partitions, { nowMs, dynamicKeys: () => keys });
}

/** The keys of the partitions of a set. */
function keysOf(facts: AssetFacts, which: "materialized" | "failed" = "materialized"): string[] {
  return Array.from(facts[which].indices(), (index) => facts.space.keyAt(index));
}

describe("a ledger", () => {
  test("knows what a run made, from what it read, and in which version", () => {
    const scribe = new Scribe(100);
    const ledger = new Ledger();
    const table = tableOf([{ step: "raw", codeVersion: "7" }, { step: "mart" }]);
    ledger.apply(scribe.create("r1", table));
    ledger.apply(
      scribe.write("r1", ["step_started", 0], ["step_succeeded", 0], ["step_started", 1, undefined, 1]),
    );
    ledger.apply(scribe.write(
      "r1",
      ["step_retrying", 1, { error: { name: "E", message: "" }, delayMs: 1 }],
      ["step_started", 1, undefined, 2],
      ["step_succeeded", 1, { outputs: [{ dataVersion: "abc" }] }, 2],
      finished("success"),
    ));
    const facts = ledger.facts();
    assert.equal(facts.seq, 109);
    assert.deepEqual(facts.asset("raw", UNIT).at(0), {
      materializedSeq: 104,
      changedSeq: 104,
      readSeq: 103,
      materializedMs: timeOf(104),
      changedMs: timeOf(104),
      dataVersion: "r1/0",
      codeVersion: "7",
      runId: "r1",
    });
    const mart = facts.asset("mart", UNIT);
    assert.deepEqual([mart.at(0)?.dataVersion, mart.at(0)?.readSeq, mart.at(0)?.codeVersion], [
      "abc",
      107,
      undefined,
    ]);
    assert.deepEqual([mart.newestChange, mart.oldestRead, mart.changedSeqAt(0), mart.readSeqAt(0)], [
      108,
      107,
      108,
      107,
    ]);
    assert.equal(facts.asset("nothing", UNIT).at(0), undefined);
    assert.equal(ledger.live.size, 0);
  });

  test("keeps the place of the last change when a version is equal or unchanged", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const run = (id: string, record?: OutputRecord, codeVersion?: string) =>
      ledger.apply(scribe.write(
        id,
        created(tableOf([{ step: "a", ...(codeVersion !== undefined && { codeVersion }) }])),
        ["run_started"],
        ["step_started", 0],
        ["step_succeeded", 0, record && { outputs: [record] }],
        finished("success"),
      ));
    const facts = () => ledger.facts().asset("a", UNIT).at(0);
    run("r1");
    assert.deepEqual([facts()?.dataVersion, facts()?.changedSeq], ["r1/0", 4]);
    run("r2", { unchanged: true }, "2");
    assert.deepEqual(
      { ...facts() },
      {
        dataVersion: "r1/0",
        changedSeq: 4,
        changedMs: timeOf(4),
        materializedSeq: 9,
        materializedMs: timeOf(9),
        readSeq: 8,
        runId: "r2",
        codeVersion: "2",
      },
    );
    run("r3", { dataVersion: "v" });
    run("r4", { dataVersion: "v" });
    assert.deepEqual([facts()?.dataVersion, facts()?.changedSeq, facts()?.materializedSeq], ["v", 14, 19]);
    run("r5");
    assert.deepEqual([facts()?.dataVersion, facts()?.changedSeq], ["r5/0", 24]);
    run("r6", { skipped: "no rows" });
    assert.deepEqual(facts()?.runId, "r5");
    ledger.apply(scribe.write("", ["asset_wiped", undefined, { asset: "a" }]));
    assert.equal(facts(), undefined);
    run("r7", { unchanged: true });
    assert.deepEqual([facts()?.dataVersion, facts()?.changedSeq], ["r7/0", 35]);
  });

  test("marks failed partitions and keeps their values, until they are made again", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const space = open(dailyPartitions({ start: "2026-01-01" }));
    const table = tableOf([{ step: "a", partitions: days("2026-01-02", 3) }]);
    ledger.apply(scribe.wholeRun("r1", table));
    const failure = { error: { name: "E", message: "no" } };
    ledger.apply(scribe.create("r2", tableOf([{ step: "a", partitions: days("2026-01-03", 3) }])));
    ledger.apply(
      scribe.write("r2", ["step_started", 0], ["step_failed", 0, failure], ["step_started", 2], [
        "step_failed",
        2,
        failure,
      ]),
    );
    let facts = ledger.facts().asset("a", space);
    assert.deepEqual(keysOf(facts), ["2026-01-02", "2026-01-03", "2026-01-04"]);
    assert.deepEqual(keysOf(facts, "failed"), ["2026-01-03", "2026-01-05"]);
    assert.equal(facts.at(space.indexOf("2026-01-03"))?.runId, "r1");
    assert.equal(facts.at(space.indexOf("2026-01-05")), undefined);
    ledger.apply(scribe.wholeRun("r3", tableOf([{ step: "a", partitions: days("2026-01-05", 1) }])));
    facts = ledger.facts().asset("a", space);
    assert.deepEqual(keysOf(facts, "failed"), ["2026-01-03"]);
    assert.equal(facts.at(space.indexOf("2026-01-05"))?.dataVersion, "r3/0");
  });

  test("counts what a step made before a blocking check failed it", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    ledger.apply(scribe.create("r", tableOf([{ step: "a" }])));
    const failure = { error: { name: "E", message: "no" }, outputs: [{ metadata: { rows: 1 } }] };
    ledger.apply(scribe.write("r", ["step_started", 0], ["step_failed", 0, failure]));
    const facts = ledger.facts().asset("a", UNIT);
    assert.deepEqual([facts.materialized.size, facts.failed.size, facts.at(0)?.dataVersion], [1, 1, "r/0"]);
  });

  test("tells the outputs and partitions of a batch apart", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const table = tableOf([{
      step: "both",
      kind: "multi-asset",
      outputs: [{ asset: "x", codeVersion: "1" }, { asset: "y", codeVersion: undefined }],
      partitions: names("a", "b", "c", "d", "e"),
      chunkSize: 3,
    }]);
    assert.equal(table.count, 2);
    ledger.apply(scribe.create("r", table));
    const outputs: OutputRecord[] = [
      { output: 1, dataVersion: "all" },
      { output: 1, partition: 1, dataVersion: "b's" },
      { partition: 2, skipped: "none" },
    ];
    ledger.apply(
      scribe.write("r", ["step_started", 0], ["step_succeeded", 0, { outputs }], ["step_started", 1], [
        "step_succeeded",
        1,
      ]),
    );
    const space = open(staticPartitions(["e", "d", "c", "b", "a"]));
    const [x, y] = ["x", "y"].map((asset) => ledger.facts().asset(asset, space));
    assert.deepEqual(keysOf(x), ["e", "d", "b", "a"]);
    assert.deepEqual(keysOf(y), ["e", "d", "c", "b", "a"]);
    assert.deepEqual([0, 1, 2, 3, 4].map((index) => y.at(index)?.dataVersion), [
      "r/1",
      "r/1",
      "all",
      "b's",
      "all",
    ]);
    assert.equal(x.at(0)?.codeVersion, "1");
    assert.deepEqual([...x.madeByOther("1").indices()], []);
    assert.deepEqual([...x.madeByOther(undefined).indices()], [0, 1, 3, 4]);
    assert.deepEqual([...y.madeByOther("1").indices()], [0, 1, 2, 3, 4]);
  });

  test("takes reports and wipes, with and without partitions", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const space = open(dailyPartitions({ start: "2026-01-01" }));
    const report = (key: string, dataVersion?: string): Entry => ["asset_reported", undefined, {
      asset: "ext",
      partition: { key, identity: Date.parse(`${key}T00:00Z`) },
      ...(dataVersion !== undefined && { dataVersion }),
    }];
    ledger.apply(
      scribe.write("", report("2026-01-05", "v1"), report("2026-01-07"), ["asset_reported", undefined, {
        asset: "unit",
      }]),
    );
    ledger.apply(scribe.write("", report("2026-01-05", "v1"), report("2026-01-07")));
    let facts = ledger.facts().asset("ext", space);
    assert.deepEqual(facts.at(4), {
      materializedSeq: 4,
      changedSeq: 1,
      readSeq: 4,
      materializedMs: timeOf(4),
      changedMs: timeOf(1),
      dataVersion: "v1",
      codeVersion: undefined,
      runId: undefined,
    });
    assert.deepEqual([...facts.changedAfter(3).indices()], [6]);
    assert.deepEqual([...facts.readBefore(5).indices()], [4]);
    assert.equal(facts.madeByOther("9").size, 0);
    assert.equal(ledger.facts().asset("unit", UNIT).at(0)?.dataVersion, "reported/3");
    ledger.apply(scribe.wholeRun("r", tableOf([{ step: "ext", partitions: days("2026-01-07", 2) }])));
    assert.deepEqual(keysOf(ledger.facts().asset("ext", space)), ["2026-01-05", "2026-01-07", "2026-01-08"]);
    ledger.apply(
      scribe.write("", ["asset_wiped", undefined, { asset: "ext", partitions: days("2026-01-04", 4) }]),
    );
    facts = ledger.facts().asset("ext", space);
    assert.deepEqual(keysOf(facts), ["2026-01-08"]);
    ledger.apply(
      scribe.write("", ["asset_wiped", undefined, { asset: "ext" }], ["asset_wiped", undefined, {
        asset: "never",
      }]),
    );
    assert.equal(ledger.facts().asset("ext", space).materialized.size, 0);
    assert.deepEqual(keysOf(facts), ["2026-01-08"]);
  });

  test("follows the definition when partitions are sliced anew", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    ledger.apply(scribe.wholeRun("r1", tableOf([{ step: "a", partitions: days("2026-01-01", 10) }])));
    const weekly = {
      kind: "time",
      cron: "0 0 * * 0",
      timezone: "UTC",
      format: "%G",
      starts: [Date.UTC(2026, 0, 4)],
    } as const;
    ledger.apply(
      scribe.wholeRun("r2", tableOf([{ step: "a", partitions: { ...weekly, format: "%Y-%m-%d" } }])),
    );
    const facts = ledger.facts().asset("a", open(dailyPartitions({ start: "2026-01-01" })));
    assert.equal(facts.materialized.size, 10);
    assert.equal(facts.at(3)?.runId, "r2");
    assert.equal(facts.at(4)?.runId, "r1");
    ledger.apply(scribe.wholeRun("r3", tableOf([{ step: "a", partitions: names("x") }])));
    ledger.apply(scribe.wholeRun("r4", tableOf([{ step: "a" }])));
    const now = ledger.facts();
    assert.equal(now.asset("a", open(staticPartitions(["x", "y"]))).materialized.size, 1);
    assert.equal(now.asset("a", UNIT).at(0)?.runId, "r4");
    assert.equal(now.asset("a", open(dailyPartitions({ start: "2026-01-01" }))).materialized.size, 10);
  });

  test("gives facts that may be let go, and are then not read", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    ledger.apply(scribe.wholeRun("r1", tableOf([{ step: "a" }])));
    const [read, unread, released] = [ledger.facts(), ledger.facts(), ledger.facts()];
    assert.equal(read.asset("a", UNIT).at(0)?.runId, "r1");
    read.releaseAssets?.();
    released.releaseAssets?.();
    ledger.apply(scribe.wholeRun("r2", tableOf([{ step: "a" }])));
    assert.equal(ledger.facts().asset("a", UNIT).at(0)?.runId, "r2");
    assert.equal(read.asset("a", UNIT).at(0)?.runId, "r1");
    assert.equal(unread.asset("a", UNIT).at(0)?.runId, "r1");
    assert.throws(() => released.asset("a", UNIT), /after their release/);
    assert.deepEqual(released.dynamicKeys("who"), []);
  });

  test("gives facts that do not change any more", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const cells = multiPartitions({
      day: dailyPartitions({ start: "2026-01-01" }),
      who: dynamicPartitions("who"),
    });
    const spaceOf = (keys: readonly string[]) => open(cells, undefined, keys);
    const madeOf = (keys: string[], first: string) => ({
      kind: "multi",
      dimensions: ["day", "who"],
      runs: [{ outer: days(first, 2), inner: names(...keys) }],
    } as const);
    ledger.apply(scribe.write("", ["partitions_added", undefined, { name: "who", keys: ["a", "b"] }]));
    ledger.apply(
      scribe.wholeRun("r1", tableOf([{ step: "c", partitions: madeOf(["a", "b"], "2026-01-02") }])),
    );
    const before = ledger.facts();
    ledger.apply(scribe.write("", ["partitions_removed", undefined, { name: "who", keys: ["a", "x"] }]));
    ledger.apply(
      scribe.wholeRun("r2", tableOf([{ step: "c", partitions: madeOf(["b"], "2026-01-03") }])),
    );
    ledger.apply(scribe.write("", ["partitions_added", undefined, { name: "who", keys: ["a", "c", "b"] }]));
    const after = ledger.facts();
    assert.deepEqual([before.dynamicKeys("who"), after.dynamicKeys("who")], [["a", "b"], ["b", "a", "c"]]);
    const then = before.asset("c", spaceOf(before.dynamicKeys("who")));
    const now = after.asset("c", spaceOf(after.dynamicKeys("who")));
    assert.deepEqual(keysOf(then), ["2026-01-02|a", "2026-01-02|b", "2026-01-03|a", "2026-01-03|b"]);
    assert.deepEqual(keysOf(now), [
      "2026-01-02|b",
      "2026-01-02|a",
      "2026-01-03|b",
      "2026-01-03|a",
      "2026-01-04|b",
    ]);
    assert.equal(then.at(then.space.indexOf("2026-01-03|b"))?.runId, "r1");
    assert.equal(now.at(now.space.indexOf("2026-01-03|b"))?.runId, "r2");
    assert.deepEqual([before.seq < after.seq, after.dynamicKeys("other")], [true, []]);
  });
});

describe("a ledger refuses", () => {
  const table = tableOf([{ step: "a" }, { step: "b" }]);
  const refused = (write: (scribe: Scribe) => EventBatch[], code = "EVENT_REFUSED") => {
    const ledger = new Ledger();
    const batches = write(new Scribe());
    const last = batches.pop() as EventBatch;
    for (const batch of batches) ledger.apply(batch);
    const before = ledger.live.get(last.runId)?.record();
    assert.throws(() => ledger.apply(last), { code });
    assert.deepEqual(ledger.live.get(last.runId)?.record(), before);
    return ledger;
  };

  test("steps that leave a final state, skip a state or do not exist", () => {
    refused((s) => [s.create("r", table), s.write("r", ["step_succeeded", 0])]);
    refused((s) => [s.create("r", table), s.write("r", ["step_started", 2])]);
    refused((
      s,
    ) => [
      s.create("r", table),
      s.write("r", ["step_started", 0], ["step_succeeded", 0]),
      s.write("r", ["step_started", 0]),
    ]);
    refused((
      s,
    ) => [
      s.create("r", table),
      s.write("r", ["step_upstream_failed", 1, { cause: 0, via: 0 }], ["step_started", 1]),
    ]);
  });

  test("the whole of a batch, and goes on where it was before", () => {
    const ledger = refused((s) => [
      s.create("r", table),
      s.write("r", ["step_started", 0]),
      s.write("r", ["step_succeeded", 0], ["step_started", 1], ["run_canceling", undefined, { reason: "" }], [
        "step_retrying",
        0,
      ]),
    ]);
    ledger.apply(
      new Scribe(10).write(
        "r",
        ["step_succeeded", 0],
        ["step_started", 1],
        ["step_succeeded", 1],
        finished("success"),
      ),
    );
    assert.deepEqual([...ledger.facts().asset("a", UNIT).materialized.indices()], [0]);
    assert.equal(ledger.facts().asset("a", UNIT).readSeqAt(0), 3);
  });

  test("runs that turn back, are created twice, or are over", () => {
    refused((s) => [s.create("r", table), s.write("r", ["run_started"])]);
    refused((s) => [s.create("r", table), s.create("r", table)]);
    refused((s) => [s.write("r", created(table), created(table))]);
    refused((s) => [s.create("r", table), s.write("r", finished("success"), ["step_log", 0, {}])]);
    refused((s) => [s.wholeRun("r", table), s.write("r", ["step_started", 0])], "RUN_UNKNOWN");
    refused((s) => [s.write("r", ["run_started"])], "RUN_UNKNOWN");
  });

  test("places that do not ascend, and kinds that belong elsewhere", () => {
    refused((s) => [s.create("r", table), new Scribe(1).write("r", ["step_started", 0])]);
    refused((s) => [s.create("r", table), s.write("r", ["asset_wiped", undefined, { asset: "a" }])]);
    refused((s) => [s.write("", ["step_started", 0])]);
  });

  test("backfills that end twice or begin twice", () => {
    const begin: Entry = ["backfill_created", undefined, { id: "b", plan: {}, tags: {} }];
    const end = (status: string): Entry => ["backfill_finished", undefined, { id: "b", status }];
    refused((s) => [s.write("", begin), s.write("", begin)]);
    refused((s) => [s.write("", end("success"))]);
    refused((s) => [s.write("", begin, end("interrupted"), end("success")), s.write("", end("failed"))]);
    refused((s) => [s.write("", begin, end("failed"), end("failed"))]);
  });
});

test("kinds of events are stored, and never change their numbers", () => {
  assert.deepEqual(Object.values(EVENT_KINDS), [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    10,
    11,
    12,
    13,
    14,
    15,
    16,
    20,
    30,
    40,
    41,
    42,
    43,
    50,
    51,
    54,
    55,
    56,
    60,
    61,
    62,
    63,
    70,
    71,
    72,
    73,
    74,
    75,
    90,
    91,
    92,
    95,
  ]);
});
