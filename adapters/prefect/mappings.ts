/** Mappings as rules of the helper package. */
import type { LeafPartitions, Partitions } from "../../src/model/partitions/definition.ts";
import { inferLeafMapping, matchDimension } from "../../src/model/partitions/infer.ts";
import type { InputSnapshot, MappingSnapshot } from "../../src/model/snapshot/snapshot.ts";
import { call, type Expression, pairs, tuple } from "../python/expression.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";

/** The rule of a mapping; undefined where all partitions upstream are waited for. */
export function ruleOf(
  mapping: InputSnapshot["mapping"],
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): Expression | undefined {
  if (mapping === undefined || upstream === undefined) return undefined;
  switch (mapping.kind) {
    case "all":
      return undefined;
    case "identity":
      return call("Same", []);
    case "last":
      return call("Last", []);
    case "specific":
      return call("These", [texts(mapping.keys)]);
    case "static":
      return tableOf(invert(mapping.downstreamByUpstream));
    case "custom":
      return mapping.upstreamByDownstream && tableOf(new Map(Object.entries(mapping.upstreamByDownstream)));
    case "time-window":
      return call("Overlap", [], {
        start_offset: mapping.startOffset === 0 ? undefined : numberLiteral(mapping.startOffset),
        end_offset: mapping.endOffset === 0 ? undefined : numberLiteral(mapping.endOffset),
      });
    case "multi-to-single":
      return singleRule(mapping.dimension, downstream, upstream);
    case "multi":
      return linksRule(mapping.upstream, downstream, upstream);
  }
}

function texts(keys: readonly string[]): Expression {
  return tuple(keys.map(textLiteral));
}

function tableOf(rows: ReadonlyMap<string, readonly string[]>): Expression {
  return call("Table", [pairs([...rows].map(([key, keys]) => [textLiteral(key), texts(keys)]))]);
}

function invert(
  table: { readonly [upstream: string]: readonly string[] },
): ReadonlyMap<string, readonly string[]> {
  const rows = new Map<string, string[]>();
  for (const [upstream, downstream] of Object.entries(table)) {
    for (const key of downstream) rows.set(key, [...rows.get(key) ?? [], upstream]);
  }
  return rows;
}

/** A link between two dimensions: theirs, ours, and the rule between them. */
function link(theirs: string, ours: string, rule: Expression | undefined): Expression {
  return tuple([textLiteral(theirs), textLiteral(ours), rule ?? call("Every", [])]);
}

function singleRule(
  named: string | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions,
): Expression | undefined {
  if (downstream?.kind === "multi" && upstream.kind !== "multi") {
    const dimension = named ?? matched(downstream, (leaf) => inferLeafMapping(leaf, upstream), upstream);
    const leaf = downstream.dimensions[dimension];
    return call("ByDimension", [tuple([link("", dimension, inferredRule(leaf, upstream))])]);
  }
  if (upstream.kind === "multi" && downstream !== undefined && downstream.kind !== "multi") {
    const dimension = named ?? matched(upstream, (leaf) => inferLeafMapping(downstream, leaf), downstream);
    const leaf = upstream.dimensions[dimension];
    return call("ByDimension", [tuple([link(dimension, "", inferredRule(downstream, leaf))])]);
  }
  return undefined;
}

function matched(
  multi: Extract<Partitions, { readonly kind: "multi" }>,
  inferWith: Parameters<typeof matchDimension>[1],
  single: LeafPartitions,
): string {
  const match = matchDimension(multi, inferWith, single);
  if ("name" in match) return match.name;
  throw new TypeError(match.issue.message);
}

function linksRule(
  upstreamLinks: Extract<MappingSnapshot, { readonly kind: "multi" }>["upstream"],
  downstream: Partitions | undefined,
  upstream: Partitions,
): Expression | undefined {
  if (downstream?.kind !== "multi" || upstream.kind !== "multi") return undefined;
  const links = Object.entries(upstreamLinks).map(([theirs, { dimension, mapping }]) => {
    const [below, above] = [downstream.dimensions[dimension], upstream.dimensions[theirs]];
    const rule = mapping === undefined
      ? inferredRule(below, above)
      : ruleOf(mapping as MappingSnapshot, below, above);
    return link(theirs, dimension, rule);
  });
  return call("ByDimension", [tuple(links)]);
}

function inferredRule(downstream: LeafPartitions, upstream: LeafPartitions): Expression | undefined {
  const inference = inferLeafMapping(downstream, upstream);
  if ("mapping" in inference) return ruleOf(inference.mapping as MappingSnapshot, downstream, upstream);
  throw new TypeError(inference.issue.message);
}
