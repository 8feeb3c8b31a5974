import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  defineAsset,
  definitions,
  type ElementContext,
  materialize,
  skip,
  SluiceError,
} from "sluice";
import { open, type Run, runOnce, told } from "./support.ts";

describe("the end of an attempt", () => {
  test("cancels its elements with the run", async () => {
    const controller = new AbortController();
    await using sluice = open(({ each }) =>
      each([1, 2, 3], { concurrency: 2 }, (item, { signal }) => {
        if (item === 2) controller.abort("enough");
        return new Promise((_, reject) => {
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener("abort", () => reject(signal.reason));
        });
      })
    );
    const { id, status } = await sluice.materialize("*", { signal: controller.signal });
    assert.equal(status, "canceled");
    assert.deepEqual(told(await sluice.elements(id)), ["0 canceled 1", "1 canceled 1"]);
  });

  test("records what is canceled before the step that has timed out, and nothing of it later", async () => {
    const late = Promise.withResolvers<void>();
    await using sluice = open(
      ({ each }) => each(["a"], { key: (item) => item }, () => late.promise),
      { timeoutMs: 20 },
    );
    const kinds: string[] = [];
    sluice.subscribe((events) => {
      for (const { type } of events) kinds.push(type);
    });
    const { id, status } = await sluice.materialize("*");
    late.resolve();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(status, "failed");
    assert.deepEqual(kinds.slice(2, 6), [
      "step_started",
      "element_started",
      "element_canceled",
      "step_failed",
    ]);
    assert.deepEqual(told(await sluice.elements(id)), ["a canceled 1"]);
  });

  test("refuses a body that does not wait for its elements", async () => {
    const { step, elements } = await runOnce(({ each }) => {
      void each([1], () => new Promise((resolve) => setTimeout(resolve, 5)));
      return 1;
    });
    assert.match(step.error?.message ?? "", /returned while elements were under way/);
    assert.deepEqual(told(elements), ["0 canceled 1"]);
  });

  test("refuses an element that does not wait for its own", async () => {
    const { step, elements } = await runOnce(({ each }) =>
      each([1], (_, { each }) => {
        void each([1], () => new Promise((resolve) => setTimeout(resolve, 5)));
        return 1;
      })
    );
    assert.match(step.error?.message ?? "", /has an element "0" that returned while elements were under way/);
    assert.deepEqual(told(elements), ["0 failed 1", "0/0 canceled 1"]);
  });
});

describe("what is refused", () => {
  const refusals: readonly (readonly [string, string, RegExp, Run, object?])[] = [
    [
      "an asset that is not declared so",
      "ELEMENT_INVALID",
      /not declared to have elements/,
      ({ each }) => each([1], () => 1),
      { elements: false },
    ],
    [
      "a key twice",
      "ELEMENT_DUPLICATE",
      /has two elements "a"/,
      ({ each }) => each([1, 2], { key: () => "a" }, () => 1),
    ],
    [
      "two calls with keys by place",
      "ELEMENT_DUPLICATE",
      /Give the calls of one body different names/,
      async ({ each }) => {
        await each([1], () => 1);
        await each([1], () => 1);
      },
    ],
    [
      "an empty key",
      "ELEMENT_INVALID",
      /gives "" as the key of the item at 0/,
      ({ each }) => each([1], { key: () => "" }, () => 1),
    ],
    [
      "a result that is too large",
      "ELEMENT_TOO_LARGE",
      /65538 characters as JSON, and 65536 are kept/,
      ({ each }) => each([1], () => "x".repeat(65_536)),
    ],
    [
      "a result that JSON does not hold",
      "ELEMENT_INVALID",
      /cannot be recorded: .*the result.n/,
      ({ each }) => each([1], () => ({ n: 1n })),
    ],
    [
      "an option that nobody knows",
      "ELEMENT_INVALID",
      /has no option "concurency"/,
      ({ each }) => each([1], { concurency: 2 } as never, () => 1),
    ],
    [
      "a concurrency of none",
      "ELEMENT_INVALID",
      /takes a whole number from 1 as concurrency/,
      ({ each }) => each([1], { concurrency: 0 }, () => 1),
    ],
    [
      "a text instead of a list",
      "ELEMENT_INVALID",
      /calls each\(\) with a string instead of a list/,
      ({ each }) => each("abc" as never, () => 1),
    ],
    [
      "no body",
      "ELEMENT_INVALID",
      /with undefined instead of a function/,
      ({ each }) => each([1], undefined as never),
    ],
    [
      "failFast with settled",
      "ELEMENT_INVALID",
      /exclude|give one of them/,
      ({ each }) => each([1], { settled: true, failFast: true }, () => 1),
    ],
    [
      "the pool that the step is in",
      "ELEMENT_INVALID",
      /asks for a slot of the pool "web"/,
      ({ each }) => each([1], { pool: "web" }, () => 1),
      { pool: "web" },
    ],
  ];
  for (const [what, code, message, run, rules] of refusals) {
    test(what, async () => {
      const { step } = await runOnce(run, { retry: { maxRetries: 3 }, ...rules });
      assert.equal(step.status, "failed");
      assert.equal(step.attempts, 1, "trying again would not help");
      const inner = step.error?.code === "ELEMENTS_FAILED" ? step.error.cause : step.error;
      assert.equal(inner?.code, code);
      assert.match(inner?.message ?? "", message);
    });
  }

  test("an iterator that throws, after what it has begun has ended", async () => {
    let isClosed = false;
    function* items() {
      try {
        yield 1;
        throw new RangeError("no more");
      } finally {
        isClosed = true;
      }
    }
    const { step, elements } = await runOnce(({ each }) =>
      each(items(), async (item) => {
        await Promise.resolve();
        return item;
      })
    );
    assert.equal(step.error?.name, "RangeError");
    assert.ok(isClosed);
    assert.deepEqual(told(elements), ["0 success 1"]);
  });
});

describe("pools of elements", () => {
  test("are shared by the elements of all runs, and by steps", async () => {
    let active = 0;
    let most = 0;
    const visit = async () => {
      most = Math.max(most, ++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
    };
    const assets = ["a", "b", "c"].map((key) =>
      defineAsset({
        key,
        elements: true,
        run: async ({ each }) => {
          await each([1, 2, 3, 4], { pool: "web" }, visit);
          return key;
        },
      })
    );
    const single = defineAsset({ key: "single", pool: "web", run: visit });
    await using sluice = createOrchestrator(definitions({ assets: [...assets, single] }), {
      store: "memory",
      defaultIO: "memory",
      pools: { web: 2 },
    });
    const results = await Promise.all([sluice.materialize(["a", "b"]), sluice.materialize(["c", "single"])]);
    assert.deepEqual(results.map(({ status }) => status), ["success", "success"]);
    assert.equal(most, 2);
  });

  test("are left by elements that are canceled while they wait", async () => {
    const controller = new AbortController();
    await using sluice = open(
      ({ each }) =>
        each([1, 2, 3], { pool: "web" }, (_, { signal }) => {
          setTimeout(() => controller.abort("enough"), 1);
          return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
        }),
      {},
      { pools: { web: 1 } },
    );
    const { id } = await sluice.materialize("*", { signal: controller.signal });
    assert.deepEqual(told(await sluice.elements(id)), ["0 canceled 1"]);
  });
});

describe("repeated runs", () => {
  test("give what an earlier run has made of elements, and record where it comes from", async () => {
    const calls: string[] = [];
    let isUp = false;
    await using sluice = open(({ each }) =>
      each(["a", "b", "c"], { key: (item) => item }, (item: string, { path }: ElementContext) => {
        calls.push(path);
        if (item === "b" && !isUp) throw new Error("down");
        return item === "c" ? skip("not c") : item;
      })
    );
    const first = await sluice.materialize("*");
    isUp = true;
    const second = await sluice.rerun(first.id);
    assert.equal(second.status, "success");
    assert.deepEqual(calls, ["a", "b", "c", "b"]);
    assert.deepEqual(
      (await sluice.elements(second.id)).map((
        { path, status, from, attempts },
      ) => [path, status, from, attempts]),
      [["a", "success", first.id, 0], ["b", "success", undefined, 1], ["c", "skipped", first.id, 0]],
    );
    await sluice.rerun(first.id, { from: "start" });
    assert.deepEqual(calls.slice(4), ["a", "b", "c"]);
  });
});

describe("a body by itself", () => {
  test("has elements, and fails with the first error as the cause", async () => {
    const pages = defineAsset({
      key: "pages",
      elements: true,
      retry: { maxRetries: 5 },
      run: ({ each }) =>
        each([1, 2], (item, { log }) => {
          log.info(`at ${item}`);
          if (item > 2) throw new Error("no");
          return item * 2;
        }),
    });
    const { value, logs } = await materialize(pages);
    assert.deepEqual(value, [2, 4]);
    assert.deepEqual(logs.map(({ element, message }) => [element, message]), [["0", "at 1"], ["1", "at 2"]]);
    const failing = defineAsset({
      key: "f",
      elements: true,
      run: ({ each }) => each([1], () => Promise.reject(new Error("x"))),
    });
    await assert.rejects(
      materialize(failing),
      (error) =>
        error instanceof SluiceError && error.code === "ELEMENTS_FAILED" &&
        (error.cause as Error).message === "x",
    );
  });
});
