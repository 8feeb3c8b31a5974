import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { createMonitor, createOrchestrator, defineAsset, definitions } from "sluice";
import type { EventSource, MonitorFilter, MonitorStream } from "../../../src/monitor/stream/contract.ts";
import type { SluiceEvent } from "../../../src/model/events/event.ts";

/** A record that grows by hand. Events of one commit come run by run, as a recorder hands them on. */
class Log implements EventSource {
  readonly all: SluiceEvent[] = [];
  reads = 0;
  readonly #listeners: Set<(events: Iterable<SluiceEvent>) => void> = new Set();

  get listeners(): number {
    return this.#listeners.size;
  }

  subscribe(listener: (events: Iterable<SluiceEvent>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async events(
    { after = 0, runId, limit = 1_000 } = {} as { after?: number; runId?: string; limit?: number },
  ) {
    this.reads++;
    const found = this.all.filter((event) =>
      event.seq > after && (runId === undefined || event.runId === runId)
    );
    await new Promise((resolve) => setTimeout(resolve, 0));
    return found.slice(0, limit);
  }

  commit(runs: readonly string[]): void {
    const events = runs.map((runId, place) => event(this.all.length + place + 1, runId));
    this.all.push(...events);
    for (const run of new Set(runs)) {
      for (const listener of this.#listeners) listener(events.filter(({ runId }) => runId === run));
    }
  }
}

function event(seq: number, runId: string): SluiceEvent {
  const row = { seq, atMs: seq, runId, step: 0, attempt: 1 };
  return seq % 5 === 0
    ? { ...row, type: "step_failed", payload: { error: { name: "Error", message: "no" } } }
    : { ...row, type: "step_succeeded", payload: undefined };
}

/** Takes what is there, until nothing came for a while. */
async function drain(stream: MonitorStream): Promise<{ readonly ids: number[]; readonly missed: number }> {
  const ids: number[] = [];
  let missed = 0;
  for (;;) {
    const next = stream.next();
    const heard = await Promise.race([
      next,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 30)),
    ]);
    if (!heard) return { ids, missed };
    if (heard.done) return { ids, missed };
    if (heard.value.kind === "engine") assert.fail("no engine is attached");
    else if (heard.value.kind === "missed") missed += heard.value.count;
    else ids.push(heard.value.id);
  }
}

function wanted(log: Log, { runId, atLeast, after = 0 }: MonitorFilter): number[] {
  return log.all
    .filter((each) => each.seq > after && (runId === undefined || each.runId === runId))
    .filter((each) => atLeast !== "error" || each.type === "step_failed")
    .map(({ seq }) => seq);
}

describe("a monitor", () => {
  test("gives each event once and in order, however fast it is read", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            fc.array(fc.constantFrom("r1", "r2"), { minLength: 1, maxLength: 6 }).map((runs) => ({ runs })),
            fc.integer({ min: 1, max: 4 }).map((reads) => ({ reads })),
          ),
          { maxLength: 25 },
        ),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom<MonitorFilter>({}, { runId: "r1" }, { atLeast: "error" }, { after: 3 }, {
          after: 0,
          runId: "r2",
        }),
        async (steps, buffer, filter) => {
          const log = new Log();
          log.commit(["r1", "r2", "r1", "r2"]);
          using monitor = createMonitor(log, { buffer });
          const stream = monitor.subscribe({ ...filter });
          const first = filter.after ?? 4;
          const heard: number[] = [];
          const pending: Promise<unknown>[] = [];
          for (const step of steps) {
            if ("runs" in step) log.commit(step.runs);
            else {
              for (let n = 0; n < step.reads; n++) {
                pending.push(
                  stream.next().then(({ value }) => value?.kind === "event" && heard.push(value.id)),
                );
              }
            }
            await new Promise((resolve) => setTimeout(resolve, 0));
          }
          const rest = await drain(stream);
          stream.close();
          await Promise.all(pending);
          assert.deepEqual([...heard, ...rest.ids], wanted(log, { ...filter, after: first }));
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });

  test("tells a slow subscriber how many it has missed, and a fast one nothing", async () => {
    const log = new Log();
    using monitor = createMonitor(log, { buffer: 10 });
    const slow = monitor.subscribe();
    const fast = monitor.subscribe();
    const reading = drain(fast);
    for (let n = 0; n < 5; n++) {
      log.commit(Array.from({ length: 8 }, () => "r1"));
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    assert.deepEqual((await reading).missed, 0);
    const { ids, missed } = await drain(slow);
    assert.equal(missed, 30);
    assert.deepEqual(ids, wanted(log, {}));
  });

  test("listens only while somebody watches, and has room for so many", async () => {
    const log = new Log();
    using monitor = createMonitor(log, { subscribers: 2 });
    assert.equal(log.listeners, 0);
    const [one, two] = [monitor.subscribe(), monitor.subscribe()];
    assert.equal(log.listeners, 1);
    assert.throws(() => monitor.subscribe(), { code: "MONITOR_FULL" });
    two.close();
    monitor.subscribe().close();
    const waiting = one.next();
    monitor.close();
    assert.deepEqual(await waiting, { done: true, value: undefined });
    assert.deepEqual([monitor.subscribers, log.listeners], [0, 0]);
  });

  test("ends a stream whose loop is broken off", async () => {
    const log = new Log();
    using monitor = createMonitor(log);
    const stream = monitor.subscribe({ after: 0 });
    log.commit(["r1", "r1"]);
    for await (const heard of stream) {
      assert.equal(heard.kind === "event" && heard.id, 1);
      break;
    }
    assert.equal(monitor.subscribers, 0);
  });

  test("says what is wrong with options", () => {
    const log = new Log();
    assert.throws(() => createMonitor(log, { buffer: 0 }), { code: "MONITOR_INVALID" });
    assert.throws(() => createMonitor(log, { bufer: 5 } as never), /Did you mean buffer/);
    using monitor = createMonitor(log);
    assert.throws(
      () => monitor.subscribe({ atLeast: "bad" as never }),
      /one of info, warning, error, critical/,
    );
    assert.throws(() => monitor.subscribe({ after: -1 }), { code: "MONITOR_INVALID" });
  });

  test("watches an orchestrator, and reads on from its store", async () => {
    const assets = Array.from({ length: 40 }, (_, n) =>
      defineAsset({
        key: `a${n}`,
        run: () => {
          if (n === 7) throw new Error("seven");
          return n;
        },
      }));
    await using sluice = createOrchestrator(definitions({ assets }), {
      store: "memory",
      defaultIO: "memory",
    });
    using monitor = createMonitor(sluice, { buffer: 5 });
    const all = monitor.subscribe({ after: 0 });
    const errors = monitor.subscribe({ atLeast: "error" });
    await sluice.materialize("*");
    await sluice.materialize("a1");
    const recorded = await sluice.events({ limit: 10_000 });
    assert.deepEqual((await drain(all)).ids, recorded.map(({ seq }) => seq));
    const expected = recorded.filter(({ type, payload }) =>
      type === "step_failed" || type === "run_finished" && payload.status === "failed"
    );
    assert.equal(expected.length, 2);
    assert.deepEqual((await drain(errors)).ids, expected.map(({ seq }) => seq));
  });
});
