/** Partition definitions and mappings as JSON. */
import type { LeafPartitions, Partitions } from "../partitions/definition.ts";
import { inferMapping } from "../partitions/infer.ts";
import type { CustomMapping, Mapping } from "../partitions/mapping.ts";
import { openSpace } from "../partitions/space.ts";
import type { CustomMappingSnapshot, MappingSnapshot } from "./snapshot.ts";

/** Numbers definitions in the order in which they are first asked for; equal ones get one number. */
export class PartitionTable {
  readonly list: Partitions[] = [];
  readonly #places = new Map<string, number>();

  /** The place of a definition; undefined without one. */
  placeOf(partitions: Partitions | undefined): number | undefined {
    if (partitions === undefined) return undefined;
    const plain = plainPartitions(partitions);
    const text = JSON.stringify(plain);
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.list.length);
    return this.list.push(plain) - 1;
  }
}

/** A definition without fields that are undefined. */
function plainPartitions(partitions: Partitions): Partitions {
  if (partitions.kind !== "multi") return plainLeaf(partitions);
  const dimensions = Object.entries(partitions.dimensions).map(([name, leaf]) => [name, plainLeaf(leaf)]);
  return { kind: "multi", dimensions: Object.fromEntries(dimensions) };
}

function plainLeaf(leaf: LeafPartitions): LeafPartitions {
  if (leaf.kind !== "time" || leaf.endMs !== undefined) return { ...leaf };
  const { endMs: _, ...rest } = leaf;
  return rest as LeafPartitions;
}

/** What a step reads of an input, and whether it was declared; `undefined` where neither side has partitions. */
export function mappingSnapshot(
  declared: Mapping | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): { readonly mapping: MappingSnapshot } | undefined {
  if (!downstream && !upstream) return undefined;
  const mapping = declared ?? inferred(downstream, upstream);
  if (!mapping) return undefined;
  return {
    mapping: mapping.kind === "custom"
      ? customSnapshot(mapping, downstream, upstream)
      : plainMapping(mapping),
  };
}

function inferred(downstream: Partitions | undefined, upstream: Partitions | undefined): Mapping | undefined {
  const inference = inferMapping(downstream, upstream);
  return "mapping" in inference ? inference.mapping : undefined;
}

function plainMapping(mapping: Exclude<Mapping, { readonly kind: "custom" }>): MappingSnapshot {
  if (mapping.kind === "multi-to-single" && mapping.dimension === undefined) {
    return { kind: "multi-to-single" } as MappingSnapshot;
  }
  if (mapping.kind !== "multi") return mapping;
  const upstream = Object.entries(mapping.upstream).map(([name, { dimension, mapping: inner }]) =>
    [name, inner === undefined ? { dimension } : { dimension, mapping: leafMapping(inner) }] as const
  );
  return { kind: "multi", upstream: Object.fromEntries(upstream) } as MappingSnapshot;
}

/** Between dimensions a custom mapping keeps its name only. */
function leafMapping(mapping: Mapping): MappingSnapshot {
  return mapping.kind === "custom" ? { kind: "custom", name: mapping.name } : mapping;
}

/** The functions asked for every key, where both sides are fixed lists: then a table says all that they do. */
function customSnapshot(
  { name, upstream }: CustomMapping,
  downstream: Partitions | undefined,
  upstreamPartitions: Partitions | undefined,
): CustomMappingSnapshot {
  if (!isFixed(downstream) || !isFixed(upstreamPartitions)) return { kind: "custom", name };
  const space = openSpace(downstream, { nowMs: 0, dynamicKeys: () => [] });
  const rows = Array.from({ length: space.size }, (_, index) => {
    const key = space.keyAt(index);
    return [key, [...upstream(key)]] as const;
  });
  return { kind: "custom", name, upstreamByDownstream: Object.fromEntries(rows) };
}

function isFixed(partitions: Partitions | undefined): boolean {
  if (partitions?.kind === "multi") {
    return Object.values(partitions.dimensions).every(({ kind }) => kind === "static");
  }
  return partitions?.kind === "static";
}
