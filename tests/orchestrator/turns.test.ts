import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  definitions,
  memoryStore,
  type Orchestrator,
  type OrchestratorOptions,
  type RunOptions,
  type SluiceEvent,
} from "sluice";
import { type VirtualClock, virtualClock } from "sluice/testing";

/** An orchestrator on a virtual clock whose bodies take 10 ms. */
class Bench {
  readonly clock: VirtualClock = virtualClock(1_000_000);
  readonly events: SluiceEvent[] = [];
  readonly begun: string[] = [];
  readonly sluice: Orchestrator;

  constructor(options: OrchestratorOptions = {}) {
    const slow = defineAsset({
      key: "slow",
      run: async ({ run, signal }) => {
        this.begun.push(run.tags.name ?? "");
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        signal.addEventListener("abort", () => reject(new Error("stopped")));
        this.clock.after(10, resolve);
        await promise;
      },
    });
    const jobs = [
      defineJob({ name: "nightly", selection: "*", concurrency: { key: "night" }, priority: 2 }),
    ];
    this.sluice = createOrchestrator(definitions({ assets: [slow], jobs }), {
      store: "memory",
      defaultIO: "memory",
      clock: this.clock,
      ...options,
    });
    this.sluice.subscribe((events) => this.events.push(...events));
  }

  run(name: string, options: RunOptions = {}) {
    return this.sluice.materialize("*", { ...options, tags: { name } });
  }

  /** Lets time pass until something has ended. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    work.finally(() => isOver = true).catch(() => {});
    while (!isOver) await this.clock.advance(10);
    return await work;
  }

  /** The status of every run by its name. */
  async statuses(): Promise<{ readonly [name: string]: string }> {
    const runs = await this.sluice.runs();
    return Object.fromEntries(
      runs.toReversed().map(({ tags, status, waitsFor }) => [
        tags.name,
        waitsFor === undefined ? status : `${status}: ${waitsFor}`,
      ]),
    );
  }
}

const key = { concurrency: { key: "k" } };

describe("a key of runs", () => {
  test("lets one run be under way at a time, and records the others as queued", async () => {
    const bench = new Bench();
    const runs = [
      bench.run("a", key),
      bench.run("b", key),
      bench.run("c", { concurrency: { key: "other" } }),
    ];
    await bench.clock.advance(1);
    assert.deepEqual(await bench.statuses(), { a: "running", b: "queued: runs of the key k", c: "running" });
    const [waiting] = bench.sluice.waiting();
    assert.deepEqual({ ...waiting, runId: "" }, {
      runId: "",
      step: -1,
      name: "",
      gate: "runs of the key k",
      sinceMs: 1_000_000,
    });
    await bench.clock.advanceToEnd();
    for (const run of runs) assert.equal((await run).status, "success");
    const { id } = await runs[1];
    assert.deepEqual(bench.events.filter(({ runId }) => runId === id).map(({ type }) => type), [
      "run_created",
      "run_queued",
      "run_started",
      "step_started",
      "step_succeeded",
      "run_finished",
    ]);
    const record = await bench.sluice.run(id);
    assert.deepEqual([record?.createdMs, record?.startedMs, record?.waitsFor], [
      1_000_000,
      1_000_010,
      undefined,
    ]);
    assert.deepEqual(bench.sluice.waiting(), []);
  });

  test("of a job is that of its runs, with its priority", async () => {
    const bench = new Bench();
    const runs = [bench.sluice.runJob("nightly"), bench.sluice.runJob("nightly", { priority: 7 })];
    await bench.clock.advance(1);
    assert.deepEqual(bench.sluice.waiting().map(({ name, gate }) => [name, gate]), [
      ["nightly", "runs of the key night"],
    ]);
    await bench.clock.advanceToEnd();
    const records = await Promise.all(runs.map(async (run) => (await run).record.priority));
    assert.deepEqual(records, [2, 7]);
    await bench.sluice.close();
  });

  test("skips a run that is not to wait: it is recorded as canceled, with the reason", async () => {
    const bench = new Bench();
    const skip = { concurrency: { key: "k", whenBusy: "skip" } } as const;
    const runs = [bench.run("a", skip), bench.run("b", skip)];
    await bench.clock.advanceToEnd();
    assert.deepEqual((await Promise.all(runs)).map(({ status }) => status), ["success", "canceled"]);
    const [step] = await bench.sluice.steps((await runs[1]).id);
    assert.deepEqual([step.status, step.reason], [
      "canceled",
      "skipped, as another run of the key k is under way",
    ]);
    assert.deepEqual(bench.begun, ["a"]);
    const later = bench.run("c", skip);
    await bench.clock.advanceToEnd();
    assert.equal((await later).status, "success");
  });

  test("cancels earlier runs for one that asks for it, also those that wait", async () => {
    const bench = new Bench();
    const last = { concurrency: { key: "k", whenBusy: "cancelPrevious" } } as const;
    const runs = [bench.run("a", key), bench.run("b", key)];
    await bench.clock.advance(1);
    runs.push(bench.run("c", last));
    await bench.clock.advanceToEnd();
    assert.deepEqual((await Promise.all(runs)).map(({ status }) => status), [
      "canceled",
      "canceled",
      "success",
    ]);
    assert.deepEqual(bench.begun, ["a", "c"]);
    const [step] = await bench.sluice.steps((await runs[0]).id);
    assert.match(String(step.reason), /^the run \S+ of the key k took its place$/);
  });

  test("tells of no start where a run was called off before it began", async () => {
    const told: string[] = [];
    const name = (run: { readonly tags: { readonly [name: string]: string } }) => run.tags.name;
    const bench = new Bench({
      hooks: {
        onRunStart: (run) => told.push(`start ${name(run)}`),
        onRunEnd: (run) => told.push(`${run.status} ${name(run)}`),
      },
    });
    const skip = { concurrency: { key: "k", whenBusy: "skip" } } as const;
    const runs = [bench.run("a", key), bench.run("b", key), bench.run("c", skip)];
    await bench.clock.advance(1);
    const waiting = (await bench.sluice.runs()).find(({ status }) => status === "queued");
    await bench.sluice.cancel(String(waiting?.id));
    await bench.clock.advanceToEnd();
    const [, b, c] = await Promise.all(runs);
    const stories = [b, c].map(({ id }) =>
      bench.events.filter(({ runId }) => runId === id).map(({ type }) => type)
    );
    const rest = ["run_canceling", "step_canceled", "run_finished"];
    assert.deepEqual(stories, [["run_created", "run_queued", ...rest], ["run_created", ...rest]]);
    assert.deepEqual([b.record.startedMs, c.record.startedMs], [undefined, undefined]);
    assert.deepEqual(told.sort(), ["canceled b", "canceled c", "start a", "success a"]);
    await bench.sluice.close();
  });

  test("keeps the newest that fit where more than one may be under way", async () => {
    const bench = new Bench();
    const two = { concurrency: { key: "k", limit: 2, whenBusy: "cancelPrevious" } } as const;
    const runs = ["a", "b", "c"].map((name) => bench.run(name, two));
    await bench.clock.advanceToEnd();
    assert.deepEqual((await Promise.all(runs)).map(({ status }) => status), [
      "canceled",
      "success",
      "success",
    ]);
  });

  test("holds for the runs of a backfill, which may only wait for each other", async () => {
    const days = dailyPartitions({ start: "2026-01-01", end: "2026-01-05" });
    let inside = 0;
    const asset = defineAsset({
      key: "daily",
      partitions: days,
      backfill: { maxPartitionsPerRun: 1 },
      run: async () => {
        assert.equal(++inside, 1);
        for (let turn = 0; turn < 5; turn++) await null;
        inside--;
      },
    });
    await using sluice = createOrchestrator(definitions({ assets: [asset] }), {
      store: "memory",
      defaultIO: "memory",
    });
    const skip = { concurrency: { key: "k", whenBusy: "skip" } } as const;
    await assert.rejects(sluice.backfill({}, skip), { code: "POLICY_INVALID" });
    const { status, runs } = await sluice.backfill({}, { concurrency: { key: "k" } });
    assert.deepEqual([status, runs.length], ["success", 4]);
  });
});

describe("a queued run", () => {
  test("ends when it is canceled, and never begins", async () => {
    const bench = new Bench();
    const runs = [bench.run("a", key), bench.run("b", key), bench.run("c", key)];
    await bench.clock.advance(1);
    const queued = (await bench.sluice.runs()).find(({ tags }) => tags.name === "b");
    await bench.sluice.cancel(String(queued?.id), "not needed");
    await bench.clock.advance(1);
    assert.equal((await runs[1]).status, "canceled");
    await bench.clock.advanceToEnd();
    assert.deepEqual((await Promise.all(runs)).map(({ status }) => status), [
      "success",
      "canceled",
      "success",
    ]);
    assert.deepEqual(bench.begun, ["a", "c"]);
  });

  test("is interrupted by close, and taken up by the next process in order of priority and arrival", async () => {
    const store = memoryStore();
    const bench = new Bench({ store, maxRuns: 1 });
    const runs = [
      bench.run("a"),
      bench.run("b"),
      bench.run("c", { priority: 1 }),
      bench.run("d", { priority: 1 }),
    ];
    await bench.clock.advance(1);
    assert.deepEqual(await bench.statuses(), {
      a: "running",
      b: "queued: runs",
      c: "queued: runs",
      d: "queued: runs",
    });
    const next = new Bench({ store, maxRuns: 1 });
    const recovered = await next.finish(next.sluice.recover());
    assert.deepEqual(recovered.map(({ record }) => record.tags.name), ["c", "d", "a", "b"]);
    assert.deepEqual(next.begun, ["c", "d", "a", "b"]);
    for (const { status } of recovered) assert.equal(status, "success");
    // What the first process still says of runs that are over is refused, and nothing waits for it.
    await bench.finish(Promise.allSettled(runs));
    assert.deepEqual(Object.values(await next.statuses()), ["success", "success", "success", "success"]);
  });

  test("is interrupted when the orchestrator is closed", async () => {
    const bench = new Bench();
    const runs = [bench.run("a", key), bench.run("b", key)];
    await bench.clock.advance(1);
    const closing = bench.sluice.close();
    await bench.clock.advanceToEnd();
    await closing;
    const results = await Promise.all(runs);
    assert.deepEqual(results.map(({ status }) => status), ["success", "interrupted"]);
    assert.deepEqual(results[1].record.steps, {
      total: 1,
      success: 0,
      failed: 0,
      skipped: 0,
      upstreamFailed: 0,
      canceled: 0,
    });
    assert.deepEqual(bench.begun, ["a"]);
  });

  test("comes again with its key and priority when it is run again", async () => {
    const bench = new Bench();
    const stop = new AbortController();
    const first = bench.run("a", { concurrency: { key: "k", limit: 2 }, priority: 3, signal: stop.signal });
    await bench.clock.advance(1);
    stop.abort("no");
    const { id } = await first;
    const again = bench.sluice.rerun(id);
    await bench.clock.advanceToEnd();
    const { record } = await again;
    assert.deepEqual([record.status, record.priority], ["success", 3]);
    const created = bench.events.filter(({ type }) => type === "run_created").map(({ payload }) =>
      payload as object
    );
    assert.deepEqual(created.map((each) => "concurrency" in each && each.concurrency), [
      { key: "k", limit: 2 },
      { key: "k", limit: 2 },
    ]);
  });
});

describe("many runs", () => {
  test("begin as a plain simulation of keys, priorities and a limit over all of them says", async () => {
    const wanted = fc.array(
      fc.record({
        key: fc.constantFrom(undefined, "x", "y"),
        priority: fc.integer({ min: 0, max: 2 }),
      }),
      { minLength: 1, maxLength: 9 },
    );
    await fc.assert(
      fc.asyncProperty(wanted, fc.integer({ min: 1, max: 3 }), async (list, maxRuns) => {
        const bench = new Bench({ maxRuns, concurrency: 20 });
        const runs = list.map(({ key, priority }, index) =>
          bench.run(String(index), { priority, concurrency: { ...(key !== undefined && { key }) } })
        );
        await bench.clock.advanceToEnd();
        for (const run of runs) assert.equal((await run).status, "success");
        assert.deepEqual(begunAt(bench), expected(list, maxRuns));
        await bench.sluice.close();
      }),
      { numRuns: 60, seed: 6 },
    );
  });
});

/** When each run began, in runs that take 10 ms: by its number. */
function begunAt({ events }: Bench): readonly number[] {
  const names = new Map<string, number>();
  const at: number[] = [];
  for (const event of events) {
    if (event.type === "run_created") names.set(event.runId, Number(event.payload.tags.name));
    if (event.type === "run_started") at[names.get(event.runId) as number] = event.atMs - 1_000_000;
  }
  return at;
}

/** The same in rounds: what may begin is taken in order, and ends 10 ms later. */
function expected(
  list: readonly { readonly key: string | undefined; readonly priority: number }[],
  maxRuns: number,
): readonly number[] {
  const at: number[] = [];
  const going: number[] = [];
  const may = (index: number) =>
    going.length < maxRuns &&
    (list[index].key === undefined || !going.some((each) => list[each].key === list[index].key));
  // They arrive one by one, so that at first nobody overtakes.
  list.forEach((_, index) => {
    if (!may(index)) return;
    at[index] = 0;
    going.push(index);
  });
  for (let nowMs = 10; going.length > 0; nowMs += 10) {
    const ended = going.splice(0);
    for (const each of ended) {
      going.push(...ended.slice(ended.indexOf(each) + 1));
      const order = [...list.keys()].filter((index) => at[index] === undefined)
        .sort((a, b) => list[b].priority - list[a].priority || a - b);
      const begun = [...list.keys()].filter((index) => at[index] === nowMs);
      going.push(...begun);
      for (const index of order) {
        if (!may(index)) continue;
        at[index] = nowMs;
        going.push(index);
      }
      going.splice(0);
    }
    going.push(...[...list.keys()].filter((index) => at[index] === nowMs));
  }
  return at;
}

describe("options of runs", () => {
  test("are refused where they say nothing that can be done", async () => {
    const bench = new Bench();
    const refused: readonly [unknown, string, RegExp][] = [
      [{ key: "k", whenbusy: "skip" }, "DEFINITION_INVALID", /whenbusy/],
      [{ key: "" }, "POLICY_INVALID", /text that is not empty/],
      [{ limit: 2 }, "POLICY_INVALID", /there is none/],
      [{ key: "k", limit: 0 }, "POLICY_INVALID", /whole number from 1/],
      [{ key: "k", whenBusy: "wait" }, "POLICY_INVALID", /queue, skip, cancelPrevious/],
      [{ steps: 0 }, "POLICY_INVALID", /steps must be/],
      ["k", "POLICY_INVALID", /concurrency must be/],
    ];
    for (const [concurrency, code, message] of refused) {
      await assert.rejects(
        bench.sluice.materialize("*", { concurrency } as never),
        (error: Error & { code: string }) => error.code === code && message.test(error.message),
        JSON.stringify(concurrency),
      );
      if (typeof concurrency === "string") continue;
      assert.throws(() => defineJob({ name: "j", selection: "*", concurrency } as never), { code });
    }
    await assert.rejects(bench.run("a", { priority: NaN }), { code: "POLICY_INVALID" });
    assert.throws(() => defineJob({ name: "j", selection: "*", priority: "high" } as never), {
      code: "POLICY_INVALID",
    });
    assert.throws(() => new Bench({ maxRuns: 0 }), { code: "POLICY_INVALID" });
  });
});
