import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import {
  addBlock,
  type Axis,
  coordinateOf,
  eachBlock,
} from "../../../../src/model/partitions/sets/product.ts";
import { createSubsetBuilder, subsetOf } from "../../../../src/model/partitions/subset.ts";

const SEED = 20_260_102;

function axesOf(sizes: readonly number[]): Axis[] {
  return sizes.map((size, level) => ({ size, stride: sizes.slice(level + 1).reduce((a, b) => a * b, 1) }));
}

const cases = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).chain((sizes) => {
  const cells = sizes.reduce((a, b) => a * b, 1);
  return fc.record({
    axes: fc.constant(axesOf(sizes)),
    cells: fc.uniqueArray(fc.nat(cells - 1)),
    matters: fc.array(fc.boolean(), { minLength: sizes.length, maxLength: sizes.length }),
  });
});

describe("blocks of a set over several axes", () => {
  test("cover the set when every axis matters", () => {
    fc.assert(
      fc.property(cases, ({ axes, cells }) => {
        const builder = createSubsetBuilder();
        eachBlock(subsetOf(cells), axes, axes.map(() => true), (block) => addBlock(builder, axes, block));
        assert.deepEqual([...builder.build().indices()], cells.toSorted((a, b) => a - b));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("have the set's coordinates along the axes that matter, and all along the others", () => {
    fc.assert(
      fc.property(cases, ({ axes, cells, matters }) => {
        const nameOf = (cell: number) =>
          axes.map((axis, level) => matters[level] ? coordinateOf(cell, axis) : "*").join(" ");
        const names = new Set(cells.map(nameOf));
        const total = axes[0].size * axes[0].stride;
        const expected = Array.from({ length: total }, (_, cell) => cell).filter((cell) =>
          names.has(nameOf(cell))
        );
        const builder = createSubsetBuilder();
        eachBlock(subsetOf(cells), axes, matters, (block) => addBlock(builder, axes, block));
        assert.deepEqual([...builder.build().indices()], expected);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("are few where runs are few", () => {
    const axes = axesOf([1_000, 1_000, 1_000]);
    let blocks = 0;
    eachBlock(subsetOf([]).union(subsetOf([5])), axes, [true, true, true], () => blocks++);
    assert.equal(blocks, 1);
    const builder = createSubsetBuilder();
    builder.addRange(0, 1_000_000_000);
    eachBlock(builder.build(), axes, [true, true, true], () => blocks++);
    assert.equal(blocks, 2);
  });
});
