import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { memoryIO } from "../../src/io/memory.ts";
import { receiptOf } from "./support.ts";

const whole = { asset: "a", partition: undefined };
const part = { asset: "a", partition: "p" };

describe("memoryIO", () => {
  test("gives plain values, the very same that were kept, and never promises", () => {
    const io = memoryIO();
    const value = { when: new Date(0), run: () => 1, nothing: undefined };
    assert.equal(io.store(whole, value, receiptOf(whole)), undefined);
    assert.equal(io.load(whole), value);
    assert.equal(io.has(whole), true);
    assert.equal(io.receipt(whole)?.dataVersion, "v1");
    assert.equal(io.remove(whole), undefined);
    assert.equal(io.has(whole), false);
  });

  test("tells a kept undefined from nothing", () => {
    const io = memoryIO();
    assert.throws(() => io.load(whole), { code: "VALUE_MISSING" });
    io.store(whole, undefined);
    assert.equal(io.has(whole), true);
    assert.equal(io.load(whole), undefined);
    assert.equal(io.receipt(whole), undefined);
  });

  test("forgets the receipt of a value that is replaced without one", () => {
    const io = memoryIO();
    io.store(part, 1, receiptOf(part));
    io.store(part, 2);
    assert.equal(io.receipt(part), undefined);
  });

  test("says what is missing", () => {
    assert.throws(() => memoryIO().load({ asset: "raw/orders", partition: "2026-01-01" }), {
      message: 'VALUE_MISSING: There is no value of asset "raw/orders", partition "2026-01-01": ' +
        "this process holds none in memory.\n    hint: Materialize it first.",
    });
  });

  test("is not shared, has no places and takes no options", () => {
    const io = memoryIO();
    assert.deepEqual([io.name, io.shared, io.locate(whole), io.configure], [
      "memory",
      false,
      undefined,
      undefined,
    ]);
  });

  test("is ephemeral when it is told so", () => {
    assert.deepEqual([memoryIO().ephemeral, memoryIO({ ephemeral: true }).ephemeral], [false, true]);
    assert.equal(memoryIO({ name: "scratch" }).name, "scratch");
  });

  test("removes everything at once", () => {
    const io = memoryIO();
    for (const address of [whole, part]) io.store(address, 1);
    io.clear();
    assert.deepEqual([io.has(whole), io.has(part)], [false, false]);
  });
});

describe("MemorySlot", () => {
  test("is the place that the addresses lead to, and stays it", () => {
    const io = memoryIO();
    const slot = io.slot("a");
    slot.set(undefined, 1);
    slot.set("p", 2, receiptOf(part));
    assert.deepEqual([io.load(whole), io.load(part), io.receipt(part)?.asset], [1, 2, "a"]);
    io.clear();
    io.store(part, 3);
    assert.equal(io.slot("a"), slot);
    assert.deepEqual([slot.has(undefined), slot.has("p"), slot.get("p")], [false, true, 3]);
    slot.remove("p");
    slot.remove("q");
    assert.throws(() => slot.get("p"), { code: "VALUE_MISSING" });
  });
});
