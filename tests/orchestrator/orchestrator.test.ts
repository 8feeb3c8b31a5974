import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  definitions,
  dynamicPartitions,
  explain,
  formatBackfillPlan,
  formatPlan,
  monthlyPartitions,
  multiPartitions,
  type OrchestratorOptions,
  output,
  SluiceError,
  staticPartitions,
} from "sluice";
import { inFolder } from "../support/folder.ts";
import { outline } from "../planner/world.ts";

const MEMORY: OrchestratorOptions = { store: "memory", defaultIO: "memory" };

const days = dailyPartitions({ start: "2026-01-01", end: "2026-03-01" });
const months = monthlyPartitions({ start: "2026-01-01", end: "2026-03-01" });
const raw = defineAsset({
  key: "raw",
  partitions: days,
  run: ({ partition }) => Number(partition.key.slice(-2)),
});
const clean = defineAsset({
  key: "clean",
  deps: { raw },
  partitions: days,
  run: ({ inputs }) => inputs.raw * 2,
});
const month = defineAsset({
  key: "month",
  deps: { clean },
  partitions: months,
  run: async ({ inputs }) => {
    let sum = 0;
    for await (const value of inputs.clean.values()) sum += value;
    return output(sum, { metadata: { days: inputs.clean.size } });
  },
});
const all = definitions({
  assets: [raw, clean, month],
  jobs: [defineJob({ name: "daily", selection: "raw clean" })],
});

describe("an orchestrator", () => {
  test("runs a partition and remembers it", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const { id, status, record } = await sluice.materialize("raw clean", {
      partitions: "2026-01-05",
      tags: { by: "test" },
    });
    assert.equal(status, "success");
    assert.equal(await sluice.load(clean, "2026-01-05"), 10);
    assert.deepEqual([record.steps.total, record.steps.success, record.tags], [2, 2, { by: "test" }]);
    assert.deepEqual(
      (await sluice.steps(id)).map(({ name, partitionKeys, status }) => [name, partitionKeys, status]),
      [
        ["raw", ["2026-01-05"], "success"],
        ["clean", ["2026-01-05"], "success"],
      ],
    );
    const { materialized } = await sluice.partitions(clean);
    assert.deepEqual([...materialized.indices()], [4]);
    const [made] = await sluice.materializations("clean");
    assert.deepEqual([made.partitionKey, made.runId], ["2026-01-05", id]);
  });

  test("backfills in waves, and then has nothing to do", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const { status, runs } = await sluice.backfill({ partitionsPerRun: 20 });
    assert.equal(status, "success");
    assert.equal(runs.length, 4);
    assert.equal(await sluice.load(month, "2026-02-01"), 2 * (28 * 29 / 2));
    assert.equal((await sluice.planBackfill()).cellCount, 0);
    assert.equal((await sluice.plan({ scope: "stale" })).ranks.length, 0);
    const [backfill] = await sluice.backfills();
    assert.deepEqual([backfill.status, backfill.runs.length], ["success", 4]);
    const [february] = await sluice.materializations(month, { partition: "2026-02-01" });
    assert.deepEqual(february.metadata, { days: 28 });
  });

  test("makes wiped days again, and what depends on them", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    await sluice.backfill({});
    assert.equal(await sluice.wipe(raw, ["2026-01-10", "2026-01-11", "2026-02-20"]), 3);
    const plan = await sluice.plan({ scope: "missing" });
    assert.deepEqual(outline(plan), [
      "raw 2026-01-10...2026-01-11 2026-02-20 (3)",
      "clean 2026-01-10...2026-01-11 2026-02-20 (3)",
      "month 2026-01-01...2026-02-01 (2)",
    ]);
    assert.equal((await sluice.execute(plan)).status, "success");
    assert.equal((await sluice.plan({ scope: "missing" })).ranks.length, 0);
  });

  test("finds values that were deleted behind its back", async () => {
    await inFolder(async (folder) => {
      await using sluice = createOrchestrator(all, { folder, store: "memory" });
      await sluice.backfill({});
      const { rmSync } = await import("node:fs");
      for (const day of ["2026-01-03", "2026-01-04"]) rmSync(sluice.locate(raw, day) as string);
      assert.equal((await sluice.plan({ scope: "missing" })).ranks.length, 0);
      const plan = await sluice.plan({ scope: "missing", verifyIO: true });
      assert.deepEqual(outline(plan), [
        "raw 2026-01-03...2026-01-04 (2)",
        "clean 2026-01-03...2026-01-04 (2)",
        "month 2026-01-01 (1)",
      ]);
      assert.equal(explain(plan)[0].because[0].text, "its stored value is gone");
    });
  });

  test("leaves out what depends on a failure, and runs it again from there", async () => {
    let isBroken = true;
    const flaky = defineAsset({
      key: "flaky",
      partitions: days,
      run: ({ partition }) => {
        if (isBroken && partition.key === "2026-02-14") throw new Error("closed on Saturdays");
        return 1;
      },
    });
    const total = defineAsset({
      key: "total",
      deps: { flaky },
      partitions: months,
      run: ({ inputs }) => inputs.flaky.size,
    });
    await using sluice = createOrchestrator(definitions({ assets: [flaky, total] }), MEMORY);
    const { status, runs } = await sluice.backfill({});
    assert.equal(status, "failed");
    assert.equal((await sluice.partitions(total)).materialized.size, 1);
    const failed = (await sluice.steps(runs[0].id)).filter((step) => step.status === "failed");
    assert.equal(failed[0].error?.message, "closed on Saturdays");
    assert.deepEqual(outline(await sluice.plan({ scope: "failed" })), [
      "flaky 2026-02-14 (1)",
      "total 2026-02-01 (1)",
    ]);
    isBroken = false;
    const again = await sluice.rerun(runs[0].id);
    assert.deepEqual([again.status, again.record.parent, again.record.steps.total], [
      "success",
      runs[0].id,
      1,
    ]);
    assert.equal((await sluice.backfill({})).status, "success");
    assert.equal((await sluice.partitions(total)).materialized.size, 2);
    await assert.rejects(sluice.rerun(again.id), /every step[^]*succeeded/i);
  });

  test("does not make what reads a value that a blocking check refused", async () => {
    const checked = defineCheck({
      asset: raw,
      name: "small",
      blocking: true,
      run: ({ value }) => value < 31,
    });
    await using sluice = createOrchestrator(
      definitions({ assets: [raw, clean, month], checks: [checked] }),
      MEMORY,
    );
    assert.equal((await sluice.backfill({})).status, "failed");
    assert.deepEqual([...(await sluice.partitions(clean)).materialized.indices()].includes(30), false);
    assert.equal((await sluice.partitions(clean)).materialized.size, 58);
    assert.equal((await sluice.partitions(month)).materialized.size, 1);
    const results = await sluice.checks(raw);
    assert.equal(results.filter((result) => !result.passed).length, 1);
  });

  test("reads saved plans back, and runs them later", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const plan = await sluice.plan({
      select: "raw clean",
      scope: "missing",
      partitions: { start: "2026-01-01", end: "2026-01-03" },
    });
    const read = await sluice.parsePlan(JSON.parse(JSON.stringify(formatPlan(plan))));
    assert.deepEqual(outline(read), outline(plan));
    assert.equal((await sluice.execute(read)).status, "success");
    const backfill = await sluice.planBackfill({ runs: 7 });
    const again = await sluice.parseBackfillPlan(JSON.parse(JSON.stringify(formatBackfillPlan(backfill))));
    assert.deepEqual([again.runCount, again.cellCount], [backfill.runCount, backfill.cellCount]);
    await assert.rejects(sluice.parsePlan({}), /PLAN_INVALID/);
  });

  test("takes reports of values made elsewhere, and knows what they make stale", async () => {
    const feed = defineExternalAsset({ key: "feed", partitions: days });
    const copy = defineAsset({ key: "copy", after: [feed], partitions: days, run: () => 1 });
    await using sluice = createOrchestrator(definitions({ assets: [feed, copy] }), MEMORY);
    const reports = ["2026-01-01", "2026-01-02"].map((partition) => ({ partition, dataVersion: "1" }));
    await sluice.report(feed, reports);
    await sluice.materialize(copy, { partitions: "all" });
    await sluice.report(feed, reports);
    assert.equal((await sluice.plan({ scope: "stale" })).ranks.length, 0);
    await sluice.report("feed", { partition: "2026-01-02", dataVersion: "2" });
    const plan = await sluice.plan({ scope: "stale" });
    assert.deepEqual(outline(plan), ["copy 2026-01-02 (1)"]);
    assert.match(explain(plan)[0].because[0].text, /^upstream feed updated \d+ s ago$/);
    await assert.rejects(sluice.report(feed), /does not say which partition/);
    await assert.rejects(sluice.report(feed, { partition: "2025-01-01" }), SluiceError);
  });

  test("loads what there is, and tells a partition that has no value from one that there is not", async () => {
    const profile = defineAsset({ key: "profile", partitions: dynamicPartitions("users"), run: () => 7 });
    await using sluice = createOrchestrator(definitions({ assets: [profile] }), MEMORY);
    await sluice.addPartitions("users", ["ann", "bob"]);
    await sluice.materialize("profile", { partitions: "ann" });
    await assert.rejects(sluice.load("profile", "bob"), /VALUE_MISSING/);
    await assert.rejects(
      sluice.load("profile", "bop"),
      /PARTITION_UNKNOWN: profile has no partition "bop"[^]*Did you mean bob\?/,
    );
    await sluice.removePartitions("users", ["ann"]);
    assert.equal(await sluice.load("profile", "ann"), 7);
  });

  test("adds and removes partitions at run time", async () => {
    const profile = defineAsset({
      key: "profile",
      partitions: dynamicPartitions("users"),
      run: ({ partition }) => partition.key.toUpperCase(),
    });
    await using sluice = createOrchestrator(definitions({ assets: [profile] }), MEMORY);
    await sluice.addPartitions("users", ["ann", "bob", "ann"]);
    assert.equal((await sluice.backfill({})).plan.cellCount, 2);
    await sluice.addPartitions("users", ["cyd"]);
    assert.deepEqual(outline((await sluice.backfill({})).plan.whole), ["profile cyd (1)"]);
    await sluice.removePartitions("users", ["ann"]);
    const { space, materialized } = await sluice.partitions(profile);
    assert.deepEqual([space.size, materialized.size, space.keyAt(0)], [2, 2, "bob"]);
    await assert.rejects(sluice.addPartitions("usrs", ["x"]), /No asset has dynamic partitions/);
    for (const key of ["a|b", "a...b", "a\nb", "", "\ud800"]) {
      await assert.rejects(
        sluice.addPartitions("users", ["dan", key]),
        /PARTITIONS_INVALID: .*partition key/,
      );
    }
    await sluice.addPartitions("users", ["caf\u00e9", "a,b"]);
    const twice = sluice.addPartitions("users", ["cafe\u0301"]);
    await assert.rejects(twice, /"caf\\u\{e9\}" and "cafe\\u\{301\}" differ only by their Unicode form/);
    assert.equal((await sluice.partitions(profile)).space.size, 4);
  });

  test("holds keys that are added to a dimension to the rules of dimensions", async () => {
    const cells = multiPartitions({ user: dynamicPartitions("users"), region: staticPartitions(["eu"]) });
    const profile = defineAsset({ key: "profile", partitions: cells, run: () => 1 });
    await using sluice = createOrchestrator(definitions({ assets: [profile] }), MEMORY);
    await assert.rejects(sluice.addPartitions("users", ["a,b"]), /holds U\+002C ','/);
    await sluice.addPartitions("users", ["ann"]);
    assert.equal((await sluice.partitions(profile)).space.keyAt(0), "eu|ann");
  });

  test("refuses to plan for a list of no partitions, and wipes none for one", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    for (const scope of ["all", "missing"] as const) {
      await assert.rejects(
        sluice.plan({ partitions: [], scope }),
        /PLAN_INVALID: The list of partitions is empty/,
      );
    }
    await assert.rejects(sluice.planBackfill({ partitions: [] }), /The list of partitions is empty/);
    assert.equal(await sluice.wipe("raw", []), 0);
  });

  test("runs jobs with their config and tags", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const { record } = await sluice.runJob("daily", { partitions: "2026-01-01" });
    assert.deepEqual([record.job, record.steps.total], ["daily", 2]);
    assert.equal((await sluice.rerun(record.id, { from: "start" })).record.job, "daily");
    await assert.rejects(sluice.runJob("dayly"), /Did you mean daily\?/);
  });

  test("cancels what is under way", async () => {
    const slow = defineAsset({
      key: "slow",
      run: ({ signal }) =>
        new Promise<number>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    const after = defineAsset({ key: "after", deps: { slow }, run: ({ inputs }) => inputs.slow });
    await using sluice = createOrchestrator(definitions({ assets: [slow, after] }), MEMORY);
    const controller = new AbortController();
    const running = sluice.materialize("*", { signal: controller.signal });
    setTimeout(() => controller.abort("enough"), 20);
    const { status, record } = await running;
    assert.deepEqual([status, record.steps.canceled], ["canceled", 2]);
    await assert.rejects(sluice.cancel("nothing"), /There is no run "nothing"/);
  });

  test("calls subscribers with what was recorded, in order", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const seen: string[] = [];
    const seqs: number[] = [];
    const end = sluice.subscribe((events) => {
      for (const event of events) {
        seen.push(event.type);
        seqs.push(event.seq);
      }
    });
    await sluice.materialize(raw, { partitions: "2026-01-01" });
    end();
    await sluice.materialize(raw, { partitions: "2026-01-02" });
    assert.deepEqual(seen, ["run_created", "run_started", "step_started", "step_succeeded", "run_finished"]);
    assert.deepEqual(seqs, [...seqs].sort((a, b) => a - b));
  });

  test("refuses what it cannot do, before anything is recorded", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    await assert.rejects(sluice.materialize("rwa"), /Did you mean raw\?/);
    await assert.rejects(
      sluice.materialize(raw, { partitions: "2026-01-32" }),
      /has no partition "2026-01-32"/,
    );
    await assert.rejects(
      sluice.execute(
        await createOrchestrator(definitions({ assets: [raw] }), MEMORY).plan({
          partitions: "all",
        }),
      ),
      /PLAN_OUTDATED/,
    );
    assert.deepEqual(await sluice.runs(), []);
    const lost = defineAsset({ key: "lost", io: "tape", run: () => 1 });
    assert.throws(() => createOrchestrator(definitions({ assets: [lost] }), MEMORY), /"tape"/);
    await sluice.close();
    await assert.rejects(sluice.runs(), /STORE_CLOSED/);
  });

  test("gives lists as a whole or page by page, and cuts none in silence", async () => {
    const many = staticPartitions(Array.from({ length: 1_300 }, (_, index) => `p${index}`));
    const noted = defineAsset({
      key: "noted",
      partitions: many,
      batch: true,
      run: ({ partitions, log }) => {
        for (const { key } of partitions) log.info(key);
        return partitions.map(({ key }) => [key, key] as const);
      },
      checks: { fine: { severity: "warn", run: () => true } },
    });
    await using sluice = createOrchestrator(definitions({ assets: [noted] }), MEMORY);
    const { id } = await sluice.materialize(noted, { partitions: "all" });
    assert.equal((await sluice.checks(noted)).length, 1_300);
    assert.equal((await sluice.checks(noted, { limit: 7 })).length, 7);
    const lines = await sluice.logs(id);
    assert.deepEqual(lines.map(({ message }) => message), Array.from(many.keys));
    const paged: string[] = [];
    for (let after = 0;;) {
      const page = await sluice.logs(id, { after, limit: 400 });
      paged.push(...page.map(({ message }) => message));
      if (page.length < 400) break;
      after = page[page.length - 1].seq;
    }
    assert.deepEqual(paged, Array.from(many.keys));
    for (let count = 0; count < 3; count++) await sluice.backfill({ scope: "failed" });
    const [newest, middle, oldest] = await sluice.backfills();
    assert.deepEqual(await sluice.backfills({ limit: 1, before: newest.id }), [middle]);
    assert.deepEqual(await sluice.backfills({ before: middle.id }), [oldest]);
  });
});
