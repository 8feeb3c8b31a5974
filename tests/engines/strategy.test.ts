import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { chooseEngine } from "../../src/engines/strategy.ts";

const engine = (id: string, current: number, capacity = 4) => ({
  id,
  current,
  capacity,
  hasRoom: current < capacity,
});

describe("chooseEngine", () => {
  test("idle-first: one with nothing to do, else the first with room, else none", () => {
    assert.equal(chooseEngine("idle-first", [engine("a", 1), engine("b", 0)], "")?.id, "b");
    assert.equal(chooseEngine("idle-first", [engine("a", 4), engine("b", 3), engine("c", 1)], "")?.id, "b");
    assert.equal(chooseEngine("idle-first", [engine("a", 4)], ""), undefined);
    assert.equal(chooseEngine("idle-first", [], ""), undefined);
  });

  test("least-loaded: by the part that is taken, the first of equals", () => {
    assert.equal(chooseEngine("least-loaded", [engine("a", 2, 4), engine("b", 3, 10)], "")?.id, "b");
    assert.equal(chooseEngine("least-loaded", [engine("a", 1, 2), engine("b", 2, 4)], "")?.id, "a");
    assert.equal(chooseEngine("least-loaded", [engine("a", 2, 2), engine("b", 9, 10)], "")?.id, "b");
  });

  test("consistent-hash: a key keeps its engine, waits for it, and only the keys of one that goes move", () => {
    const engines = ["a", "b", "c", "d"].map((id) => engine(id, 0));
    const keys = Array.from({ length: 4_000 }, (_, place) => `customer-${place}`);
    const before = keys.map((key) => chooseEngine("consistent-hash", engines, key)?.id);
    const counts = engines.map(({ id }) => before.filter((chosen) => chosen === id).length);
    for (const count of counts) {
      assert.ok(Math.abs(count - 1_000) < 120, `${counts}: each has about its part`);
    }
    const without = engines.filter(({ id }) => id !== "b");
    for (const [place, key] of keys.entries()) {
      const after = chooseEngine("consistent-hash", without, key)?.id;
      if (before[place] !== "b") assert.equal(after, before[place]);
      else assert.notEqual(after, undefined);
    }
    const full = engines.map(({ id }) => engine(id, id === before[0] ? 4 : 0));
    assert.equal(chooseEngine("consistent-hash", full, keys[0]), undefined);
  });
});
