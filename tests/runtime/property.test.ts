import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { defineAsset } from "../../src/model/assets/asset.ts";
import type { Asset } from "../../src/model/assets/declaration.ts";
import { skip } from "../../src/model/assets/result.ts";
import { World } from "./support.ts";

/** What a body does in the end. */
type Fate = "value" | "fail" | "skip";

/** One node of a random graph; upstream nodes have smaller numbers. */
interface Node {
  readonly reads: readonly number[];
  readonly after: readonly number[];
  readonly fate: Fate;
  /** How many attempts fail first. */
  readonly flaky: number;
  readonly isAsync: boolean;
  readonly pool: "none" | "narrow" | "wide";
  readonly priority: number;
}

const MOST_RETRIES = 2;
const POOLS = { narrow: 1, wide: 2 };

const graphs = fc.array(
  fc.record({
    reads: fc.array(fc.nat(30), { maxLength: 3 }),
    after: fc.array(fc.nat(30), { maxLength: 2 }),
    fate: fc.constantFrom<Fate>("value", "value", "value", "value", "fail", "skip"),
    flaky: fc.constantFrom(0, 0, 0, 1, 2, 3),
    isAsync: fc.boolean(),
    pool: fc.constantFrom<Node["pool"]>("none", "none", "narrow", "wide"),
    priority: fc.constantFrom(0, 0, 1, -1),
  }),
  { minLength: 1, maxLength: 30 },
).map((nodes): readonly Node[] =>
  nodes.map((node, index) => ({
    ...node,
    reads: [...new Set(node.reads.filter((up) => up < index))],
    after: [...new Set(node.after.filter((up) => up < index))],
  }))
);

/** How each node must end, worked out the plain way. */
function expectedEnds(nodes: readonly Node[]): readonly string[] {
  const ends: string[] = [];
  for (const node of nodes) {
    const isStopped = [...node.reads, ...node.after].some((up) => /failed$/.test(ends[up]));
    const isSkipped = node.reads.some((up) => ends[up] === "skipped");
    if (isStopped) ends.push("upstream_failed");
    else if (isSkipped) ends.push("skipped");
    else if (node.fate === "fail" || node.flaky > MOST_RETRIES) ends.push("failed");
    else ends.push(node.fate === "skip" ? "skipped" : "succeeded");
  }
  return ends;
}

/** Watches bodies while they run. */
class Watch {
  readonly done: Set<number> = new Set();
  readonly calls: Map<number, number> = new Map();
  readonly active: Map<string, number> = new Map();
  readonly most: Map<string, number> = new Map();

  enter(pool: string): void {
    for (const name of ["all", pool]) {
      const active = (this.active.get(name) ?? 0) + 1;
      this.active.set(name, active);
      this.most.set(name, Math.max(this.most.get(name) ?? 0, active));
    }
  }

  leave(pool: string): void {
    for (const name of ["all", pool]) this.active.set(name, (this.active.get(name) as number) - 1);
  }
}

function declare(nodes: readonly Node[], watch: Watch, ends: readonly string[]): readonly Asset[] {
  const assets: Asset[] = [];
  for (const [index, node] of nodes.entries()) {
    const body = (attempt: number) => {
      watch.calls.set(index, (watch.calls.get(index) ?? 0) + 1);
      for (const up of [...node.reads, ...node.after]) {
        assert.ok(watch.done.has(up) || ends[up] === "skipped", `${index} before ${up}`);
      }
      if (attempt <= node.flaky) throw new Error(`flaky ${attempt}`);
      if (node.fate === "fail") throw new Error("fails");
      watch.done.add(index);
      return node.fate === "skip" ? skip("skips") : index;
    };
    const slow = async (attempt: number) => {
      watch.enter(node.pool);
      try {
        for (let turn = 0; turn <= index % 3; turn++) await null;
        return body(attempt);
      } finally {
        watch.leave(node.pool);
      }
    };
    assets.push(defineAsset({
      key: `n${index}`,
      deps: Object.fromEntries(node.reads.map((up) => [`i${up}`, assets[up]])),
      after: node.after.map((up) => assets[up]),
      skippable: true,
      retry: { maxRetries: MOST_RETRIES, delayMs: 10 },
      priority: node.priority,
      ...(node.pool !== "none" && { pool: node.pool }),
      run: ({ attempt, inputs }) => {
        assert.deepEqual(inputs, Object.fromEntries(node.reads.map((up) => [`i${up}`, up])));
        return node.isAsync ? slow(attempt) as never : body(attempt) as never;
      },
    }));
  }
  return assets;
}

describe("any graph", () => {
  test("runs each step once after all it waits for, within every limit, and ends as the rules say", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (nodes, concurrency) => {
        const watch = new Watch();
        const ends = expectedEnds(nodes);
        const world = new World(declare(nodes, watch, ends), { concurrency, pools: POOLS });
        const running = world.run();
        await world.clock.advanceToEnd();
        const ran = await running;
        assert.deepEqual(nodes.map((_, index) => ran.ends[`n${index}`]), ends);
        const isFailed = ends.some((end) => /failed$/.test(end));
        assert.equal(ran.status, isFailed ? "failed" : "success");
        for (const [index, node] of nodes.entries()) {
          const mayRun = ends[index] !== "upstream_failed" &&
            (ends[index] !== "skipped" || watch.done.has(index));
          const attempts = node.fate === "fail" ? MOST_RETRIES + 1 : Math.min(node.flaky, MOST_RETRIES) + 1;
          assert.equal(watch.calls.get(index) ?? 0, mayRun ? attempts : 0, `calls of ${index}`);
        }
        assert.ok((watch.most.get("all") ?? 0) <= concurrency);
        assert.ok((watch.most.get("narrow") ?? 0) <= POOLS.narrow);
        assert.ok((watch.most.get("wide") ?? 0) <= POOLS.wide);
        assert.equal(world.clock.pending, 0);
      }),
      { numRuns: 150, seed: 20_260_301 },
    );
  });

  test("keeps causes and ways that lead along edges to the step that failed", async () => {
    await fc.assert(
      fc.asyncProperty(graphs, async (nodes) => {
        const ends = expectedEnds(nodes);
        const world = new World(declare(nodes, new Watch(), ends));
        const running = world.run();
        await world.clock.advanceToEnd();
        const ran = await running;
        const indexOf = (step: number) => Number(ran.nameOf(step).slice(1));
        const stopped = new Map(ran.of("step_upstream_failed").map(({ step, payload }) => [step, payload]));
        for (const [step, { cause, via }] of stopped) {
          const { reads, after } = nodes[indexOf(step)];
          assert.ok([...reads, ...after].includes(indexOf(via)));
          assert.equal(stopped.get(via)?.cause ?? via, cause);
          assert.equal(ends[indexOf(cause)], "failed");
        }
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test("ends every step exactly once when it is canceled at any moment", async () => {
    await fc.assert(
      fc.asyncProperty(
        graphs,
        fc.nat(40),
        fc.integer({ min: 1, max: 4 }),
        async (nodes, turns, concurrency) => {
          const ends = expectedEnds(nodes);
          const world = new World(declare(nodes, new Watch(), ends), { concurrency, pools: POOLS });
          const controller = new AbortController();
          const running = world.run({ signal: controller.signal });
          for (let turn = 0; turn < turns; turn++) await null;
          controller.abort();
          await world.clock.advanceToEnd();
          const ran = await running;
          const finals = ran.events.filter(({ type }) =>
            /^step_(succeeded|failed|skipped|upstream_failed|canceled)$/.test(type)
          );
          assert.deepEqual(
            finals.map(({ step }) => step).sort((a, b) => a - b),
            nodes.map((_, index) => index),
          );
          const { total, success, failed, skipped, upstreamFailed, canceled } = ran.outcome.steps;
          assert.equal(success + failed + skipped + upstreamFailed + canceled, total);
          assert.equal(ran.status === "canceled", canceled > 0);
          assert.equal(ran.events.at(-1)?.type, "run_finished");
          const again = world.run();
          await world.clock.advanceToEnd();
          assert.notEqual((await again).status, "canceled");
        },
      ),
      { numRuns: 150, seed: 99 },
    );
  });
});
