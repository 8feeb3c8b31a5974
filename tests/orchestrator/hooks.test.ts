/** Hooks of jobs and of orchestrators, also of runs that are gone on with. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  defineJob,
  definitions,
  memoryIO,
  memoryStore,
  type RunHooks,
  type SluiceError,
} from "sluice";

describe("hooks of an orchestrator", () => {
  test("hear of every run, after those of its job", async () => {
    const notes: string[] = [];
    const a = defineAsset({ key: "a", run: () => 1 });
    const job = defineJob({
      name: "nightly",
      selection: "*",
      hooks: { onSuccess: () => notes.push("job"), onRunEnd: ({ job }) => notes.push(`end of ${job}`) },
    });
    await using sluice = createOrchestrator(definitions({ assets: [a], jobs: [job] }), {
      store: "memory",
      defaultIO: "memory",
      hooks: {
        onSuccess: async ({ runId }) => {
          // What is told is on record: the run can be asked for.
          notes.push(`all ${(await sluice.run(runId))?.steps.success}`);
        },
      },
    });
    await sluice.materialize("*");
    await sluice.runJob("nightly");
    assert.deepEqual(notes, ["all 1", "job", "all 1", "end of nightly"]);
  });

  test("hear that a run is gone on with, and of nothing that was over", async () => {
    const notes: string[] = [];
    let isOpen = false;
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => reached = resolve);
    const first = defineAsset({ key: "first", run: () => 1 });
    const second = defineAsset({
      key: "second",
      deps: { first },
      run: ({ signal }) => {
        if (isOpen) return 2;
        reached();
        return new Promise<number>((_, reject) =>
          signal.addEventListener("abort", () => reject(new Error("stop")))
        );
      },
    });
    const hooks: RunHooks = {
      onStart: ({ step, attempt }) => notes.push(`start ${step} ${attempt}`),
      onSuccess: ({ step }) => notes.push(`success ${step}`),
      onFailure: ({ step }) => notes.push(`failure ${step}`),
      onRunStart: ({ isResumed, job }) => notes.push(`${job} ${isResumed ? "resumed" : "begun"}`),
      onRunEnd: ({ status, job }) => notes.push(`${job} ${status}`),
    };
    const job = defineJob({ name: "nightly", selection: "*", hooks });
    const all = definitions({ assets: [first, second], jobs: [job] });
    const store = Object.assign(memoryStore(), { close: () => Promise.resolve() });
    const open = () => createOrchestrator(all, { store, io: [memoryIO()], defaultIO: "memory" });
    const one = open();
    const running = one.runJob("nightly");
    await isReached;
    await one.close({ graceMs: 0 });
    assert.equal((await running).status, "interrupted");
    const before = notes.splice(0);
    assert.equal(before[0], "nightly begun");
    assert.deepEqual(before.slice(1).sort(), ["start first 1", "start second 1", "success first"]);
    isOpen = true;
    await using two = open();
    await two.recover();
    assert.deepEqual(notes, ["nightly resumed", "start second 2", "success second", "nightly success"]);
  });

  test("hear that a run is undone later, and of none of its steps", async () => {
    const told: string[] = [];
    const a = defineAsset({
      key: "a",
      run: () => 1,
      undo: () => {},
      hooks: { onSkip: () => told.push("skip") },
    });
    const b = defineAsset({
      key: "b",
      deps: { a },
      run: (): number => {
        throw new Error("broken");
      },
    });
    const ofJob: RunHooks = { onRunEnd: ({ status }) => told.push(`job: ${status}`) };
    const jobs = [defineJob({ name: "all", selection: "*", compensate: false, hooks: ofJob })];
    await using sluice = createOrchestrator(definitions({ assets: [a, b], jobs }), {
      store: "memory",
      defaultIO: "memory",
      hooks: {
        onSkip: () => told.push("skip"),
        onRunStart: ({ compensates, isResumed }) => told.push(`${compensates ?? "own"} ${isResumed}`),
        onRunEnd: ({ compensates = "own", status, steps: { total, skipped, undone } }) =>
          told.push(`${compensates} ${status} ${[total, skipped, undone]}`),
      },
    });
    const { id } = await sluice.runJob("all");
    const { record } = await sluice.compensate(id);
    assert.deepEqual(told, [
      "own false",
      "job: failed",
      "own failed 2,0,",
      `${id} false`,
      `${id} success 2,1,1`,
    ]);
    assert.deepEqual([record.steps.total, record.steps.skipped, record.steps.undone], [2, 1, 1]);
  });

  test("are held to their names and shapes", () => {
    const all = definitions({ assets: [defineAsset({ key: "a", run: () => 1 })] });
    const refusal = (hooks: unknown) => {
      try {
        createOrchestrator(all, { hooks: hooks as RunHooks });
      } catch (error) {
        return (error as SluiceError).issues[0];
      }
    };
    assert.match(refusal({ onRunend: () => {} })?.hint ?? "", /onRunEnd/);
    assert.match(refusal({ onRunEnd: "mail" })?.message ?? "", /Hooks are a record of functions/);
    assert.match(refusal(7)?.message ?? "", /Hooks are a record of functions/);
    assert.throws(
      () => defineJob({ name: "j", selection: "*", hooks: { onEnd: () => {} } as RunHooks }),
      /hooks of .* has no option "onEnd"/,
    );
  });
});
