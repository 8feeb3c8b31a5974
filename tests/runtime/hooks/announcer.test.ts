/** Hooks of steps and runs: called after the commit of what they speak of, once, in order, and beside the run. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  defineAsset,
  defineCheck,
  defineMultiAsset,
  definitions,
  output,
  skip,
  staticPartitions,
} from "sluice";
import type { RunHooks, StepFact, StepHooks } from "sluice";
import type { EventBatch } from "../../../src/model/events/batch.ts";
import { Collector, deferred, World } from "../support.ts";

/** Hooks that note what they hear. */
function listening(notes: string[]): Required<Omit<StepHooks, "timeoutMs">> {
  const note = (name: string) => ({ step, attempt, partitions }: StepFact) => {
    notes.push([name, step, ...partitions, attempt].join(" "));
  };
  return {
    onStart: note("start"),
    onSuccess: note("success"),
    onFailure: note("failure"),
    onRetry: note("retry"),
    onSkip: note("skip"),
  };
}

describe("hooks of steps", () => {
  test("hear of starts, successes, failures, retries and skips", async () => {
    const notes: string[] = [];
    const hooks = listening(notes);
    const flaky = defineAsset({
      key: "flaky",
      retry: { maxRetries: 1 },
      hooks,
      run: ({ attempt }) => {
        if (attempt === 1) throw new Error("once");
        return 1;
      },
    });
    const bad = defineAsset({
      key: "bad",
      hooks,
      run: (): number => {
        throw new Error("always");
      },
    });
    const none = defineAsset({ key: "none", hooks, skippable: true, run: () => skip("nothing") });
    const unread = defineAsset({ key: "unread", deps: { none }, hooks, run: () => 1 });
    const unrun = defineAsset({ key: "unrun", deps: { bad }, hooks, run: () => 1 });
    const world = new World([flaky, bad, none, unread, unrun]);
    const running = world.run({ hooks: [] });
    while (!notes.includes("retry flaky 1")) await world.clock.next();
    while (await world.clock.next());
    await running;
    const of = (step: string) => notes.filter((note) => note.split(" ")[1] === step);
    assert.deepEqual(of("flaky"), ["start flaky 1", "retry flaky 1", "start flaky 2", "success flaky 2"]);
    assert.deepEqual(of("bad"), ["start bad 1", "failure bad 1"]);
    assert.deepEqual(of("none"), ["start none 1", "skip none 1"]);
    assert.deepEqual(of("unread"), ["skip unread 0"]);
    assert.deepEqual(of("unrun"), []);
  });

  test("are told frozen facts: error, reason, delay, and outputs with their metadata", async () => {
    const facts: { readonly [name: string]: unknown }[] = [];
    const keep = (name: string) => (fact: StepFact) => void facts.push({ name, ...fact });
    const days = staticPartitions(["a", "b"]);
    const { left } = defineMultiAsset({
      name: "pair",
      outputs: { left: { key: "left" }, right: { key: "right" } },
      partitions: days,
      skippable: true,
      hooks: { onSuccess: keep("success") },
      run: ({ partition }) => ({
        left: output(1, { metadata: { key: partition.key } }),
        right: skip("not now"),
      }),
    });
    const broken = defineAsset({
      key: "broken",
      hooks: { onFailure: keep("failure") },
      run: (): number => {
        throw new TypeError("no");
      },
    });
    const check = defineCheck({
      asset: left,
      name: "fine",
      hooks: { onSuccess: keep("check") },
      run: () => true,
    });
    const world = new World([left, left["~step"].outputs[1], broken], { checks: [check] });
    await world.run({ hooks: [], request: { partitions: "all" } });
    const atMs = world.clock.now();
    const pair = facts.filter(({ step }) => step === "pair");
    assert.deepEqual(
      pair,
      ["a", "b"].map((partition) => ({
        name: "success",
        runId: "run-1",
        step: "pair",
        keys: ["left", "right"],
        partitions: [partition],
        attempt: 1,
        atMs,
        outputs: [
          { asset: "left", partition, status: "made", metadata: { key: partition } },
          { asset: "right", partition, status: "skipped" },
        ],
      })),
    );
    assert.ok(Object.isFrozen(pair[0].outputs) && Object.isFrozen((pair[0].outputs as object[])[0]));
    const [failure] = facts.filter(({ name }) => name === "failure");
    const { name, message } = failure.error as Error;
    assert.deepEqual([name, message, Object.isFrozen(failure.error)], ["TypeError", "no", true]);
    const checks = facts.filter(({ name }) => name === "check");
    assert.deepEqual(checks.map(({ step, keys, outputs }) => [step, keys, outputs]), [
      ["left:fine", [], []],
      ["left:fine", [], []],
    ]);
  });

  test("are called after the commit, and not when it fails", async () => {
    const committed: number[] = [];
    class Slow extends Collector {
      override async append(batches: readonly EventBatch[]): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 1));
        for (const batch of batches) {
          for (const { type } of batch) if (type === "step_failed") throw new Error("disk");
        }
        for (const batch of batches) for (const { seq } of batch) committed.push(seq);
        await super.append(batches);
      }
    }
    const heard: string[] = [];
    const sink = new Slow();
    const hooks: StepHooks = {
      onStart: ({ step }) => {
        assert.ok(sink.events.some(({ type }) => type === "step_started"));
        heard.push(`start ${step}`);
      },
      onFailure: ({ step }) => heard.push(`failure ${step}`),
    };
    const gate = deferred();
    const bad = defineAsset({
      key: "bad",
      hooks,
      run: async (): Promise<number> => {
        await gate.promise;
        throw new Error("no");
      },
    });
    const world = new World([bad], { store: sink });
    const running = world.run({ hooks: [] });
    while (heard.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    gate.resolve();
    await assert.rejects(running, /disk/);
    assert.deepEqual(heard, ["start bad"]);
  });

  test("that throw or hang change nothing but the log, and are told to stop in time", async () => {
    const signals: AbortSignal[] = [];
    const errors: string[] = [];
    const a = defineAsset({
      key: "a",
      hooks: {
        timeoutMs: 500,
        onStart: () => {
          throw new Error("thrown");
        },
        onSuccess: (_, signal) => {
          signals.push(signal);
          return new Promise(() => {});
        },
      },
      run: () => 1,
    });
    const b = defineAsset({ key: "b", deps: { a }, run: ({ inputs }) => inputs.a + 1 });
    const world = new World([a, b]);
    const runHooks: RunHooks = {
      onSuccess: ({ step }) => Promise.reject(new Error(`run hook of ${step}`)),
      onHookError: ({ message }) => void errors.push(message),
    };
    const running = world.run({ hooks: [runHooks] });
    while (signals.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    while (!(await world.clock.next())) await new Promise((resolve) => setTimeout(resolve, 1));
    const ran = await running;
    assert.equal(ran.status, "success");
    assert.equal(world.value("b"), 2);
    assert.equal(signals[0].aborted, true);
    const lines = ran.of("step_log").map((
      { step, payload },
    ) => [ran.nameOf(step), payload.level, payload.message]);
    assert.deepEqual(lines.sort(), [
      ["a", "warning", "The hook onStart of a failed: thrown"],
      ["a", "warning", "The hook onSuccess of a failed: it took longer than 500 ms"],
      ["a", "warning", "The hook onSuccess of a failed: run hook of a"],
      ["b", "warning", "The hook onSuccess of b failed: run hook of b"],
    ]);
    assert.deepEqual(errors.sort(), ["run hook of a", "run hook of b"]);
    assert.equal(ran.events.at(-1)?.type, "run_finished");
  });

  test("of one step follow each other, and those of other steps do not wait for them", async () => {
    const notes: string[] = [];
    const gate = deferred();
    const slow = defineAsset({
      key: "slow",
      hooks: {
        onStart: async () => {
          await gate.promise;
          notes.push("slow started");
        },
        onSuccess: () => notes.push("slow succeeded"),
      },
      run: () => 1,
    });
    const quick = defineAsset({
      key: "quick",
      deps: { slow },
      hooks: {
        onSuccess: () => {
          notes.push("quick succeeded");
          gate.resolve();
        },
      },
      run: () => 1,
    });
    await new World([slow, quick]).run({ hooks: [] });
    assert.deepEqual(notes, ["quick succeeded", "slow started", "slow succeeded"]);
  });
});

describe("hooks of runs", () => {
  test("hear of every step after its own hooks, of the start and, last of all, of the end", async () => {
    const notes: string[] = [];
    const a = defineAsset({ key: "a", hooks: { onSuccess: () => notes.push("own") }, run: () => 1 });
    const b = defineAsset({
      key: "b",
      deps: { a },
      run: (): number => {
        throw new Error("no");
      },
    });
    const hooks: RunHooks = {
      onRunStart: ({ runId, tags, isResumed }) => notes.push(`begun ${runId} ${tags.by} ${isResumed}`),
      onSuccess: ({ step }) => notes.push(`success ${step}`),
      onFailure: ({ step, error }) => notes.push(`failure ${step} ${error.message}`),
      onRunEnd: ({ status, steps, job }) =>
        notes.push(`end ${job} ${status} ${steps.success} ${steps.failed}`),
    };
    const world = new World([a, b]);
    await world.run({ hooks: [hooks], tags: { by: "test" }, job: "nightly" });
    const ofA: readonly string[] = notes.filter((note) => note === "own" || note === "success a");
    assert.deepEqual(ofA, ["own", "success a"]);
    assert.deepEqual(notes.filter((note) => !ofA.includes(note)), [
      "begun run-1 test false",
      "failure b no",
      "end nightly failed 1 1",
    ]);
    assert.equal(notes.at(-1), "end nightly failed 1 1");
  });

  test("tell who gave them when the last of them fails", async () => {
    const errors: unknown[] = [];
    const a = defineAsset({ key: "a", run: () => 1 });
    const ran = await new World([a]).run({
      hooks: [{
        onRunEnd: () => {
          throw new Error("too late");
        },
        onHookError: ({ message }, fact) => errors.push([message, "status" in fact && fact.status]),
      }],
    });
    assert.deepEqual(errors, [["too late", "success"]]);
    assert.equal(ran.of("step_log").length, 0);
  });

  test("cost nothing where there are none", async () => {
    const a = defineAsset({ key: "a", run: () => 1 });
    const world = new World([a]);
    let subscriptions = 0;
    const { subscribe } = world.engine.recorder;
    world.engine.recorder.subscribe = (listener) => {
      subscriptions++;
      return subscribe.call(world.engine.recorder, listener);
    };
    await world.run({ hooks: [] });
    assert.equal(subscriptions, 0);
    await world.run({ hooks: [{ onRunEnd: () => {} }] });
    assert.equal(subscriptions, 1);
  });
});

describe("declarations of hooks", () => {
  const run = () => 1;
  test("are held to their names and shapes", () => {
    const misspelt = { onSucess: () => {} } as StepHooks;
    assert.throws(() => defineAsset({ key: "a", hooks: misspelt, run }), /no option "onSucess".*|onSucess/);
    assert.throws(
      () => defineAsset({ key: "a", hooks: { onStart: 1 as never }, run }),
      /needs a record of functions by the name of the hook/,
    );
    assert.throws(() => defineAsset({ key: "a", hooks: { timeoutMs: 0 }, run }), /timeoutMs above 0/);
    assert.doesNotThrow(() => definitions({ assets: [defineAsset({ key: "a", hooks: {}, run })] }));
  });
});
