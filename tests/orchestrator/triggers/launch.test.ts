/** Starting work under a given id, once, whoever asks and whenever. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  definitions,
  openSqliteStore,
  type Orchestrator,
  type OrchestratorOptions,
  tickRunId,
} from "sluice";
import { virtualClock } from "sluice/testing";
import { join } from "node:path";
import { EventBatch } from "../../../src/model/events/batch.ts";
import { inFolder } from "../../support/folder.ts";

/** An asset that waits until it is let go, one that is made at once, and days. */
function worldOf(options: Omit<OrchestratorOptions, "defaultIO"> = {}) {
  const made: string[] = [];
  let letGo = () => {};
  const gone = new Promise<void>((resolve) => letGo = resolve);
  const slow = defineAsset({
    key: "slow",
    run: async ({ run, signal }) => {
      const stop = new Promise<never>((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason))
      );
      stop.catch(() => {});
      made.push(run.id);
      await Promise.race([gone, stop]);
      return 1;
    },
  });
  const quick = defineAsset({ key: "quick", run: ({ run }) => made.push(run.id) });
  const days = defineAsset({
    key: "days",
    partitions: dailyPartitions({ start: "2026-01-01" }),
    run: ({ partition }) => partition.key,
  });
  const all = definitions({
    assets: [slow, quick, days],
    jobs: [defineJob({ name: "nightly", selection: [quick], tags: { by: "job" }, priority: 7 })],
  });
  const open = (): Orchestrator =>
    createOrchestrator(all, { store: "memory", defaultIO: "memory", ...options });
  return { made, letGo, open };
}

describe("launch", () => {
  test("resolves when the run is on record, long before its end", async () => {
    const { made, letGo, open } = worldOf();
    await using sluice = open();
    const { runId, isNew, ended } = await sluice.launch({
      id: "mine",
      select: "slow",
      tags: { why: "test" },
    });
    const record = await sluice.run("mine");
    assert.deepEqual([runId, isNew, record?.status, record?.tags], ["mine", true, "running", {
      why: "test",
    }]);
    letGo();
    assert.equal((await ended).status, "success");
    assert.deepEqual(made, ["mine"]);
  });

  test("counts a run that is queued as on record", async () => {
    const { letGo, open } = worldOf({ maxRuns: 1 });
    await using sluice = open();
    await sluice.launch({ select: "slow" });
    const { runId, ended } = await sluice.launch({ select: "quick" });
    assert.equal((await sluice.run(runId))?.status, "queued");
    letGo();
    assert.equal((await ended).status, "success");
  });

  test("starts nothing twice, however many ask at once", async () => {
    const { made, letGo, open } = worldOf();
    await using sluice = open();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => sluice.launch({ id: "one", select: "slow" })),
    );
    assert.equal(all.filter(({ isNew }) => isNew).length, 1);
    letGo();
    const ends = await Promise.all(all.map(({ ended }) => ended));
    assert.deepEqual([...new Set(ends.map(({ id, status }) => `${id} ${status}`))], ["one success"]);
    const later = await sluice.launch({ id: "one", select: "quick" });
    assert.deepEqual([later.isNew, (await later.ended).status], [false, "success"]);
    assert.deepEqual(made, ["one"]);
  });

  test("goes on with a run that was interrupted, also when recovery does so at the same time", () =>
    inFolder(async (folder) => {
      const { made, letGo, open } = worldOf({ folder, store: {} });
      const first = open();
      const { ended } = await first.launch({ id: "one", select: ["slow", "quick"] });
      await first.close({ graceMs: 0 });
      assert.equal((await ended).status, "interrupted");
      await using sluice = open();
      letGo();
      const again = sluice.launch({ id: "one", select: "slow" });
      const [{ isNew, ended: end }] = await Promise.all([again, sluice.recover()]);
      assert.deepEqual([isNew, (await end).status], [false, "success"]);
      assert.equal(made.length, 3);
      assert.deepEqual(new Set(made), new Set(["one"]));
    }));

  test("leaves a parked run to people", () =>
    inFolder(async (folder) => {
      const { open } = worldOf({ folder, store: {} });
      const first = open();
      await first.launch({ id: "one", select: "slow" });
      await first.close({ graceMs: 0 });
      const store = await openSqliteStore(join(folder, "history.sqlite"));
      const batch = new EventBatch("one", 1);
      batch.add("run_parked", { seq: store.lastSeq + 1, atMs: 0 }, { reason: "it kills" });
      await store.append([batch]);
      await store.close();
      await using sluice = open();
      const { isNew, ended } = await sluice.launch({ id: "one", select: "slow" });
      assert.deepEqual([isNew, (await ended).status], [false, "parked"]);
    }));

  test("runs a job with what it declares, and plans as of an instant", async () => {
    const { open } = worldOf({ clock: virtualClock(Date.UTC(2026, 0, 5, 12)) });
    await using sluice = open();
    const { runId, ended } = await sluice.launch({ job: "nightly", tags: { more: "yes" } });
    assert.equal((await ended).status, "success");
    const record = await sluice.run(runId);
    assert.deepEqual([record?.job, record?.tags, record?.priority], [
      "nightly",
      { by: "job", more: "yes" },
      7,
    ]);
    const atMs = Date.UTC(2026, 0, 3, 5);
    const of = async (request: object) => {
      const launched = await sluice.launch({ select: "days", ...request });
      await launched.ended;
      return (await sluice.steps(launched.runId)).flatMap(({ partitionKeys }) => partitionKeys);
    };
    assert.deepEqual(await of({ partitions: "all", atMs }), ["2026-01-01", "2026-01-02"]);
    assert.equal((await of({ partitions: "all" })).length, 4);
  });

  test("starts backfills once too", async () => {
    const { open } = worldOf();
    await using sluice = open();
    const asked = { id: "b", backfill: { select: "days", runs: 2 } };
    const all = await Promise.all([sluice.launch(asked), sluice.launch(asked)]);
    assert.deepEqual(all.map(({ isNew }) => isNew).sort(), [false, true]);
    const [one, other] = await Promise.all(all.map(({ ended }) => ended));
    assert.deepEqual([one.status, other.status, one.id, other.id], ["success", "success", "b", "b"]);
    assert.equal((await sluice.runs({ backfill: "b" })).length, 2);
  });

  test("rejects what cannot be created, and records nothing of it", async () => {
    const { open } = worldOf();
    await using sluice = open();
    const bad = (request: object, code: string) => assert.rejects(sluice.launch(request), { code });
    await bad({}, "USAGE");
    await bad({ job: "nightly", select: "quick" }, "USAGE");
    await bad({ job: "nigthly" }, "USAGE");
    await bad({ selct: "quick" }, "USAGE");
    await bad({ select: "quick", atMs: "now" }, "USAGE");
    await bad({ select: "quick", config: { quick: {} } }, "CONFIG_INVALID");
    assert.deepEqual(await sluice.runs(), []);
  });

  test("ids of ticks are texts like others, and their own", () => {
    const ids = Array.from({ length: 1_000 }, (_, n) => tickRunId("schedule:a", n * 60_000));
    assert.equal(new Set(ids).size, 1_000);
    assert.ok(ids.every((id) => /^[0-9a-hj-km-np-tv-z]{16}$/.test(id)));
    assert.notEqual(tickRunId("schedule:a", 1), tickRunId("schedule:b", 1));
    assert.notEqual(tickRunId("a", "1"), tickRunId("a", 1));
  });
});
