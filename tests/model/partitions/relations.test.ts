import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import type { LeafPartitions, Partitions, TimePartitions } from "../../../src/model/partitions/definition.ts";
import {
  allMapping,
  identityMapping,
  lastMapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import type {
  LeafMapping,
  Mapping,
  ResolvedMapping,
  TimeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { subsetOf } from "../../../src/model/partitions/subset.ts";
import {
  CONTEXT,
  dynamic,
  keysOf,
  multi,
  names,
  overlapOracle,
  relationOf,
  resolve,
  unboundedWindows,
  windows,
} from "./support.ts";

const SEED = 20_260_103;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Instants in November 2023 and in the weeks in which clocks change. */
const ZONES: readonly (readonly [zone: string, nowMs: number])[] = [
  ["UTC", CONTEXT.nowMs],
  ["Europe/Berlin", Date.parse("2024-04-03T10:15:00Z")],
  ["America/New_York", Date.parse("2024-11-06T18:40:00Z")],
  ["Asia/Kathmandu", Date.parse("2024-01-17T03:00:00Z")],
  ["Australia/Lord_Howe", Date.parse("2024-04-10T00:00:00Z")],
  ["America/Havana", Date.parse("2024-03-14T12:00:00Z")],
];

const UNITS = ["hour", "day", "week", "month", "0 6 * * *", "30 */5 * * *", "0 0 */3 * *", "0 12 * * 1-5"];

const exclusions = fc.oneof(
  { arbitrary: fc.constant<readonly string[]>([]), weight: 3 },
  { arbitrary: fc.constant(["0 0 * * 6", "0 0 * * 0"]), weight: 1 },
  { arbitrary: fc.constant(["0 3 * * *", "0 0 2 * *", "0 12 * * 3"]), weight: 1 },
);

function definition(zone: string, nowMs: number): fc.Arbitrary<TimePartitions> {
  return fc.record({
    unit: fc.constantFrom(...UNITS),
    back: fc.integer({ min: 0, max: 20 * 24 }),
    end: fc.option(fc.integer({ min: -15 * 24, max: 30 }), { nil: undefined, freq: 3 }),
    endOffset: fc.integer({ min: -2, max: 2 }),
    exclusions,
  }).map(({ unit, back, end, endOffset, exclusions }) => ({
    ...windows(unit, { timezone: zone, endOffset, exclusions }),
    startMs: nowMs - back * (unit === "month" ? DAY_MS : HOUR_MS),
    endMs: end === undefined ? undefined : nowMs + end * HOUR_MS,
  }));
}

const windowCases = fc.constantFrom(...ZONES).chain(([zone, nowMs]) =>
  fc.record({
    context: fc.constant({ ...CONTEXT, nowMs }),
    downstream: definition(zone, nowMs),
    upstream: definition(zone, nowMs),
    offsets: fc.oneof(fc.constant([0, 0]), fc.tuple(fc.integer({ min: -4, max: 4 }), fc.nat(4))),
  }).map(({ offsets: [start, length], ...rest }) => ({
    ...rest,
    rule: timeWindowMapping({ startOffset: start, endOffset: start + length }),
  }))
);

/** Transposes a relation. */
function inverse(relation: readonly (readonly number[])[], upstreamSize: number): number[][] {
  const inverted: number[][] = Array.from({ length: upstreamSize }, () => []);
  relation.forEach((reads, downstream) => reads.forEach((upstream) => inverted[upstream].push(downstream)));
  return inverted;
}

/** Every way of asking must agree with the relation that single cells give. */
function assertConsistent(mapping: ResolvedMapping, picks: readonly number[]): void {
  const relation = relationOf(mapping);
  const inverted = inverse(relation, mapping.upstream.size);
  const below = picks.map((pick) => pick % (mapping.downstream.size || 1)).filter((k) =>
    k < mapping.downstream.size
  );
  const above = picks.map((pick) => pick % (mapping.upstream.size || 1)).filter((k) =>
    k < mapping.upstream.size
  );
  for (const set of [[], below, below.slice(0, 1), [...relation.keys()]]) {
    const { existing } = mapping.toUpstream(subsetOf(set));
    assert.deepEqual([...existing.indices()], union(set.map((index) => relation[index])));
    if (mapping.constant && set.length > 0) assert.ok(existing.equals(mapping.constant));
  }
  for (const set of [[], above, above.slice(0, 1), [...inverted.keys()]]) {
    assert.deepEqual(
      [...mapping.toDownstream(subsetOf(set)).indices()],
      union(set.map((index) => inverted[index])),
    );
  }
  if (mapping.isIdentity) relation.forEach((reads, index) => assert.deepEqual(reads, [index]));
  relation.forEach((reads, index) => {
    const alike = mapping.firstAlike(index);
    assert.ok(alike <= index);
    assert.deepEqual(relation[alike], reads);
  });
}

function union(lists: readonly (readonly number[])[]): number[] {
  return [...new Set(lists.flat())].sort((a, b) => a - b);
}

/** What is missing for a set: for each member the windows outside the bounds that its interval overlaps. */
function missingOracle(
  rule: TimeWindowMapping,
  mapping: ResolvedMapping,
  downstream: TimePartitions,
  upstream: TimePartitions,
  context: typeof CONTEXT,
  set: readonly number[],
): string[] {
  if (rule.allowNonexistent) return [];
  const [below, above] = [mapping.downstream, mapping.upstream];
  if (below.kind !== "time" || above.kind !== "time") throw new TypeError("windows are expected");
  const [frame, wanted] = [unboundedWindows(downstream, context), unboundedWindows(upstream, context)];
  const first = wanted.size > 0 ? wanted.startAt(wanted.indexFrom(upstream.startMs)) : upstream.startMs;
  const [lowMs, highMs] = above.size > 0 ? [above.startAt(0), above.endAt(above.size - 1)] : [first, first];
  const found = new Set<number>();
  for (const index of set) {
    const position = frame.indexAt(below.startAt(index));
    const { startOffset, endOffset } = rule;
    let startMs = startOffset > 0
      ? frame.endAt(position + startOffset - 1)
      : frame.startAt(position + startOffset);
    let endMs = endOffset < 0 ? frame.startAt(position + endOffset + 1) : frame.endAt(position + endOffset);
    if (startOffset < 0) startMs = Math.max(startMs, lowMs);
    if (startOffset > 0) startMs = Math.min(startMs, highMs);
    if (endOffset < 0) endMs = Math.max(endMs, lowMs);
    if (endOffset > 0) endMs = Math.min(endMs, highMs);
    for (let k = 0; k < wanted.size && startMs < endMs; k++) {
      const outside = wanted.endAt(k) <= lowMs || wanted.startAt(k) >= highMs;
      if (outside && wanted.startAt(k) < endMs && wanted.endAt(k) > startMs) found.add(k);
    }
  }
  return union([[...found]]).map((k) => wanted.keyAt(k));
}

const picks = fc.array(fc.nat(10_000), { maxLength: 25 });

describe("windows against windows", () => {
  test("give what a comparison of all pairs gives", () => {
    fc.assert(
      fc.property(windowCases, ({ rule, downstream, upstream, context }) => {
        const mapping = resolve(rule, downstream, upstream, context);
        assert.deepEqual(relationOf(mapping), overlapOracle(rule, downstream, upstream, context));
      }),
      { seed: SEED, numRuns: 120 },
    );
  });

  test("agree with themselves in both directions, for sets as for single windows", () => {
    fc.assert(
      fc.property(windowCases, picks, ({ rule, downstream, upstream, context }, chosen) => {
        assertConsistent(resolve(rule, downstream, upstream, context), chosen);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  test("miss what is outside the upstream bounds, and nothing else", () => {
    fc.assert(
      fc.property(windowCases, picks, fc.boolean(), (each, chosen, allowNonexistent) => {
        const { downstream, upstream, context } = each;
        const rule = { ...each.rule, allowNonexistent };
        const mapping = resolve(rule, downstream, upstream, context);
        const set = union([chosen.map((pick) => pick % (mapping.downstream.size || 1))])
          .filter((index) => index < mapping.downstream.size);
        const mapped = mapping.toUpstream(subsetOf(set));
        const expected = missingOracle(rule, mapping, downstream, upstream, context, set);
        assert.deepEqual(mapped.missing, expected);
        assert.equal(mapped.complete, expected.length === 0);
      }),
      { seed: SEED, numRuns: 80 },
    );
  });
});

/** Leaves of which any two of a kind can be related. */
const LEAVES: readonly LeafPartitions[] = [
  names("a", "b", "c"),
  names("c", "a", "x", "y"),
  names("only"),
  dynamic("users"),
  dynamic("teams"),
  windows("day", { start: "2024-02-03T00:00:00Z" }),
  windows("day", { start: "2024-02-05T00:00:00Z", endOffset: 1 }),
  windows("0 */8 * * *", { start: "2024-02-06T00:00:00Z" }),
  windows("0 */8 * * *", { start: "2024-02-06T00:00:00Z", exclusions: ["0 8 * * *"] }),
  windows("week", { start: "2024-01-21T00:00:00Z" }),
];

const leaf = fc.constantFrom(...LEAVES);
const NAMES = ["p", "q", "r", "s"];

function grid(leaves: readonly LeafPartitions[], order: readonly string[]): Partitions {
  return multi(Object.fromEntries(leaves.map((each, position) => [order[position], each])));
}

/** A mapping that can hold between two leaves. */
function leafMapping(downstream: LeafPartitions, upstream: LeafPartitions): fc.Arbitrary<LeafMapping> {
  const any: LeafMapping[] = [allMapping(), lastMapping()];
  if (upstream.kind === "static") {
    any.push(specificMapping([upstream.keys[0]]), specificMapping(upstream.keys));
  }
  if (downstream.kind === upstream.kind) any.push(identityMapping());
  if (downstream.kind === "time" && upstream.kind === "time") {
    any.push(
      timeWindowMapping(),
      timeWindowMapping({ startOffset: -2, endOffset: 1, allowNonexistent: true }),
    );
  }
  if (downstream.kind === "static" && upstream.kind === "static") {
    const readers = (k: number) => downstream.keys.filter((_, position) => (position + k) % 2 === 0);
    any.push(staticMapping(Object.fromEntries(upstream.keys.map((key, k) => [key, readers(k)]))));
  }
  return fc.constantFrom(...any);
}

/** Two grids, and for some upstream dimensions the downstream dimension that they follow. */
const gridCases = fc.record({
  below: fc.array(leaf, { minLength: 1, maxLength: 3 }),
  above: fc.array(leaf, { minLength: 1, maxLength: 3 }),
  belowNames: fc.shuffledSubarray(NAMES, { minLength: 3, maxLength: 3 }),
  aboveNames: fc.shuffledSubarray(NAMES, { minLength: 3, maxLength: 3 }),
  links: fc.shuffledSubarray([0, 1, 2]),
}).chain(({ below, above, belowNames, aboveNames, links }) => {
  const pairs = links.map((up, down) => [down, up] as const)
    .filter(([down, up]) => down < below.length && up < above.length);
  return fc.tuple(...pairs.map(([down, up]) => leafMapping(below[down], above[up]))).map((mappings) => ({
    downstream: grid(below, belowNames),
    upstream: grid(above, aboveNames),
    mapping: multiMapping(Object.fromEntries(pairs.map(([down, up], k) => [
      aboveNames[up],
      { dimension: belowNames[down], mapping: mappings[k] },
    ]))),
    pairs: pairs.map(([down, up], k) => ({
      down: belowNames[down],
      up: aboveNames[up],
      mapping: mappings[k],
      below: below[down],
      above: above[up],
    })),
  }));
});

describe("several dimensions", () => {
  test("read the product of what each dimension reads alone", () => {
    fc.assert(
      fc.property(gridCases, ({ downstream, upstream, mapping, pairs }) => {
        const resolved = resolve(mapping, downstream, upstream);
        const rules = pairs.map(({ down, up, mapping, below, above }) => {
          const leaf = resolve(mapping, below, above);
          const reads = relationOf(leaf);
          const readsKey = (key: string, other: string) =>
            reads[leaf.downstream.indexOf(key)].includes(leaf.upstream.indexOf(other));
          return { down, up, readsKey };
        });
        const [cells, others] = [resolved.downstream, resolved.upstream].map(cellsOf);
        const expected = cells.map((cell) =>
          [...others.keys()].filter((k) =>
            rules.every(({ down, up, readsKey }) => readsKey(cell[down], others[k][up]))
          )
        );
        assert.deepEqual(relationOf(resolved), expected);
      }),
      { seed: SEED, numRuns: 120 },
    );
  });

  test("agree with themselves in both directions, for sets as for single cells", () => {
    fc.assert(
      fc.property(gridCases, picks, ({ downstream, upstream, mapping }, chosen) => {
        assertConsistent(resolve(mapping, downstream, upstream), chosen);
      }),
      { seed: SEED, numRuns: 250 },
    );
  });

  test("against one dimension, in both places, named", () => {
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 3 }), picks, fc.nat(2), (leaves, chosen, k) => {
        const name = NAMES[k % leaves.length];
        const single = leaves[k % leaves.length];
        const many = grid(leaves, NAMES);
        const mapping: Mapping = multiToSingleMapping(name);
        const [up, down] = [resolve(mapping, single, many), resolve(mapping, many, single)];
        assertConsistent(up, chosen);
        assertConsistent(down, chosen);
        const position = NAMES.indexOf(name);
        const coordinates = keysOf(up.upstream, subsetOf(relationOf(up).flat())).map((key) =>
          key.split("|")[position]
        );
        assert.deepEqual(
          union([coordinates.map((key) => up.downstream.indexOf(key))]).length,
          sizeOf(many) && sizeOf(single),
        );
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test("miss every cell that lacks a coordinate", () => {
    fc.assert(
      fc.property(gridCases, picks, ({ downstream, upstream, mapping, pairs }, chosen) => {
        const resolved = resolve(mapping, downstream, upstream);
        if (resolved.downstream.size === 0) return;
        const set = union([chosen.map((pick) => pick % resolved.downstream.size)]);
        const mapped = resolved.toUpstream(subsetOf(set));
        const names = dimensionNamesOf(resolved);
        const expected = new Set<string>();
        const cells = cellsOf(resolved.downstream);
        for (const cell of set.map((index) => cells[index])) {
          let keys: string[][] = [[]];
          for (const name of names) {
            const pair = pairs.find(({ up }) => up === name);
            const wanted = pair ? wantedKeys(pair, cell[pair.down]) : allKeys(resolved, name);
            keys = keys.flatMap((prefix) => wanted.map((key) => [...prefix, key]));
          }
          for (const key of keys) {
            if (resolved.upstream.indexOf(key.join("|")) < 0) expected.add(key.join("|"));
          }
        }
        assert.deepEqual([...mapped.missing].sort(), [...expected].sort());
        assert.equal(mapped.complete, expected.size === 0);
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

/** Every cell by the keys of its dimensions. */
function cellsOf(space: ResolvedMapping["downstream"]): Record<string, string>[] {
  if (space.kind !== "multi") throw new TypeError("several dimensions are expected");
  return Array.from(
    { length: space.size },
    (_, cell) =>
      Object.fromEntries(space.dimensions.map((dimension) => {
        const coordinate = Math.floor(cell / dimension.stride) % dimension.space.size;
        return [dimension.name, dimension.space.keyAt(coordinate)];
      })),
  );
}

function dimensionNamesOf({ upstream }: ResolvedMapping): string[] {
  return upstream.kind === "multi" ? upstream.dimensions.map(({ name }) => name) : [];
}

function allKeys({ upstream }: ResolvedMapping, name: string): string[] {
  const space = upstream.kind === "multi" && upstream.dimensions.find((each) => each.name === name)?.space;
  return space ? Array.from({ length: space.size }, (_, index) => space.keyAt(index)) : [];
}

/** What one dimension asks for, existing or not. */
function wantedKeys(
  pair: { readonly mapping: LeafMapping; readonly below: LeafPartitions; readonly above: LeafPartitions },
  key: string,
): string[] {
  const leaf = resolve(pair.mapping, pair.below, pair.above);
  const mapped = leaf.toUpstream(subsetOf([leaf.downstream.indexOf(key)]));
  return [...keysOf(leaf.upstream, mapped.existing), ...mapped.missing];
}

function sizeOf(partitions: Partitions): number {
  return openSpace(partitions, CONTEXT).size;
}
