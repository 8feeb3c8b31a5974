/** Runs and steps in a store. */
import assert from "node:assert/strict";
import type { BackfillFilter } from "../../stores/store.ts";
import { created, days, type Entry, failed, finished, succeeded, tableOf, timeOf } from "./scribe.ts";
import type { StoreCheck } from "./world.ts";

const error = { name: "TypeError", message: "x is not a function", stack: "at x" };

export const RUN_CHECKS: { readonly [title: string]: StoreCheck } = {
  "follows a run from its creation to its end": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }, { step: "b" }, { step: "c" }, { step: "d" }, { step: "e" }]);
    const more = { job: "nightly", backfill: "b1", parent: "r0", tags: { team: "core" }, config: {} };
    await world.append(scribe.write("r1", created(table, more)));
    const record = await world.store.run("r1");
    assert.deepEqual([record?.status, record?.startedMs, record?.createdMs], [
      "queued",
      undefined,
      timeOf(1),
    ]);
    await world.append(scribe.write("r1", ["run_started"], ...succeeded(0), ...failed(1)));
    assert.equal((await world.store.run("r1"))?.status, "running");
    await world.append(scribe.write(
      "r1",
      ["step_skipped", 2, { reason: "nothing to do" }],
      ["step_upstream_failed", 3, { cause: 1, via: 1 }],
      ["run_canceling", undefined, { reason: "asked to" }],
      ["step_canceled", 4, { reason: "asked to" }],
      ["check_evaluated", 0, { ...verdict, severity: "error" }],
      ["check_evaluated", 0, { ...verdict, severity: "warn", check: "soft" }],
      ["check_evaluated", 0, { ...verdict, passed: true, check: "fine" }],
      ["run_finished", undefined, { status: "canceled", error }],
    ));
    await world.holds(async (store) => {
      assert.deepEqual(await store.run("r1"), {
        id: "r1",
        status: "canceled",
        job: "nightly",
        backfill: "b1",
        parent: "r0",
        priority: 0,
        waitsFor: undefined,
        tags: { team: "core" },
        createdMs: timeOf(1),
        startedMs: timeOf(2),
        finishedMs: timeOf(14),
        steps: { total: 5, success: 1, failed: 1, skipped: 1, upstreamFailed: 1, canceled: 1 },
        checks: { failed: 1, warned: 1 },
        recoveries: 0,
        error,
      });
      assert.equal(await store.run("r2"), undefined);
      assert.equal(store.lastSeq, scribe.seq);
    });
  },

  "keeps what a queued run waits for, its priority and its key": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }]);
    const key = { priority: 2, concurrency: { key: "tenant", limit: 3, whenBusy: "skip" as const } };
    await world.append(
      scribe.write("r1", created(table, key), ["run_queued", undefined, { waitsFor: "runs" }]),
    );
    await world.append(
      scribe.write("r2", created(table), ["run_started"], ["run_interrupted", undefined, { reason: "gone" }]),
    );
    await world.append(scribe.write("r2", ["run_queued", undefined, { waitsFor: "runs of the key k" }]));
    await world.append(
      scribe.write("r3", created(table), ["run_queued", undefined, { waitsFor: "runs" }], ["run_started"]),
    );
    await world.holds(async (store) => {
      const runs = await store.runs();
      assert.deepEqual(runs.map(({ id, status, waitsFor, priority }) => [id, status, waitsFor, priority]), [
        ["r3", "running", undefined, 0],
        ["r2", "queued", "runs of the key k", 0],
        ["r1", "queued", "runs", 2],
      ]);
      const { priority, concurrency } = await store.plan("r1") ?? {};
      assert.deepEqual({ priority, concurrency }, key);
    });
  },

  "lists runs, newest first, by what is asked of them": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }]);
    for (let n = 1; n <= 7; n++) {
      const more = { ...(n % 2 === 0 && { job: "even" }), ...(n > 4 && { backfill: "late" }) };
      await world.append(scribe.create(`r${n}`, table, { ...more, ...(n === 3 && { parent: "r1" }) }));
    }
    await world.append(scribe.write("r2", ...succeeded(0), finished("success")));
    await world.append(scribe.write("r6", ...failed(0), finished("failed")));
    await world.holds(async (store) => {
      const ids = async (filter?: Parameters<typeof store.runs>[0]) =>
        (await store.runs(filter)).map(({ id }) => id);
      assert.deepEqual(await ids(), ["r7", "r6", "r5", "r4", "r3", "r2", "r1"]);
      assert.deepEqual(await ids({ limit: 3 }), ["r7", "r6", "r5"]);
      assert.deepEqual(await ids({ limit: 3, before: "r5" }), ["r4", "r3", "r2"]);
      assert.deepEqual(await ids({ job: "even" }), ["r6", "r4", "r2"]);
      assert.deepEqual(await ids({ job: "even", status: ["failed", "success"] }), ["r6", "r2"]);
      assert.deepEqual(await ids({ backfill: "late", before: "r7" }), ["r6", "r5"]);
      assert.deepEqual(await ids({ parent: "r1" }), ["r3"]);
      assert.deepEqual(await ids({ job: "odd" }), []);
    });
  },

  "tells of every step what became of it": async (world) => {
    const { scribe } = world;
    const table = tableOf([
      { step: "raw", partitions: days("2026-01-01", 3) },
      {
        step: "mart",
        kind: "multi-asset",
        outputs: ["p", "q"].map((asset) => ({ asset, codeVersion: "1" })),
      },
      { step: "end" },
    ]);
    const outputs = [{
      output: 1,
      dataVersion: "v",
      metadata: { rows: 3, nested: { list: [1, null, "x"] } },
    }];
    await world.append(
      scribe.create("r", table),
      scribe.write(
        "r",
        ["step_started", 0],
        ["step_retrying", 0, { error, delayMs: 5 }],
        ...succeeded(3, { outputs }),
      ),
      scribe.write("r", ["step_started", 0, undefined, 2], ["step_failed", 0, { error }, 2], ...succeeded(1)),
      scribe.write("r", ["step_upstream_failed", 4, { cause: 0, via: 0 }], finished("failed")),
    );
    await world.holds(async (store) => {
      const steps = await store.steps("r");
      assert.deepEqual(steps.map(({ status }) => status), [
        "failed",
        "success",
        "pending",
        "success",
        "upstream_failed",
      ]);
      const [first, second, , mart, last] = steps;
      assert.deepEqual([first.attempts, first.error, first.partitionKeys], [2, error, ["2026-01-01"]]);
      assert.deepEqual([first.startedMs, first.finishedMs], [timeOf(3), timeOf(8)]);
      assert.deepEqual([second.name, second.outputs], ["raw", [{ asset: "raw" }]]);
      assert.deepEqual(mart.outputs, [{ ...outputs[0], asset: "q" }, { asset: "p" }]);
      assert.deepEqual([last.chain, last.name], [[0], "end"]);
      assert.deepEqual(await store.steps("r", { from: 1, to: 3 }), steps.slice(1, 3));
      assert.deepEqual(await store.steps("nobody"), []);
    });
  },

  "gives back what a run was created with": async (world) => {
    const table = tableOf([
      { step: "raw", codeVersion: "7", partitions: days("2026-01-01", 400), chunkSize: 100 },
      { step: "raw:check", kind: "check", outputs: [] },
      {
        step: "cells",
        partitions: {
          kind: "multi",
          dimensions: ["d", "n"],
          runs: [{ outer: days("2026-01-01", 2), inner: { kind: "names", names: ["x", "y"] } }],
        },
      },
    ]);
    const config = { raw: { since: "2026", list: [1, { deep: true }] } };
    await world.append(world.scribe.create("r", table, { config, tags: { a: "1" } }));
    await world.holds(async (store) => {
      const plan = await store.plan("r");
      assert.deepEqual([plan?.config, plan?.tags], [config, { a: "1" }]);
      assert.deepEqual([plan?.steps.count, plan?.steps.nodeCount], [table.count, 3]);
      for (let node = 0; node < 3; node++) assert.deepEqual(plan?.steps.node(node), table.node(node));
      assert.deepEqual(plan?.steps.partitionKeys(table.count - 1), ["2026-01-02|y"]);
      assert.deepEqual(plan?.steps.identities(3), table.identities(3));
      assert.equal(await store.plan("nobody"), undefined);
    });
  },

  "lets a run that was interrupted go on": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }, { step: "b" }, { step: "c" }]);
    await world.append(scribe.create("r", table), scribe.write("r", ...succeeded(0), ["step_started", 1]));
    await world.reopen();
    assert.deepEqual((await world.store.runs({ status: ["running"] })).map(({ id }) => id), ["r"]);
    await world.append(scribe.write("r", ["run_interrupted", undefined, { reason: "killed" }]));
    await world.reopen();
    assert.deepEqual((await world.store.steps("r")).map(({ status }) => status), [
      "success",
      "running",
      "pending",
    ]);
    await assert.rejects(world.append(scribe.write("r", ["step_started", 0])), { code: "EVENT_REFUSED" });
    const rest: Entry[] = [
      ["step_started", 1, undefined, 2],
      ["step_succeeded", 1, undefined, 2],
      ...succeeded(2),
    ];
    await world.append(scribe.write("r", ["run_started"], ...rest, finished("success")));
    await world.holds(async (store) => {
      const record = await store.run("r");
      assert.deepEqual([record?.status, record?.steps.success, record?.startedMs], ["success", 3, timeOf(2)]);
      assert.equal((await store.steps("r"))[1].attempts, 2);
    });
  },

  "counts how often a run was gone on with in vain, and keeps those that are parked": async (world) => {
    const { scribe } = world;
    const gone: Entry = ["run_interrupted", undefined, { reason: "killed" }];
    const recovered = (count: number): readonly Entry[] => [
      ["run_recovered", undefined, { count, steps: [1] }],
      ["run_started"],
    ];
    await world.append(
      scribe.create("r", tableOf([{ step: "a" }, { step: "b" }])),
      scribe.write("r", ...succeeded(0), ["step_started", 1], gone),
    );
    await assert.rejects(world.append(scribe.write("r", ...recovered(1), ...recovered(2))), {
      code: "EVENT_REFUSED",
    });
    await world.append(scribe.write("r", ...recovered(1), ["step_started", 1, undefined, 2], gone));
    await world.append(scribe.write("r", ...recovered(2), gone));
    await world.holds(async (store) => assert.equal((await store.run("r"))?.recoveries, 2));
    await world.append(scribe.write("r", ["run_parked", undefined, { reason: "too often" }]));
    await world.holds(async (store) => {
      const [parked] = await store.runs({ status: ["parked"] });
      assert.deepEqual([parked.id, parked.recoveries, parked.error], ["r", 2, {
        name: "RunParked",
        message: "too often",
        code: "RUN_PARKED",
      }]);
    });
    await world.append(
      scribe.write("r", ...recovered(1), ["step_started", 1, undefined, 3]),
      scribe.write("r", ["step_succeeded", 1, undefined, 3]),
    );
    await world.holds(async (store) => {
      const run = await store.run("r");
      assert.deepEqual([run?.status, run?.recoveries, run?.error], ["running", 0, undefined]);
    });
  },

  "keeps backfills and the runs that belong to them": async (world) => {
    const { scribe } = world;
    const table = tableOf([{ step: "a" }]);
    const begin = (
      id: string,
    ): Entry => ["backfill_created", undefined, { id, plan: { of: id, list: [1] }, tags: { k: id } }];
    const end = (id: string, status: string): Entry => ["backfill_finished", undefined, { id, status }];
    await world.append(scribe.write("", begin("b1"), begin("b2")));
    await world.append(
      scribe.wholeRun("r1", table, { backfill: "b1" }),
      scribe.create("r2", table, { backfill: "b1" }),
    );
    await world.append(scribe.write("", end("b1", "interrupted")));
    await world.reopen();
    assert.equal((await world.store.backfill("b1"))?.status, "interrupted");
    await world.append(scribe.write("", end("b1", "failed"), end("b2", "success"), begin("b3")));
    await assert.rejects(world.append(scribe.write("", end("b1", "success"))), { code: "EVENT_REFUSED" });
    await world.holds(async (store) => {
      assert.deepEqual(await store.backfill("b1"), {
        id: "b1",
        status: "failed",
        createdMs: timeOf(1),
        finishedMs: timeOf(11),
        plan: { of: "b1", list: [1] },
        runs: ["r1", "r2"],
        tags: { k: "b1" },
      });
      assert.deepEqual((await store.backfills()).map(({ id, status }) => [id, status]), [
        ["b3", "running"],
        ["b2", "success"],
        ["b1", "failed"],
      ]);
      const page = async (filter: BackfillFilter) => (await store.backfills(filter)).map(({ id }) => id);
      assert.deepEqual(await page({ limit: 1 }), ["b3"]);
      assert.deepEqual(await page({ limit: 1, before: "b3" }), ["b2"]);
      assert.deepEqual(await page({ before: "b2" }), ["b1"]);
      assert.deepEqual([await page({ before: "b1" }), await page({ before: "b9" })], [[], []]);
      assert.equal(await store.backfill("b9"), undefined);
    });
  },
};

const verdict = { asset: "a", check: "hard", passed: false, severity: "error", blocking: false } as const;
