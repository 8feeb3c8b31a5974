import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { skip } from "sluice";
import { virtualClock } from "../../../src/testing/clock.ts";
import { open, runOnce, told } from "./support.ts";

describe("each", () => {
  test("gives results in the order of the items, and records every element", async () => {
    const { value, elements } = await runOnce(({ each }) =>
      each([3, 1, 2], async (item, { index }) => {
        for (let turn = 0; turn < item; turn++) await Promise.resolve();
        return item * 10 + index;
      })
    );
    assert.deepEqual(value, [30, 11, 22]);
    assert.deepEqual(told(elements), ["0 success 1", "1 success 1", "2 success 1"]);
    assert.deepEqual(elements.map((each) => each.value), [30, 11, 22]);
  });

  test("takes iterables that come item by item, and pulls no more than may be under way", async () => {
    let pulled = 0;
    let most = 0;
    let ended = 0;
    async function* items() {
      for (let item = 0; item < 20; item++) {
        most = Math.max(most, ++pulled - ended);
        await Promise.resolve();
        yield item;
      }
    }
    const { value } = await runOnce(({ each }) =>
      each(items(), { concurrency: 3 }, async (item) => {
        await Promise.resolve();
        ended++;
        return item;
      })
    );
    assert.deepEqual(value, Array.from({ length: 20 }, (_, item) => item));
    assert.ok(most <= 4, `${most} pulled and not ended`);
  });

  test("holds no more elements under way than it may", async () => {
    let active = 0;
    const seen: number[] = [];
    const body = async () => {
      seen.push(++active);
      await new Promise((resolve) => setTimeout(resolve, 1));
      active--;
    };
    await runOnce(({ each }) => each([..."abcdefgh"], { concurrency: 3 }, body));
    assert.equal(Math.max(...seen), 3);
    seen.length = 0;
    await runOnce(({ each }) => each([..."abcdefgh"], body), {}, { concurrency: 2 });
    assert.equal(Math.max(...seen), 2);
  });

  test("nests without barriers, with keys as a path", async () => {
    const order: string[] = [];
    const slow = Promise.withResolvers<void>();
    const { elements, value } = await runOnce(({ each }) =>
      each(["a", "b/c"], { key: (item) => item }, async (item, { each, path }) => {
        if (item === "a") await slow.promise;
        const inner = await each([1, 2], (number) => {
          order.push(`${path}/${number}`);
          return number;
        });
        if (item !== "a") slow.resolve();
        return inner;
      })
    );
    assert.deepEqual(value, [[1, 2], [1, 2]]);
    assert.deepEqual(order, ["b~1c/1", "b~1c/2", "a/1", "a/2"]);
    assert.deepEqual(elements.map(({ path }) => path).sort(), [
      "a",
      "a/0",
      "a/1",
      "b~1c",
      "b~1c/0",
      "b~1c/1",
    ]);
  });

  test("fails the step when the others have ended", async () => {
    const { step, elements } = await runOnce(({ each }) =>
      each(["a", "b", "c"], { key: (item) => item }, (item) => {
        if (item !== "b") return item;
        throw new RangeError("no b");
      })
    );
    assert.equal(step.status, "failed");
    assert.equal(step.error?.code, "ELEMENTS_FAILED");
    assert.match(step.error?.message ?? "", /pages failed in 1 of 3 elements: "b" \(no b\)/);
    assert.equal(step.error?.cause?.name, "RangeError");
    assert.deepEqual(told(elements), ["a success 1", "b failed 1", "c success 1"]);
  });

  test("fails at once with failFast, and stops the others", async () => {
    const stopped: string[] = [];
    const { step, elements } = await runOnce(({ each }) =>
      each(["a", "b", "c"], { key: (item) => item, failFast: true, concurrency: 2 }, (item, { signal }) => {
        if (item === "b") throw new Error("no b");
        return new Promise((resolve) => signal.addEventListener("abort", () => resolve(stopped.push(item))));
      })
    );
    assert.match(step.error?.message ?? "", /failed in 1 of 2 elements: "b" \(no b\)/);
    assert.deepEqual(told(elements), ["a canceled 1", "b failed 1"]);
    assert.deepEqual(stopped, ["a"]);
  });

  test("gives what became of each where it is asked to settle", async () => {
    const { value } = await runOnce(async ({ each }) => {
      const ends = await each(["a", "b", "c"], { settled: true }, (item) => {
        if (item === "b") throw new TypeError("no b");
        return item === "c" ? skip("not c") : item.length;
      });
      return ends.map((end) => end.status === "failed" ? { ...end, error: end.error.name } : end);
    });
    assert.deepEqual(value, [
      { status: "success", key: "0", value: 1 },
      { status: "failed", key: "1", error: "TypeError" },
      { status: "skipped", key: "2", reason: "not c" },
    ]);
  });

  test("skips elements, whose place then holds nothing", async () => {
    const { value, elements } = await runOnce(async ({ each }) => {
      const numbers = await each([1, 2], (item) => item === 1 ? skip("one") : item);
      return numbers.map((number) => number ?? "none");
    });
    assert.deepEqual(value, ["none", 2]);
    assert.deepEqual(elements.map(({ status, reason }) => [status, reason]), [
      ["skipped", "one"],
      ["success", undefined],
    ]);
  });

  test("writes lines that name their element", async () => {
    const { logs } = await runOnce(async ({ each }) => {
      await each(["a"], { key: (item) => item }, (item, { log, each }) => {
        log.info(`at ${item}`, { n: 1 });
        return each([0], (_, { log }) => log.warning("within"));
      });
      return 1;
    });
    assert.deepEqual(logs.map(({ element, level, message, fields }) => [element, level, message, fields]), [
      ["a", "info", "at a", { n: 1 }],
      ["a/0", "warning", "within", undefined],
    ]);
  });

  test("gives results as JSON gives them back", async () => {
    const at = new Date(0);
    const { value } = await runOnce(async ({ each }) => {
      const [date, record, nothing] = await each(
        [0, 1, 2],
        (item) => [at, { a: undefined, b: 1 }, undefined][item],
      );
      return [typeof date, Object.keys(record ?? {}), nothing === undefined];
    });
    assert.deepEqual(value, ["string", ["b"], true]);
  });
});

describe("attempts at elements", () => {
  test("follow the policy of the step, which then does not try again itself", async () => {
    const calls: string[] = [];
    const { step, elements } = await runOnce(
      ({ each }) =>
        each(["a", "b"], { key: (item) => item }, (item, { attempt }) => {
          calls.push(`${item}${attempt}`);
          if (item === "b" || attempt < 2) throw new Error(`no ${item}`);
          return item;
        }),
      { retry: { maxRetries: 2 } },
    );
    assert.deepEqual(calls.sort(), ["a1", "a2", "b1", "b2", "b3"]);
    assert.equal(step.attempts, 1);
    assert.deepEqual(told(elements), ["a success 2", "b failed 3"]);
  });

  test("follow the policy of the call, and leave the step its own: what has succeeded is not run again", async () => {
    const calls: string[] = [];
    const { step, value, elements } = await runOnce(
      async ({ each, attempt }) => {
        const got = await each(["a", "b"], { key: (item) => item, retry: { maxRetries: 0 } }, (item) => {
          calls.push(`${item}${attempt}`);
          if (item === "b" && attempt < 3) throw new Error("no b");
          return { item, attempt };
        });
        return got;
      },
      { retry: { maxRetries: 2 } },
    );
    assert.deepEqual(calls, ["a1", "b1", "b2", "b3"]);
    assert.equal(step.attempts, 3);
    assert.deepEqual(value, [{ item: "a", attempt: 1 }, { item: "b", attempt: 3 }]);
    assert.deepEqual(told(elements), ["a success 1", "b success 3"]);
  });

  test("do not hold what waits behind them", async () => {
    const clock = virtualClock(0);
    const calls: string[] = [];
    await using sluice = open(
      ({ each }) =>
        each(
          ["a", "b", "c"],
          { concurrency: 1, retry: { maxRetries: 1, delayMs: 5_000 } },
          (item, { attempt }) => {
            calls.push(`${item}${attempt}@${clock.now()}`);
            if (item === "a" && attempt === 1) throw new Error("not yet");
            if (item === "c") setTimeout(() => clock.advance(5_000), 5);
            return item;
          },
        ),
      {},
      { clock },
    );
    assert.equal((await sluice.materialize("*")).status, "success");
    assert.deepEqual(calls, ["a1@0", "b1@0", "c1@0", "a2@5000"]);
  });

  test("time out by themselves", async () => {
    const { step, elements } = await runOnce(({ each }) =>
      each([1, 2], { timeoutMs: 20 }, (item) => item === 1 ? item : new Promise(() => {}))
    );
    assert.match(step.error?.message ?? "", /The element "1" of pages took longer than 20 ms/);
    assert.deepEqual(told(elements), ["0 success 1", "1 failed 1"]);
  });

  test("keep what was made within an element that is tried again", async () => {
    const calls: string[] = [];
    const { value } = await runOnce(({ each }) =>
      each(["a"], { retry: { maxRetries: 1 } }, async (_, { each, attempt }) => {
        const inner = await each([1, 2, 3], (item) => {
          calls.push(`${item}@${attempt}`);
          return { item };
        });
        if (attempt === 1) throw new Error("after all of them");
        return inner;
      })
    );
    assert.deepEqual(calls, ["1@1", "2@1", "3@1"]);
    assert.deepEqual(value, [[{ item: 1 }, { item: 2 }, { item: 3 }]]);
  });

  test("make an element again whose item is another", async () => {
    const calls: unknown[] = [];
    const { value } = await runOnce(
      async ({ each, attempt }) => {
        const got = await each([{ n: 1 }, { n: attempt }, new Map()], (item) => {
          calls.push(item);
          return "n" in item ? item.n : 0;
        });
        if (attempt === 1) throw new Error("once more");
        return got;
      },
      { retry: { maxRetries: 1 } },
    );
    assert.deepEqual(calls, [{ n: 1 }, { n: 1 }, new Map(), { n: 2 }, new Map()]);
    assert.deepEqual(value, [1, 2, 0]);
  });
});
