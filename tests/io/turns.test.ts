import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Turns } from "../../src/io/turns.ts";

describe("turns", () => {
  test("let jobs at one place follow one another, and others not wait", async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const jobs = [
      turns.take("a", () => first.promise.then(() => order.push("a1"))),
      turns.take("a", async () => order.push("a2")),
      turns.take("b", async () => order.push("b")),
    ];
    await jobs[2];
    assert.deepEqual(order, ["b"]);
    first.resolve();
    await Promise.all(jobs);
    assert.deepEqual(order, ["b", "a1", "a2"]);
  });

  test("go on after a job that failed", async () => {
    const turns = new Turns();
    const failed = turns.take("a", () => Promise.reject(new Error("no")));
    const next = turns.take("a", () => Promise.resolve(7));
    await assert.rejects(failed, /no/);
    assert.equal(await next, 7);
  });
});
