import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  definitions,
  type IssueCode,
  type Orchestrator,
  SluiceError,
} from "sluice";

const MEMORY = { store: "memory", defaultIO: "memory" } as const;
const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-11" });
const raw = defineAsset({ key: "raw", partitions: days, run: ({ partition }) => partition.key });
const one = defineAsset({ key: "one", run: () => 1 });
const all = definitions({ assets: [raw, one] });

/** That an action is refused with a code and a path. */
async function refused(action: () => unknown, code: IssueCode, path: string): Promise<void> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof SluiceError, `not typed: ${error}`);
    assert.deepEqual([error.code, error.issues[0].path.join(".")], [code, path], error.message);
    return;
  }
  assert.fail("nothing was refused");
}

describe("an orchestrator that is used wrongly", () => {
  test("refuses options that would let nothing run, or are of another shape", async () => {
    const create = (options: unknown) => () => createOrchestrator(all, { ...MEMORY, ...options as object });
    for (const concurrency of [0, -1, 1.5, NaN, "4"]) {
      await refused(create({ concurrency }), "POLICY_INVALID", "concurrency");
    }
    await refused(create({ pools: { warehouse: 0 } }), "POLICY_INVALID", "pools.warehouse");
    await refused(create({ store: "sqlite" }), "DEFINITION_INVALID", "store");
    await refused(create({ io: {} }), "DEFINITION_INVALID", "io");
    await refused(create({ resources: {} }), "DEFINITION_INVALID", "resources");
    await refused(() => createOrchestrator({ assets: [] } as never, MEMORY), "DEFINITION_INVALID", "");
  });

  test("refuses options of a run before anything is recorded", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    const run = (options: unknown) => () => sluice.materialize(one, options as never);
    await refused(run({ concurrency: 0 }), "POLICY_INVALID", "concurrency");
    await refused(run({ config: 5 }), "DEFINITION_INVALID", "config");
    await refused(run({ tags: { by: 1 } }), "DEFINITION_INVALID", "tags");
    await refused(run({ signal: 5 }), "DEFINITION_INVALID", "signal");
    assert.deepEqual(await sluice.runs(), []);
  });

  test("refuses requests of another shape", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    for (const partitions of [5, null, [5], {}, { start: "2026-01-01" }]) {
      await refused(() => sluice.plan({ partitions: partitions as never }), "PLAN_INVALID", "partitions");
      await refused(() => sluice.wipe(raw, partitions as never), "PLAN_INVALID", "partitions");
    }
    await refused(() => sluice.plan({ scope: "everything" as never }), "PLAN_INVALID", "scope");
    await refused(() => sluice.plan({ select: [undefined as never] }), "SELECTION_INVALID", "select");
  });

  test("does not wipe an asset without partitions because a partition was named", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    await sluice.materialize(one);
    await refused(() => sluice.wipe(one, "2026-01-01"), "PARTITION_UNKNOWN", "partitions");
    assert.equal(await sluice.load(one), 1);
    assert.equal(await sluice.wipe(one), 1);
  });
});

describe("a backfill that cannot go on", () => {
  test("is recorded as failed when its config is refused", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    await refused(() => sluice.backfill({}, { config: { nothing: 1 } }), "CONFIG_INVALID", "config.nothing");
    assert.deepEqual((await sluice.backfills()).map(({ status }) => status), ["failed"]);
    assert.deepEqual(await sluice.recover(), []);
  });

  test("is not begun with a plan for other definitions", async () => {
    await using sluice = createOrchestrator(all, MEMORY);
    await using other = createOrchestrator(definitions({ assets: [raw] }), MEMORY);
    const plan = await other.planBackfill();
    await refused(() => sluice.backfill(plan), "PLAN_OUTDATED", "plan");
    assert.deepEqual(await sluice.backfills(), []);
  });
});

describe("an orchestrator at work", () => {
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test("does not recover what it is doing itself", async () => {
    let made = 0;
    const slow = defineAsset({ key: "slow", run: async () => (await wait(40), ++made) });
    await using sluice = createOrchestrator(definitions({ assets: [slow] }), MEMORY);
    const backfill = sluice.backfill({});
    await wait(15);
    assert.deepEqual(await sluice.recover(), []);
    assert.equal((await backfill).status, "success");
    assert.equal(made, 1);
  });

  test("closes once, after its runs, for all who ask", async () => {
    const slow = defineAsset({ key: "slow", run: async () => (await wait(30), 1) });
    const sluice: Orchestrator = createOrchestrator(definitions({ assets: [slow] }), MEMORY);
    let isOver = false;
    const run = sluice.materialize(slow).then(({ status }) => (isOver = true, status));
    await wait(10);
    const first = sluice.close();
    await sluice.close();
    assert.ok(isOver);
    await first;
    assert.equal(await run, "success");
    await refused(() => sluice.plan(), "STORE_CLOSED", "");
  });

  test("lives beside another one over the same definitions", async () => {
    await using left = createOrchestrator(all, MEMORY);
    await using right = createOrchestrator(all, MEMORY);
    await Promise.all([left.materialize(one), right.backfill({ select: raw })]);
    assert.equal((await left.partitions(raw)).materialized.size, 0);
    assert.equal((await right.partitions(one)).materialized.size, 0);
  });

  test("leaves nothing behind after a hundred times of opening and closing", async () => {
    const held = () =>
      (process.getActiveResourcesInfo?.() ?? []).filter((name) => /Time|Worker|Port/.test(name));
    const before = held().length;
    const timed = defineAsset({ key: "timed", timeoutMs: 60_000, retry: { maxRetries: 1 }, run: () => 1 });
    const timedAll = definitions({ assets: [timed] });
    for (let cycle = 0; cycle < 100; cycle++) {
      await using sluice = createOrchestrator(timedAll, MEMORY);
      await sluice.materialize("*");
    }
    assert.ok(held().length <= before, held().join(" "));
  });
});
