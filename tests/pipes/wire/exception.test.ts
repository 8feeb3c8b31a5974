import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { describeException } from "../../../src/pipes/wire/exception.ts";

describe("describeException", () => {
  test("tells class, text, frames and causes", () => {
    const cause = new RangeError("low");
    const { message, name, stack, cause: told, context } = describeException(
      new TypeError("high", { cause }),
    );
    assert.deepEqual([message, name, context], ["TypeError: high\n", "TypeError", null]);
    assert.ok(stack.length > 0 && stack.every((line) => /^\s+at .*\n$/.test(line)));
    assert.deepEqual([told?.message, told?.cause], ["RangeError: low\n", null]);
  });

  test("tells what was suppressed as the context, and the members of an aggregate", () => {
    const suppressed = Object.assign(new Error("both"), {
      name: "SuppressedError",
      error: new Error("in the disposal"),
      suppressed: new Error("in the body"),
    });
    const told = describeException(suppressed);
    assert.deepEqual([told.cause?.message, told.context?.message], [
      "Error: in the disposal\n",
      "Error: in the body\n",
    ]);
    const aggregate = describeException(new AggregateError([new Error("a"), 1], "two"));
    assert.equal(aggregate.message, "AggregateError: two\n  1. Error: a\n  2. 1\n");
  });

  test("takes anything that can be thrown, and ends", () => {
    assert.equal(describeException("text").message, "thrown: text\n");
    assert.equal(describeException(undefined).message, "thrown: undefined\n");
    assert.equal(describeException(new Error("x", { cause: "why" })).cause?.message, "thrown: why\n");
    const loop = new Error("loop");
    loop.cause = new Error("back", { cause: loop });
    assert.equal(describeException(loop).cause?.cause, null);
    let deep = new Error("0");
    for (let level = 1; level < 100; level++) deep = new Error(String(level), { cause: deep });
    let depth = 0;
    for (let told = describeException(deep).cause; told; told = told.cause) depth++;
    assert.equal(depth, 20);
  });
});
