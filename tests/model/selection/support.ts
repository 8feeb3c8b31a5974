/** Random selections and graphs, and what a selection means by definition rather than by algorithm. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type AssetGraph, compileGraph } from "../../../src/model/graph.ts";
import { combine, type SelectionNode } from "../../../src/model/selection/ast.ts";
import type { SelectionAsset, SelectionCatalog } from "../../../src/model/selection/attributes.ts";

/** An asset as tests write it: its parents by key, and what differs from nothing. */
export interface TestAsset extends Partial<SelectionAsset> {
  readonly key: string;
  readonly parents?: readonly string[];
  readonly isExternal?: boolean;
}

/** Compiles test assets into a catalog. */
export function catalogOf(assets: readonly TestAsset[]): SelectionCatalog {
  const numbers = new Map(assets.map(({ key }, number) => [key, number]));
  const parents = assets.map((asset) => (asset.parents ?? []).map((key) => numbers.get(key) as number));
  const graph = compileGraph(assets.map(({ key }) => key), parents);
  if ("cycle" in graph) assert.fail(`cycle ${graph.cycle}`);
  const ranked = Array.from(graph.userIndex, (number) => assets[number]);
  const NOTHING = { group: "default", tags: {}, owners: [], kinds: [] };
  return {
    graph,
    asset: (rank) => ({ ...NOTHING, ...ranked[rank] }),
    isExternal: (rank) => ranked[rank].isExternal ?? false,
  };
}

/** The keys in a set of ranks, sorted. */
export function keysIn(graph: AssetGraph, set: Uint8Array): string[] {
  return graph.keys.filter((_, rank) => set[rank]).sort();
}

const SEGMENTS = ["a", "b", "and", "2", "x-1", "caf\u00e9"];
export const keys: fc.Arbitrary<string> = fc.array(fc.constantFrom(...SEGMENTS), {
  minLength: 1,
  maxLength: 2,
})
  .map((segments) => segments.join("/"));
const GROUPS = ["raw", "mart", "mart/fin"];
const TAGS = [["pri", "high"], ["pri", "low"], ["pii", ""]] as const;
const OWNERS = ["team:data", "ann@example.org"];
const KINDS = ["dbt", "DBT", "2"];

/** Catalogs of up to ten assets with parents among those listed before them. */
export const catalogs: fc.Arbitrary<{ assets: readonly TestAsset[]; catalog: SelectionCatalog }> = fc
  .uniqueArray(
    fc.record({
      key: keys,
      group: fc.constantFrom(...GROUPS),
      tags: fc.subarray([...TAGS]).map((tags) => Object.fromEntries(tags)),
      owners: fc.subarray(OWNERS),
      kinds: fc.subarray(KINDS),
      isExternal: fc.boolean(),
      picks: fc.array(fc.nat(), { maxLength: 2 }),
    }),
    { selector: ({ key }) => key, maxLength: 10 },
  ).map((drawn) => {
    const assets = drawn.map(({ picks, ...asset }, place) => ({
      ...asset,
      parents: place === 0 ? [] : picks.map((pick) => drawn[pick % place].key),
    }));
    return { assets, catalog: catalogOf([...assets].reverse()) };
  });

const place = { start: 0, end: 0 };
const patterns = fc.oneof(
  keys,
  fc.constantFrom("*", "a*", "*/b", "a/*", "*a*b*", "**", "", "with space", "@a", "|", "x+y"),
);
const attributes = fc.oneof(
  fc.tuple(fc.constant("group"), fc.constantFrom(...GROUPS, "*", "m*", "*/*", "nope", null)),
  fc.tuple(fc.constant("kind"), fc.constantFrom(...KINDS, "nope", null)),
  fc.tuple(fc.constant("owner"), fc.constantFrom(...OWNERS, null)),
  fc.tuple(fc.constant("tag"), fc.constantFrom("pri", "pii", "toString", null)),
  fc.tuple(fc.constant("is"), fc.constantFrom("external", "materializable")),
).map(([name, value]): SelectionNode => ({ kind: "attribute", name, value, equals: undefined, ...place }));
const taggedWith = fc.tuple(
  fc.constantFrom("pri", "pii", "x"),
  fc.constantFrom("high", "low", "", "or", null),
)
  .map(([value, equals]): SelectionNode => ({ kind: "attribute", name: "tag", value, equals, ...place }));
const levels = fc.constantFrom(0, 1, 2, 12, Infinity);

/** Trees of any shape that a text can have; positions are all zero. */
export const nodes: fc.Arbitrary<SelectionNode> = fc.letrec<{ node: SelectionNode }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.oneof(
      patterns.map((pattern): SelectionNode => ({ kind: "key", pattern, ...place })),
      attributes,
      taggedWith,
    ),
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      of: fc.array(tie("node"), { minLength: 2, maxLength: 4 }),
    })
      .map(({ kind, of }) => combine(kind, of)),
    fc.record({ kind: fc.constantFrom("roots" as const, "sinks" as const, "not" as const), of: tie("node") }),
    fc.record({ up: levels, down: levels, of: tie("node") }).map(({ up, down, of }): SelectionNode =>
      up === 0 && down === 0 ? of : { kind: "walk", up, down, of }
    ),
  ),
})).node;

/** The same tree with all positions zero. */
export function withoutPlaces(node: SelectionNode): SelectionNode {
  switch (node.kind) {
    case "key":
    case "attribute":
      return { ...node, ...place };
    case "and":
    case "or":
      return { ...node, of: node.of.map(withoutPlaces) };
    default:
      return { ...node, of: withoutPlaces(node.of) };
  }
}

/** The keys that a selection means, by the words of its definition. */
export function meaning(node: SelectionNode, assets: readonly TestAsset[]): Set<string> {
  const pick = (test: (asset: TestAsset) => boolean) => new Set(assets.filter(test).map(({ key }) => key));
  const within = (of: SelectionNode) => meaning(of, assets);
  switch (node.kind) {
    case "key":
      return pick(({ key }) => matches(node.pattern, key));
    case "attribute":
      return pick((asset) => hasAttribute(asset, node.name, node.value, node.equals));
    case "walk": {
      const start = within(node.of);
      return new Set([
        ...reached(start, assets, node.up, "up"),
        ...reached(start, assets, node.down, "down"),
      ]);
    }
    case "roots":
    case "sinks": {
      const members = within(node.of);
      const direction = node.kind === "roots" ? "up" : "down";
      return pick(({ key }) =>
        members.has(key) &&
        [...reached(new Set([key]), assets, Infinity, direction)].every((other) =>
          other === key || !members.has(other)
        )
      );
    }
    case "not": {
      const others = within(node.of);
      return pick(({ key }) => !others.has(key));
    }
    case "and":
      return pick(({ key }) => node.of.every((part) => within(part).has(key)));
    case "or":
      return pick(({ key }) => node.of.some((part) => within(part).has(key)));
  }
}

function matches(pattern: string, text: string): boolean {
  const expression = pattern.split("*").map((piece) => piece.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("[^]*");
  return new RegExp(`^${expression}$`).test(text);
}

function hasAttribute(
  asset: TestAsset,
  name: string,
  value: string | null,
  equals: string | null | undefined,
): boolean {
  const tags = Object.entries(asset.tags ?? {});
  if (name === "is") return (value === "external") === (asset.isExternal ?? false);
  if (name === "group") return value !== null && matches(value, asset.group ?? "default");
  if (name === "tag") {
    if (value === null) return tags.length === 0;
    return tags.some(([tag, content]) =>
      tag === value && (equals === undefined || content === (equals ?? ""))
    );
  }
  const list = (name === "kind" ? asset.kinds : asset.owners) ?? [];
  return value === null ? list.length === 0 : list.includes(value);
}

function reached(
  start: Set<string>,
  assets: readonly TestAsset[],
  depth: number,
  direction: "up" | "down",
): Set<string> {
  let found = start;
  for (let step = 0; step < Math.min(depth, assets.length); step++) {
    const next = assets.filter(({ key, parents = [] }) =>
      direction === "down"
        ? parents.some((parent) => found.has(parent))
        : assets.some((child) => found.has(child.key) && (child.parents ?? []).includes(key))
    );
    found = new Set([...found, ...next.map(({ key }) => key)]);
  }
  return found;
}
