/** Partition mappings as Dagster's, or what comes nearest. */
import type {
  LeafPartitions,
  MultiPartitions,
  Partitions,
} from "../../../src/model/partitions/definition.ts";
import { inferLeafMapping, matchDimension } from "../../../src/model/partitions/infer.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import { resolveMapping } from "../../../src/model/partitions/resolve.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import type { MappingSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { call, type Expression, list, pairs } from "../../python/expression.ts";
import { jsonExpression, numberLiteral, textLiteral } from "../../python/literal.ts";
import { encode, encoded } from "./encoding.ts";
import { windowClass } from "./windows.ts";

/** How a mapping is carried. */
export interface CarriedMapping {
  /** Left out where Dagster infers the same. */
  readonly expression?: Expression;
  /** Whether Dagster calls it beta. */
  readonly isBeta?: boolean;
  /** How: by its own, as a table of keys, or as all upstream partitions. */
  readonly by: "itself" | "table" | "all";
}

const INFERRED: CarriedMapping = { by: "itself" };
const ALL: CarriedMapping = { expression: call("dg.AllPartitionMapping", []), by: "all" };

/** More pairs of keys than this are not listed in a file. */
const MOST_PAIRS = 10_000;

/** A mapping between two definitions of the snapshot. */
export function carryMapping(
  mapping: MappingSnapshot | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): CarriedMapping {
  if (!mapping || !upstream) return INFERRED;
  if (mapping.kind === "all") return downstream ? own(call("dg.AllPartitionMapping", [])) : INFERRED;
  const grows = encode(upstream).kind === "growing";
  if (mapping.kind === "last") return grows ? ALL : own(call("dg.LastPartitionMapping", []));
  if (mapping.kind === "specific") return own(specificExpression(mapping.keys));
  if (!downstream) return ALL;
  return between(mapping, downstream, upstream) ?? asTable(mapping, downstream, upstream) ?? ALL;
}

function own(expression: Expression): CarriedMapping {
  return { expression, by: "itself" };
}

function specificExpression(keys: readonly string[]): Expression {
  return call("dg.SpecificPartitionsPartitionMapping", [list(keys.map((key) => textLiteral(key)))]);
}

/** By a class of Dagster's; nothing where none means the same. */
function between(
  mapping: MappingSnapshot,
  downstream: Partitions,
  upstream: Partitions,
): CarriedMapping | undefined {
  const [down, up] = [encoded(downstream) as Partitions, encoded(upstream) as Partitions];
  switch (mapping.kind) {
    case "identity":
      return identity(down, up);
    case "time-window":
      return down.kind === "time" && up.kind === "time" ? timeWindow(mapping) : undefined;
    case "static":
      return down.kind === "static" && up.kind === "static"
        ? own(tableExpression(mapping.downstreamByUpstream))
        : undefined;
    case "multi-to-single":
      return multiToSingle(mapping.dimension, downstream, upstream);
    case "multi":
      return down.kind === "multi" && up.kind === "multi" ? multi(mapping, down, up) : undefined;
    default:
      return undefined;
  }
}

/** Dagster asks for the same class on both sides, and infers it where there is neither time nor one of two dimensions. */
function identity(down: Partitions, up: Partitions): CarriedMapping | undefined {
  if (sameText(down, up)) return INFERRED;
  if (classOf(down) !== classOf(up)) return undefined;
  return down.kind === "time" ? own(call("dg.IdentityPartitionMapping", [])) : INFERRED;
}

function classOf(partitions: Partitions): string {
  return partitions.kind === "time" ? windowClass(partitions) : partitions.kind;
}

function sameText(a: Partitions, b: Partitions): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function timeWindow(
  { startOffset, endOffset, allowNonexistent }: Extract<MappingSnapshot, { kind: "time-window" }>,
): CarriedMapping {
  if (startOffset === 0 && endOffset === 0 && !allowNonexistent) return INFERRED;
  const expression = call("dg.TimeWindowPartitionMapping", [], {
    start_offset: startOffset === 0 ? undefined : numberLiteral(startOffset),
    end_offset: endOffset === 0 ? undefined : numberLiteral(endOffset),
    allow_nonexistent_upstream_partitions: allowNonexistent ? "True" : undefined,
  });
  return allowNonexistent ? { expression, isBeta: true, by: "itself" } : own(expression);
}

/** Upstream keys to the downstream key, or keys, that read them. */
function tableExpression(table: { readonly [upstream: string]: readonly string[] }): Expression {
  const rows = Object.entries(table).map(([upstream, downstream]) =>
    [textLiteral(upstream), jsonExpression(downstream.length === 1 ? downstream[0] : downstream)] as const
  );
  return call("dg.StaticPartitionMapping", [pairs(rows)]);
}

/** Dagster ignores the name of the dimension: it takes the one that is equal, or else the one of time. */
function multiToSingle(
  named: string | undefined,
  downstream: Partitions,
  upstream: Partitions,
): CarriedMapping | undefined {
  const [many, single] = downstream.kind === "multi" ? [downstream, upstream] : [upstream, downstream];
  if (many.kind !== "multi" || single.kind === "multi") return undefined;
  const isUpstream = many === upstream;
  const infer = (dimension: LeafPartitions) =>
    isUpstream ? inferLeafMapping(single, dimension) : inferLeafMapping(dimension, single);
  const match = named === undefined ? matchDimension(many, infer, single) : { name: named };
  if ("issue" in match) return undefined;
  const leaf = many.dimensions[match.name];
  const inference = infer(leaf);
  if ("issue" in inference) return undefined;
  if (encode(many).kind === "dimension") {
    return isUpstream ? between(inference.mapping, single, leaf) : between(inference.mapping, leaf, single);
  }
  const isSame = encode(many).kind === "same" && dimensionOfDagster(many, single) === match.name;
  return isSame ? INFERRED : undefined;
}

function dimensionOfDagster(many: MultiPartitions, single: LeafPartitions): string | undefined {
  const entries = Object.entries(many.dimensions);
  const equal = entries.filter(([, leaf]) => sameText(leaf, single));
  if (equal.length > 0) return equal.length === 1 ? equal[0][0] : undefined;
  const times = entries.filter(([, leaf]) => leaf.kind === "time");
  return times.length === 1 && single.kind === "time" ? times[0][0] : undefined;
}

function multi(
  { upstream }: Extract<MappingSnapshot, { kind: "multi" }>,
  down: MultiPartitions,
  up: MultiPartitions,
): CarriedMapping | undefined {
  const rows = Object.entries(upstream).map(([name, { dimension, mapping: declared }]) => {
    const [leafDown, leafUp] = [down.dimensions[dimension], up.dimensions[name]];
    const inference = declared ? { mapping: declared } : inferLeafMapping(leafDown, leafUp);
    if ("issue" in inference) return undefined;
    const inner = carryMapping(inference.mapping, leafDown, leafUp);
    return { name, dimension, inner, isPlain: inner.expression === undefined && name === dimension };
  });
  const found = rows.filter((row) => row !== undefined);
  if (found.length < rows.length || found.some(({ inner }) => inner.by !== "itself")) return undefined;
  const isIdentity = sameText(down, up) && found.length === 2 && found.every(({ isPlain }) => isPlain);
  if (isIdentity) return INFERRED;
  const dimensions = found.map(({ name, dimension, inner }) =>
    [
      textLiteral(name),
      call("dg.DimensionPartitionMapping", [], {
        dimension_name: textLiteral(dimension),
        partition_mapping: inner.expression ?? inferredExpression(down.dimensions[dimension]),
      }),
    ] as const
  );
  const expression = call("dg.MultiPartitionMapping", [pairs(dimensions)]);
  return { expression, isBeta: true, by: "itself" };
}

/** Between dimensions nothing is inferred. */
function inferredExpression({ kind }: LeafPartitions): Expression {
  return call(kind === "time" ? "dg.TimeWindowPartitionMapping" : "dg.IdentityPartitionMapping", []);
}

/** As a table of keys, where both sides are lists of names. */
function asTable(
  mapping: MappingSnapshot,
  downstream: Partitions,
  upstream: Partitions,
): CarriedMapping | undefined {
  const [down, up] = [encoded(downstream), encoded(upstream)];
  if (down?.kind !== "static" || up?.kind !== "static") return undefined;
  const upstreamOf = mapping.kind === "custom"
    ? customRows(mapping.upstreamByDownstream)
    : resolvedRows(mapping, downstream, upstream);
  if (!upstreamOf) return undefined;
  const known = new Set(up.keys);
  const table = new Map<string, string[]>();
  let count = 0;
  for (const key of down.keys) {
    for (const each of upstreamOf(key)) {
      if (!known.has(each)) continue;
      if (++count > MOST_PAIRS) return undefined;
      const readers = table.get(each);
      if (readers) readers.push(key);
      else table.set(each, [key]);
    }
  }
  return { expression: tableExpression(Object.fromEntries(table)), by: "table" };
}

type Rows = (downstream: string) => readonly string[];

function customRows(table: { readonly [key: string]: readonly string[] } | undefined): Rows | undefined {
  return table && ((key) => Object.hasOwn(table, key) ? table[key] : []);
}

function resolvedRows(mapping: MappingSnapshot, downstream: Partitions, upstream: Partitions): Rows {
  const context = { nowMs: 0, dynamicKeys: () => [] };
  const [down, up] = [openSpace(downstream, context), openSpace(upstream, context)];
  const resolved = resolveMapping(
    mapping as Mapping,
    { partitions: downstream, space: down },
    { partitions: upstream, space: up },
  );
  return (key) => {
    const keys: string[] = [];
    resolved.eachUpstreamRange(down.indexOf(key), (start, end) => {
      for (let index = start; index < end; index++) keys.push(up.keyAt(index));
    });
    return keys;
  };
}
