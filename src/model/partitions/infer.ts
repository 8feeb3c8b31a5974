/**
 * What holds between two definitions when no mapping is given, and whether an input arrives as one value or as
 * a collection. `relation.ts` says the same in types; a test compares the two over all pairs.
 */
import { type Issue, SluiceError } from "../issue.ts";
import { quote } from "../quote.ts";
import { samePartitions } from "./definition.ts";
import type {
  LeafPartitions,
  MultiPartitions,
  Partitions,
  StaticPartitions,
  TimePartitions,
} from "./definition.ts";
import {
  allMapping,
  identityMapping,
  multiMapping,
  multiToSingleMapping,
  timeWindowMapping,
} from "./mapping.ts";
import type { LeafMapping, Mapping } from "./mapping.ts";

/** How an input arrives: one value, or a collection by partition. */
export type InputShape = "one" | "many";

/** What inference gives: a mapping, or the reason why one must be given. */
export type Inference = { readonly mapping: Mapping } | { readonly issue: Issue };

/** The same for two definitions of one dimension, with the shape of the input. */
export type LeafInference = { readonly mapping: LeafMapping; readonly shape: InputShape } | {
  readonly issue: Issue;
};

/** The dimension of a multi-dimensional definition that goes with a single one, or the reason why none does. */
export type DimensionMatch = { readonly name: string } | { readonly issue: Issue };

/** In which units a window of the key's unit always lies whole. Weeks and months overlap. */
const LIES_WITHIN: ReadonlyMap<string, readonly string[]> = new Map([
  ["hour", ["hour", "day", "week", "month"]],
  ["day", ["day", "week", "month"]],
  ["week", ["week"]],
  ["month", ["month"]],
]);

/** The mapping that holds between two definitions when none is given. */
export function inferMapping(
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): Inference {
  if (!downstream || !upstream) return { mapping: allMapping() };
  if (downstream.kind === "multi") {
    return upstream.kind === "multi"
      ? inferMultiMapping(downstream, upstream)
      : matchOr(matchDimension(downstream, (dimension) => inferLeafMapping(dimension, upstream), upstream));
  }
  return upstream.kind === "multi"
    ? matchOr(matchDimension(upstream, (dimension) => inferLeafMapping(downstream, dimension), downstream))
    : inferLeafMapping(downstream, upstream);
}

/** The mapping that holds between two definitions of one dimension, or two dimensions, when none is given. */
export function inferLeafMapping(downstream: LeafPartitions, upstream: LeafPartitions): LeafInference {
  if (downstream.kind === "time" && upstream.kind === "time") {
    const issue = zoneIssue(downstream, upstream);
    return issue ? { issue } : { mapping: timeWindowMapping(), shape: timeShape(downstream, upstream) };
  }
  if (downstream.kind === "static" && upstream.kind === "static") {
    const issue = keysIssue(downstream, upstream);
    return issue ? { issue } : { mapping: identityMapping(), shape: "one" };
  }
  if (downstream.kind === "dynamic" && upstream.kind === "dynamic") {
    return downstream.name === upstream.name ? { mapping: identityMapping(), shape: "one" } : {
      issue: invalid(
        `The dynamic partitions ${quote(upstream.name)} and ${
          quote(downstream.name)
        } differ: give a mapping.`,
      ),
    };
  }
  return { issue: invalid(`${upstream.kind} and ${downstream.kind} partitions are unlike: give a mapping.`) };
}

/**
 * How the input of a dependency arrives. The kinds of both sides and of the mapping decide, never the number of
 * keys found: a collection that happens to hold one partition stays a collection.
 *
 * @throws {SluiceError} MAPPING_INVALID or PARTITION_UNKNOWN when no mapping is given and none can be inferred.
 */
export function inputShape(
  mapping: Mapping | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): InputShape {
  if (!upstream) return "one";
  switch (mapping?.kind) {
    case undefined:
      return downstream ? inferredShape(downstream, upstream) : "many";
    case "identity":
    case "last":
      return "one";
    case "specific":
      return mapping.list ? "many" : "one";
    case "multi-to-single":
      return downstream?.kind === "multi" && upstream.kind !== "multi"
        ? singleToMultiShape(downstream, upstream, mapping.dimension)
        : "many";
    case "all":
    case "static":
    case "time-window":
    case "multi":
    case "custom":
      return "many";
  }
}

function inferredShape(downstream: Partitions, upstream: Partitions): InputShape {
  if (upstream.kind !== "multi") {
    return downstream.kind === "multi"
      ? singleToMultiShape(downstream, upstream, undefined)
      : shapeOf(inferLeafMapping(downstream, upstream));
  }
  if (downstream.kind !== "multi") return "many";
  const shapes = Object.entries(upstream.dimensions).map(([name, dimension]) =>
    Object.hasOwn(downstream.dimensions, name)
      ? shapeOf(inferLeafMapping(downstream.dimensions[name], dimension))
      : "many"
  );
  return shapes.every((shape) => shape === "one") ? "one" : "many";
}

function singleToMultiShape(
  downstream: MultiPartitions,
  upstream: LeafPartitions,
  named: string | undefined,
): InputShape {
  const inferFrom = (dimension: LeafPartitions) => inferLeafMapping(dimension, upstream);
  const match = named === undefined ? matchDimension(downstream, inferFrom, upstream) : { name: named };
  if ("issue" in match) throw new SluiceError(match.issue);
  return shapeOf(inferFrom(downstream.dimensions[match.name]));
}

function shapeOf(inference: LeafInference): InputShape {
  if ("issue" in inference) throw new SluiceError(inference.issue);
  return inference.shape;
}

/**
 * The dimension that goes with a single definition: the one that equals it, or else the one that differs from it
 * only in its bounds, or else the only one for which a mapping can be inferred.
 */
export function matchDimension(
  multi: MultiPartitions,
  inferWith: (dimension: LeafPartitions) => LeafInference,
  single: LeafPartitions,
): DimensionMatch {
  const matches = (fits: (dimension: LeafPartitions) => boolean): readonly string[] =>
    Object.keys(multi.dimensions).filter((name) => fits(multi.dimensions[name]));
  const found = [
    matches((dimension) => samePartitions(dimension, single) && sameBounds(dimension, single)),
    matches((dimension) => samePartitions(dimension, single)),
    matches((dimension) => "mapping" in inferWith(dimension)),
  ].find((names) => names.length > 0);
  if (found?.length === 1) return { name: found[0] };
  return {
    issue: found
      ? invalid(
        `Each of the dimensions ${found.join(", ")} could be meant: name one with multiToSingleMapping.`,
      )
      : invalid(
        `No dimension of ${
          Object.keys(multi.dimensions).join(", ")
        } goes with the ${single.kind} partitions.`,
      ),
  };
}

function sameBounds(a: LeafPartitions, b: LeafPartitions): boolean {
  return a.kind !== "time" || b.kind !== "time" || (a.startMs === b.startMs && a.endMs === b.endMs);
}

function matchOr(match: DimensionMatch): Inference {
  return "issue" in match ? match : { mapping: multiToSingleMapping(match.name) };
}

/** Dimensions follow those of the same name; equal definitions need no dimension by dimension. */
function inferMultiMapping(downstream: MultiPartitions, upstream: MultiPartitions): Inference {
  if (samePartitions(downstream, upstream)) return { mapping: identityMapping() };
  const shared = Object.keys(upstream.dimensions).filter((name) =>
    Object.hasOwn(downstream.dimensions, name)
  );
  if (shared.length === 0) {
    return { issue: invalid("The two sides have no dimension of the same name: give a mapping.") };
  }
  for (const name of shared) {
    const inference = inferLeafMapping(downstream.dimensions[name], upstream.dimensions[name]);
    if ("issue" in inference) return { issue: { ...inference.issue, path: [name] } };
  }
  return { mapping: multiMapping(Object.fromEntries(shared.map((name) => [name, { dimension: name }]))) };
}

function timeShape(downstream: TimePartitions, upstream: TimePartitions): InputShape {
  if (downstream.unit === upstream.unit) return "one";
  return LIES_WITHIN.get(downstream.unit)?.includes(upstream.unit) ? "one" : "many";
}

/** Windows of different zones have no relation that could be kept over clock changes. */
export function zoneIssue(downstream: TimePartitions, upstream: TimePartitions): Issue | undefined {
  if (downstream.timezone === upstream.timezone) return undefined;
  return {
    code: "MAPPING_INVALID",
    message:
      `The upstream windows are in ${upstream.timezone} and the downstream windows in ${downstream.timezone}.`,
    path: [],
    hint: "Give both sides the same timezone, or match keys with identityMapping().",
  };
}

function keysIssue(downstream: StaticPartitions, upstream: StaticPartitions): Issue | undefined {
  const known = new Set(upstream.keys);
  const missing = downstream.keys.find((key) => !known.has(key));
  if (missing === undefined) return undefined;
  return {
    code: "PARTITION_UNKNOWN",
    message: `Partition ${quote(missing)} does not exist upstream.`,
    path: [],
    hint: "Add it upstream, or say with staticMapping which upstream partition it reads.",
  };
}

function invalid(message: string): Issue {
  return {
    code: "MAPPING_INVALID",
    message,
    path: [],
    hint: "For example { asset, mapping: allMapping() } reads every upstream partition.",
  };
}
