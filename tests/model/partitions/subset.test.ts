import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import {
  createSubsetBuilder,
  emptySubset,
  fullSubset,
  rangeSubset,
  subsetFromRanges,
  subsetOf,
  unionOf,
} from "../../../src/model/partitions/subset.ts";
import type { IndexRange, Subset } from "../../../src/model/partitions/subset.ts";

/** The last index there can be. */
const LAST = 2 ** 53 - 1;
const SEED = 20_260_101;

/** Sets that fall on both sides of every limit: few and many runs, dense and sparse, far from zero. */
const members: fc.Arbitrary<readonly number[]> = fc.oneof(
  { arbitrary: fc.uniqueArray(fc.nat(40), { maxLength: 12 }), weight: 2 },
  { arbitrary: fc.uniqueArray(fc.nat(600), { minLength: 60, maxLength: 250 }), weight: 3 },
  { arbitrary: fc.uniqueArray(fc.nat(100_000), { maxLength: 40 }), weight: 1 },
  {
    arbitrary: fc.tuple(fc.nat(300), fc.nat(300)).map(([start, length]) => span(start, start + length)),
    weight: 2,
  },
  {
    arbitrary: fc.uniqueArray(fc.nat(300), { minLength: 30, maxLength: 120 })
      .map((list) => list.map((index) => LAST - index)),
    weight: 1,
  },
);

function span(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, offset) => start + offset);
}

function sorted(set: Iterable<number>): number[] {
  return [...set].sort((a, b) => a - b);
}

/** The maximal runs of a plain set, worked out one index at a time. */
function runsOf(set: ReadonlySet<number>): IndexRange[] {
  const runs: [number, number][] = [];
  for (const index of sorted(set)) {
    const last = runs.at(-1);
    if (last && last[1] === index) last[1] = index + 1;
    else runs.push([index, index + 1]);
  }
  return runs;
}

function assertHolds(actual: Subset, expected: ReadonlySet<number>): void {
  const indices = sorted(expected);
  const runs = runsOf(expected);
  assert.equal(actual.size, indices.length);
  assert.deepEqual([...actual.indices()], indices);
  assert.deepEqual([...actual.ranges()], runs);
  const visited: IndexRange[] = [];
  actual.eachRange((start, end) => visited.push([start, end]));
  assert.deepEqual(visited, runs);
  indices.forEach((index, position) => {
    assert.equal(actual.at(position), index);
    assert.equal(actual.rank(index), position);
    assert.ok(actual.has(index));
    assert.equal(actual.has(index + 1), expected.has(index + 1));
    assert.equal(actual.rank(index + 1), position + 1);
  });
  for (const index of indices.flatMap((member) => [member - 1, member, member + 1])) {
    const run = runs.find(([, end]) => end > index);
    assert.deepEqual(actual.rangeFrom(index), run && [Math.max(run[0], index), run[1]]);
  }
  assert.equal(actual.rank(0), 0);
  assert.throws(() => actual.at(indices.length), RangeError);
}

describe("a subset against a plain set of numbers", () => {
  test("holds what it was made of, however it was made", () => {
    fc.assert(
      fc.property(members, (list) => {
        const expected = new Set(list);
        assertHolds(subsetOf(list), expected);
        assertHolds(subsetOf(sorted(list)), expected);
        assertHolds(subsetFromRanges(runsOf(expected).reverse()), expected);
        const builder = createSubsetBuilder();
        for (const index of list) builder.add(index);
        builder.addAll(subsetOf(list.slice(0, 3)));
        assertHolds(builder.build(), expected);
        assert.equal(builder.build().size, 0);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });

  test("joins, meets and takes away", () => {
    fc.assert(
      fc.property(members, members, (left, right) => {
        const [a, b] = [new Set(left), new Set(right)];
        const [ours, theirs] = [subsetOf(left), subsetOf(right)];
        assertHolds(ours.union(theirs), new Set([...a, ...b]));
        assertHolds(ours.intersect(theirs), new Set(left.filter((index) => b.has(index))));
        assertHolds(ours.minus(theirs), new Set(left.filter((index) => !b.has(index))));
        assertHolds(ours, a);
        assertHolds(theirs, b);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test("is equal exactly when the members are, whatever way led to them", () => {
    fc.assert(
      fc.property(members, members, (left, right) => {
        const [ours, theirs] = [subsetOf(left), subsetOf(right)];
        assert.equal(ours.equals(theirs), String(sorted(left)) === String(sorted(right)));
        const roundabout = ours.union(theirs).minus(theirs.minus(ours));
        assert.ok(roundabout.equals(ours));
        assert.ok(ours.equals(roundabout));
        assert.equal(ours.equals(ours.union(rangeSubset(700, 701))), left.includes(700));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test("unites many at once as one after the other", () => {
    fc.assert(
      fc.property(fc.array(members, { maxLength: 6 }), (lists) => {
        assertHolds(unionOf(lists.map(subsetOf)), new Set(lists.flat()));
      }),
      { seed: SEED, numRuns: 80 },
    );
  });
});

describe("a subset", () => {
  test("of everything, of nothing, of a run", () => {
    assert.equal(fullSubset(3).size, 3);
    assert.deepEqual([...fullSubset(3).indices()], [0, 1, 2]);
    assert.equal(fullSubset(0), emptySubset());
    assert.equal(rangeSubset(5, 5), emptySubset());
    assert.deepEqual([...rangeSubset(5, 8).ranges()], [[5, 8]]);
    assert.equal(unionOf([]), emptySubset());
  });

  test("takes indices up to 2^53 - 1", () => {
    const everything = fullSubset(2 ** 53);
    assert.equal(everything.size, 2 ** 53);
    assert.ok(everything.has(LAST));
    const holes = subsetOf(span(0, 400).map((k) => LAST - 2 * k));
    assert.ok(holes.has(LAST));
    assert.equal(everything.minus(holes).size, 2 ** 53 - 400);
    assert.equal(everything.minus(holes).rank(LAST), LAST - 399);
    assert.ok(everything.minus(holes).union(holes).equals(everything));
  });

  test("gives an operand back when nothing changes", () => {
    const dense = subsetOf(span(0, 200).map((k) => 3 * k));
    const all = fullSubset(1_000);
    assert.equal(dense.intersect(all), dense);
    assert.equal(all.intersect(dense), dense);
    assert.equal(dense.union(all), all);
    assert.equal(dense.union(emptySubset()), dense);
    assert.equal(dense.minus(emptySubset()), dense);
    assert.equal(dense.minus(all), emptySubset());
    assert.equal(dense.minus(dense), emptySubset());
  });

  test("has one form, also where runs cross words and either form nearly pays", () => {
    for (const step of [96, 128, 160, 300]) {
      for (let count = 14; count < 40; count++) {
        const ours = subsetFromRanges(span(0, count).map((k) => [k * step + 20, k * step + 44]));
        const dense = subsetOf(span(0, count * step / 2).map((k) => 2 * k));
        const roundabout = ours.union(dense).minus(dense.minus(ours));
        assert.ok(roundabout.equals(ours), `${count} runs, ${step} apart`);
        assert.ok(ours.equals(roundabout), `${count} runs, ${step} apart`);
      }
    }
  });

  test("works with a set of another make", () => {
    const foreign: Subset = { ...plainSubset([3, 4, 5, 9]) };
    assertHolds(subsetOf([1, 4]).union(foreign), new Set([1, 3, 4, 5, 9]));
    assertHolds(fullSubset(10).minus(foreign), new Set([0, 1, 2, 6, 7, 8]));
    assert.ok(subsetOf([9, 5, 4, 3]).equals(foreign));
  });

  test("refuses what is no index", () => {
    for (const index of [-1, 0.5, NaN, Infinity, 2 ** 53]) {
      assert.throws(() => subsetOf([index]), RangeError, String(index));
    }
    assert.throws(() => rangeSubset(4, 3), RangeError);
    assert.throws(() => fullSubset(-1), RangeError);
    assert.throws(() => fullSubset(2 ** 53 + 2), RangeError);
    assert.throws(() => emptySubset().at(0), RangeError);
    assert.throws(() => fullSubset(2).at(0.5), RangeError);
  });
});

/** The least a subset can be; only its ranges are read by ours. */
function plainSubset(indices: readonly number[]): Subset {
  const absent = () => {
    throw new Error("not needed");
  };
  return {
    size: indices.length,
    has: (index) => indices.includes(index),
    union: absent,
    intersect: absent,
    minus: absent,
    equals: absent,
    ranges: () => runsOf(new Set(indices)).values(),
    indices: () => indices.values(),
    eachRange: (visit) => runsOf(new Set(indices)).forEach(([start, end]) => visit(start, end)),
    rangeFrom: absent,
    at: absent,
    rank: absent,
  };
}
