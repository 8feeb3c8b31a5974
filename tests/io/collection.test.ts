import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type CollectionSource, openPartitioned } from "../../src/io/collection.ts";
import type { IOManager, ValueAddress } from "../../src/io/manager.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { fullSubset, rangeSubset, subsetOf } from "../../src/model/partitions/subset.ts";
import type { UnitSpace } from "../../src/model/partitions/space.ts";
import { rejection } from "./support.ts";

/** A space of names that counts how often a key is made. */
function spaceOf(keys: readonly string[]) {
  const space = {
    kind: "names" as const,
    size: keys.length,
    keysMade: 0,
    keyAt: (index: number): string => {
      space.keysMade++;
      return keys[index];
    },
    indexOf: (key: string): number => keys.indexOf(key),
  };
  return space;
}

/** A manager whose loads are under test: it notes what is asked for and answers when it is told. */
class SlowManager {
  readonly asked: (string | undefined)[] = [];
  readonly #answers = new Map<string | undefined, () => void>();
  readonly manager: IOManager = {
    ...memoryIO(),
    load: ({ partition }: ValueAddress) => {
      this.asked.push(partition);
      return new Promise((resolve, reject) => {
        this.#answers.set(
          partition,
          () => partition === "bad" ? reject(new Error("broken")) : resolve(`<${partition}>`),
        );
      });
    },
  };

  answer(partition: string): void {
    this.#answers.get(partition)?.();
  }
}

/** Waits until everything that can happen without an answer has happened. */
function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

const keys = ["a", "b", "c", "d", "e", "f"];

function inMemory(subset = fullSubset(6), more: Partial<CollectionSource> = {}) {
  const manager = memoryIO();
  for (const partition of keys) manager.store({ asset: "raw", partition }, partition.toUpperCase());
  const space = spaceOf(keys);
  return { manager, space, collection: openPartitioned({ manager, asset: "raw", space, subset, ...more }) };
}

describe("openPartitioned", () => {
  test("gives keys and values in partition order", async () => {
    const { collection } = inMemory(subsetOf([4, 0, 2]));
    assert.equal(collection.size, 3);
    assert.deepEqual([...collection.keys()], ["a", "c", "e"]);
    assert.deepEqual(await Array.fromAsync(collection), [["a", "A"], ["c", "C"], ["e", "E"]]);
    assert.deepEqual(await Array.fromAsync(collection.values()), ["A", "C", "E"]);
    assert.deepEqual([...await collection.load()], [["a", "A"], ["c", "C"], ["e", "E"]]);
    assert.equal(await collection.get("c"), "C");
    assert.deepEqual(["a", "b", "z"].map((key) => collection.has(key)), [true, false, false]);
  });

  test("makes no key and loads nothing before it is asked for", async () => {
    const { manager, asked } = new SlowManager();
    const space = spaceOf(keys);
    const collection = openPartitioned({ manager, asset: "raw", space, subset: fullSubset(6) });
    assert.deepEqual([collection.size, collection.has("b"), space.keysMade, asked.length], [6, true, 0, 0]);
    for (const key of collection.keys()) {
      assert.equal(key, "a");
      break;
    }
    assert.deepEqual([space.keysMade, asked.length], [1, 0]);
  });

  test("loads ahead of the consumer, no more than it may, and keeps the order", async () => {
    const slow = new SlowManager();
    const subset = fullSubset(6);
    const collection = openPartitioned({
      manager: slow.manager,
      asset: "raw",
      space: spaceOf(keys),
      subset,
      concurrency: 3,
    });
    const got: unknown[] = [];
    const reading = (async () => {
      for await (const value of collection.values()) got.push(value);
    })();
    await settle();
    assert.deepEqual([slow.asked, got], [["a", "b", "c"], []]);
    slow.answer("b");
    await settle();
    assert.deepEqual([slow.asked.length, got], [3, []]);
    slow.answer("a");
    await settle();
    assert.deepEqual([slow.asked, got], [["a", "b", "c", "d", "e"], ["<a>", "<b>"]]);
    for (const key of ["f", "e", "d", "c"]) slow.answer(key);
    await settle();
    slow.answer("f");
    await reading;
    assert.deepEqual(got, keys.map((key) => `<${key}>`));
  });

  test("stops loading when the consumer stops", async () => {
    const slow = new SlowManager();
    const many = Array.from({ length: 1_000 }, (_, index) => `k${index}`);
    const collection = openPartitioned({
      manager: slow.manager,
      asset: "raw",
      space: spaceOf(many),
      subset: fullSubset(1_000),
      concurrency: 4,
    });
    const reading = (async () => {
      for await (const [key, value] of collection) return [key, value];
    })();
    await settle();
    slow.answer("k0");
    assert.deepEqual(await reading, ["k0", "<k0>"]);
    assert.equal(slow.asked.length, 4);
  });

  test("fails when the turn of a failed value comes, and not before", async () => {
    const slow = new SlowManager();
    const space = spaceOf(["a", "bad", "c"]);
    const collection = openPartitioned({ manager: slow.manager, asset: "raw", space, subset: fullSubset(3) });
    const iterator = collection.values();
    const first = iterator.next();
    await settle();
    slow.answer("bad");
    await settle();
    slow.answer("a");
    assert.deepEqual(await first, { done: false, value: "<a>" });
    assert.match(String(await rejection(iterator.next())), /broken/);
    assert.deepEqual(await iterator.next(), { done: true, value: undefined });
  });

  test("takes values that are still held instead of loading them", async () => {
    const held = new Map<number, unknown>([[1, "held b"], [2, undefined]]);
    const { collection } = inMemory(rangeSubset(0, 3), { held });
    assert.deepEqual(await Array.fromAsync(collection.values()), ["A", "held b", undefined]);
    assert.equal(await collection.get("b"), "held b");
  });

  test("names an unknown key, and what is like it", async () => {
    const { collection, manager } = inMemory(rangeSubset(1, 4));
    assert.equal(
      (await rejection(collection.get("a"))).message,
      'PARTITION_UNKNOWN: Partition "a" of asset "raw" is not part of this input: the input holds 3 partitions from ' +
        '"b" to "d".\n    hint: Ask has() first, or give the dependency a partition mapping that covers it.',
    );
    const days = spaceOf(["2026-01-01", "2026-01-02"]);
    const source = { manager, asset: "raw", space: days };
    assert.equal(
      (await rejection(openPartitioned({ ...source, subset: subsetOf([1]) }).get("2026-01-2"))).message,
      'PARTITION_UNKNOWN: Partition "2026-01-2" of asset "raw" does not exist: the input holds "2026-01-02" only.\n' +
        "    hint: Did you mean 2026-01-02?",
    );
    assert.match(
      (await rejection(openPartitioned({ ...source, subset: subsetOf([]) }).get("x"))).message,
      /is empty\./,
    );
  });

  test("says which value is missing", async () => {
    const { collection, manager } = inMemory();
    manager.remove({ asset: "raw", partition: "c" });
    assert.match((await rejection(collection.load())).message, /VALUE_MISSING: .*asset "raw", partition "c"/);
  });

  test("holds the one value of an asset without partitions", async () => {
    const manager = memoryIO();
    manager.slot("raw").set(undefined, 7);
    const space: UnitSpace = {
      kind: "unit",
      size: 1,
      keyAt: () => "",
      indexOf: (key) => key === "" ? 0 : -1,
    };
    const collection = openPartitioned({ manager, asset: "raw", space, subset: fullSubset(1) });
    assert.deepEqual(await Array.fromAsync(collection), [["", 7]]);
  });
});
