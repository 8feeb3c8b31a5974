import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineMultiAsset,
  definitions,
  type Orchestrator,
  shortCircuit,
  skip,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-09" });
const DAYS = Array.from({ length: 8 }, (_, day) => `2026-01-0${day + 1}`);

/** What becomes of each window when its body runs. */
type Fate = "ok" | "fail" | "skip";

class Bench {
  readonly fates: Map<string, Fate> = new Map();
  readonly made: string[] = [];
  readonly sluice: Orchestrator;

  constructor() {
    const daily = defineAsset({
      key: "daily",
      partitions: days,
      dependsOnPast: true,
      skippable: true,
      run: ({ partition }) => {
        this.made.push(partition.key);
        const fate = this.fates.get(partition.key) ?? "ok";
        if (fate === "fail") throw new Error("boom");
        return fate === "skip" ? skip("nothing new") : 1;
      },
    });
    const after = defineAsset({ key: "after", partitions: days, deps: { daily }, run: () => 2 });
    this.sluice = createOrchestrator(definitions({ assets: [daily, after] }), {
      store: "memory",
      defaultIO: "memory",
    });
  }

  /** Runs windows in one run; gives how each step of the asset ended. */
  async run(keys: readonly string[]): Promise<{ readonly [key: string]: string }> {
    const { id } = await this.sluice.materialize("daily", { partitions: keys });
    const steps = await this.sluice.steps(id);
    return Object.fromEntries(steps.map(({ partitionKeys, status }) => [partitionKeys[0], status]));
  }
}

describe("a step that depends on its past", () => {
  test("is not run when the window before was never made, and says which", async () => {
    const bench = new Bench();
    const plan = await bench.sluice.plan({ select: "daily", partitions: ["2026-01-03"] });
    assert.deepEqual(plan.warnings, [
      "daily will not run for 2026-01-03: it depends on its past, and the window before, 2026-01-02, was never made.",
    ]);
    const { id, status } = await bench.sluice.materialize("daily+", { partitions: ["2026-01-03"] });
    assert.equal(status, "failed");
    const steps = await bench.sluice.steps(id);
    assert.deepEqual(steps.map(({ name, status, reason, chain }) => ({ name, status, reason, chain })), [
      {
        name: "daily",
        status: "upstream_failed",
        reason: "it depends on its past, and the window before, 2026-01-02, was never made",
        chain: [],
      },
      { name: "after", status: "upstream_failed", reason: undefined, chain: [0] },
    ]);
    assert.deepEqual(bench.made, []);
  });

  test("runs the first window, then one after the other, and is not stale when the past is made again", async () => {
    const bench = new Bench();
    assert.deepEqual(await bench.run(DAYS.slice(0, 3)), {
      "2026-01-01": "success",
      "2026-01-02": "success",
      "2026-01-03": "success",
    });
    assert.deepEqual(bench.made, DAYS.slice(0, 3));
    await bench.run(["2026-01-01"]);
    const stale = await bench.sluice.plan({ select: "daily", partitions: "all", scope: "stale" });
    const [set] = stale.sets.values();
    assert.deepEqual([...set.subset.indices()].map((cell) => set.space.keyAt(cell)), DAYS.slice(3));
    assert.deepEqual(await bench.run(["2026-01-04"]), { "2026-01-04": "success" });
  });

  test("does not run behind a failure, in the same run or a later one, until that is mended", async () => {
    const bench = new Bench();
    bench.fates.set("2026-01-02", "fail");
    assert.deepEqual(await bench.run(DAYS.slice(0, 3)), {
      "2026-01-01": "success",
      "2026-01-02": "failed",
      "2026-01-03": "upstream_failed",
    });
    assert.deepEqual(await bench.run(["2026-01-03"]), { "2026-01-03": "upstream_failed" });
    bench.fates.clear();
    assert.deepEqual(await bench.run(["2026-01-02", "2026-01-03"]), {
      "2026-01-02": "success",
      "2026-01-03": "success",
    });
  });

  test("runs behind a window that was skipped, in the same run or a later one", async () => {
    const bench = new Bench();
    bench.fates.set("2026-01-02", "skip");
    assert.deepEqual(await bench.run(DAYS.slice(0, 2)), { "2026-01-01": "success", "2026-01-02": "skipped" });
    assert.deepEqual(await bench.run(["2026-01-03"]), { "2026-01-03": "success" });
    bench.fates.set("2026-01-04", "skip");
    assert.deepEqual(await bench.run(["2026-01-04", "2026-01-05"]), {
      "2026-01-04": "skipped",
      "2026-01-05": "success",
    });
  });

  test("is not cut off by a window before that cuts off what is downstream of it", async () => {
    const daily = defineAsset({
      key: "daily",
      partitions: days,
      dependsOnPast: true,
      skippable: true,
      run: ({ partition }) => partition.key === "2026-01-02" ? shortCircuit("a holiday") : 1,
    });
    const after = defineAsset({ key: "after", partitions: days, after: [daily], run: () => 2 });
    await using sluice = createOrchestrator(definitions({ assets: [daily, after] }), {
      store: "memory",
      defaultIO: "memory",
    });
    const { id } = await sluice.materialize("*", { partitions: DAYS.slice(0, 3) });
    const steps = await sluice.steps(id);
    assert.deepEqual(steps.map(({ name, partitionKeys: [key], status }) => `${name} ${key} ${status}`), [
      "daily 2026-01-01 success",
      "daily 2026-01-02 skipped",
      "daily 2026-01-03 success",
      "after 2026-01-01 success",
      "after 2026-01-02 skipped",
      "after 2026-01-03 success",
    ]);
  });

  test("makes the runs of a backfill follow each other", async () => {
    const bench = new Bench();
    const { status, runs } = await bench.sluice.backfill({ select: "daily", partitionsPerRun: 2 });
    assert.deepEqual([status, runs.length, bench.made], ["success", 4, DAYS]);
  });

  test("does as a walk over the windows says, whatever is asked for and whatever fails", async () => {
    const requests = fc.array(fc.subarray(DAYS, { minLength: 1 }), { minLength: 1, maxLength: 4 });
    const fates = fc.array(fc.constantFrom<Fate>("ok", "ok", "ok", "fail", "skip"), {
      minLength: 8,
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(requests.map(([first]) => first), fates), { minLength: 1, maxLength: 4 }),
        async (rounds) => {
          const bench = new Bench();
          /** What is known of each window: the latest of what became of it, where anything did. */
          const known = new Map<string, string>();
          const values = new Set<string>();
          for (const [keys, list] of rounds) {
            DAYS.forEach((day, index) => bench.fates.set(day, list[index]));
            const expected: Record<string, string> = {};
            for (const key of keys) {
              const before = DAYS[DAYS.indexOf(key) - 1];
              const past = before === undefined
                ? "success"
                : expected[before] ?? (known.get(before) === "failed"
                  ? "failed"
                  : values.has(before)
                  ? "success"
                  : known.get(before));
              const fate = bench.fates.get(key);
              expected[key] = past === "success" || past === "skipped"
                ? fate === "ok" ? "success" : fate === "fail" ? "failed" : "skipped"
                : "upstream_failed";
            }
            assert.deepEqual(await bench.run(keys), expected);
            for (const [key, end] of Object.entries(expected)) {
              if (end === "upstream_failed" && values.has(key)) continue;
              if (end === "success") values.add(key);
              known.set(key, end);
            }
          }
        },
      ),
      { numRuns: 60, seed: 41 },
    );
  });

  test("may be a multi-asset, and a batch whose chunks follow each other", async () => {
    const order: string[] = [];
    const { left } = defineMultiAsset({
      name: "pair",
      partitions: days,
      dependsOnPast: true,
      outputs: { left: { key: "left" }, right: { key: "right" } },
      run: ({ partition }) => {
        order.push(partition.key);
        return { left: 1, right: 2 };
      },
    });
    const all = definitions({ assets: [left, left["~step"].outputs[1]] });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    const { status } = await sluice.materialize("*", { partitions: DAYS.slice(0, 3) });
    assert.deepEqual([status, order], ["success", DAYS.slice(0, 3)]);
    const { status: next } = await sluice.materialize("*", { partitions: ["2026-01-06"] });
    assert.deepEqual([next, order.length], ["failed", 3]);
  });
});

describe("declarations that depend on their past", () => {
  test("need windows, and no trigger rule", () => {
    const refused = (spec: object, message: RegExp) =>
      assert.throws(
        () =>
          definitions({
            assets: [defineAsset({ key: "a", dependsOnPast: true, run: () => 1, ...spec } as never)],
          }),
        (error: Error) => message.test(error.message),
      );
    refused({}, /a: it depends on its past, and has no windows/);
    refused({ partitions: days, triggerRule: "all_done" }, /trigger rule all_done would count/);
    assert.throws(() => defineAsset({ key: "a", dependsOnPast: "yes", run: () => 1 } as never), {
      code: "DEFINITION_INVALID",
    });
  });
});
