/** Whether a mapping can hold between two definitions: all that can be said without knowing the time. */
import type { Issue } from "../issue.ts";
import { quote } from "../quote.ts";
import { didYouMean } from "../suggest.ts";
import type { LeafPartitions, MultiPartitions, Partitions, StaticPartitions } from "./definition.ts";
import { inferLeafMapping, inferMapping, matchDimension, zoneIssue } from "./infer.ts";
import type {
  LeafMapping,
  Mapping,
  MultiMapping,
  MultiToSingleMapping,
  SpecificMapping,
  StaticMapping,
} from "./mapping.ts";

const NONE: readonly Issue[] = Object.freeze([]);

/**
 * Checks a mapping, or what would be inferred when there is none, against the definitions on its two sides.
 * Gives every issue found: MAPPING_INVALID when the sides cannot be related so, PARTITION_UNKNOWN for a key that
 * a definition does not have. Paths are relative to the mapping.
 */
export function checkMapping(
  mapping: Mapping | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): readonly Issue[] {
  if (!mapping) {
    const inference = inferMapping(downstream, upstream);
    return "issue" in inference ? [inference.issue] : NONE;
  }
  if (!upstream) {
    return [
      invalid(
        `The upstream asset has no partitions for ${nameOf(mapping)} to select.`,
        "Leave the mapping out.",
      ),
    ];
  }
  switch (mapping.kind) {
    case "multi":
      return checkMulti(mapping, downstream, upstream);
    case "multi-to-single":
      return checkMultiToSingle(mapping, downstream, upstream);
    case "identity":
      return checkIdentity(downstream, upstream);
    default:
      return checkLeaf(mapping, downstream, upstream);
  }
}

function checkLeaf(
  mapping: LeafMapping,
  downstream: Partitions | undefined,
  upstream: Partitions,
): readonly Issue[] {
  switch (mapping.kind) {
    case "identity":
      return checkIdentity(downstream, upstream);
    case "specific":
      return upstream.kind === "static" ? checkSpecific(mapping, upstream) : NONE;
    case "static":
      return checkStatic(mapping, downstream, upstream);
    case "time-window":
      return checkTimeWindow(downstream, upstream);
    default:
      return NONE;
  }
}

function checkIdentity(downstream: Partitions | undefined, upstream: Partitions): readonly Issue[] {
  if (downstream?.kind !== upstream.kind) {
    return [unlike("An identity mapping matches keys of the same kind", downstream, upstream)];
  }
  if (downstream.kind !== "multi" || upstream.kind !== "multi") return NONE;
  const [ours, theirs] = [downstream, upstream].map(({ dimensions }) => Object.keys(dimensions).sort());
  if (ours.join("|") !== theirs.join("|")) {
    return [unlike("An identity mapping needs the same dimensions on both sides", downstream, upstream)];
  }
  return ours.flatMap((name) =>
    inDimension(name, checkIdentity(downstream.dimensions[name], upstream.dimensions[name]))
  );
}

function checkSpecific(mapping: SpecificMapping, upstream: StaticPartitions): readonly Issue[] {
  return unknownKeys(mapping.keys, upstream, "upstream");
}

function checkStatic(
  mapping: StaticMapping,
  downstream: Partitions | undefined,
  upstream: Partitions,
): readonly Issue[] {
  if (downstream?.kind !== "static" || upstream.kind !== "static") {
    return [unlike("A static mapping holds between two lists of keys", downstream, upstream)];
  }
  const readers = new Set(Object.values(mapping.downstreamByUpstream).flat());
  return [
    ...unknownKeys(Object.keys(mapping.downstreamByUpstream), upstream, "upstream"),
    ...unknownKeys([...readers], downstream, "downstream"),
  ];
}

function checkTimeWindow(downstream: Partitions | undefined, upstream: Partitions): readonly Issue[] {
  if (downstream?.kind !== "time" || upstream.kind !== "time") {
    return [unlike("A time window mapping holds between windows of time", downstream, upstream)];
  }
  const issue = zoneIssue(downstream, upstream);
  return issue ? [issue] : NONE;
}

function checkMultiToSingle(
  mapping: MultiToSingleMapping,
  downstream: Partitions | undefined,
  upstream: Partitions,
): readonly Issue[] {
  if (downstream?.kind === "multi" && upstream.kind !== "multi") {
    return checkDimension(
      mapping.dimension,
      downstream,
      upstream,
      (leaf) => inferLeafMapping(leaf, upstream),
    );
  }
  if (downstream && downstream.kind !== "multi" && upstream.kind === "multi") {
    return checkDimension(
      mapping.dimension,
      upstream,
      downstream,
      (leaf) => inferLeafMapping(downstream, leaf),
    );
  }
  return [unlike("This mapping holds between several dimensions and one", downstream, upstream)];
}

function checkDimension(
  name: string | undefined,
  multi: MultiPartitions,
  single: LeafPartitions,
  inferWith: (dimension: LeafPartitions) => ReturnType<typeof inferLeafMapping>,
): readonly Issue[] {
  if (name === undefined) {
    const match = matchDimension(multi, inferWith, single);
    return "issue" in match ? [match.issue] : NONE;
  }
  if (!Object.hasOwn(multi.dimensions, name)) return [unknownDimension(name, multi, "partitions")];
  const inference = inferWith(multi.dimensions[name]);
  return "issue" in inference ? inDimension(name, [inference.issue]) : NONE;
}

function checkMulti(
  mapping: MultiMapping,
  downstream: Partitions | undefined,
  upstream: Partitions,
): readonly Issue[] {
  if (downstream?.kind !== "multi" || upstream.kind !== "multi") {
    return [unlike("A multi mapping holds between several dimensions on both sides", downstream, upstream)];
  }
  const followed = new Set<string>();
  return Object.entries(mapping.upstream).flatMap(([name, { dimension, mapping: leaf }]) => {
    if (!Object.hasOwn(upstream.dimensions, name)) {
      return [unknownDimension(name, upstream, "upstream partitions")];
    }
    if (!Object.hasOwn(downstream.dimensions, dimension)) {
      return [unknownDimension(dimension, downstream, "downstream partitions")];
    }
    if (followed.has(dimension)) {
      return [
        invalid(
          `Two upstream dimensions follow the dimension ${quote(dimension)}.`,
          "Let each follow its own.",
        ),
      ];
    }
    followed.add(dimension);
    return inDimension(
      name,
      checkLeafPair(leaf, downstream.dimensions[dimension], upstream.dimensions[name]),
    );
  });
}

function checkLeafPair(
  mapping: LeafMapping | undefined,
  downstream: LeafPartitions,
  upstream: LeafPartitions,
): readonly Issue[] {
  if (mapping) return checkLeaf(mapping, downstream, upstream);
  const inference = inferLeafMapping(downstream, upstream);
  return "issue" in inference ? [inference.issue] : NONE;
}

function inDimension(name: string, issues: readonly Issue[]): readonly Issue[] {
  return issues.map((issue) => ({ ...issue, path: [name, ...issue.path] }));
}

function unknownKeys(keys: readonly string[], definition: StaticPartitions, side: string): readonly Issue[] {
  const known = new Set(definition.keys);
  return keys.filter((key) => !known.has(key)).map((key): Issue => ({
    code: "PARTITION_UNKNOWN",
    message: `${quote(key)} is not a key of the ${side} partitions.`,
    path: [],
    hint: didYouMean(key, definition.keys) ?? "Keys are written exactly as in the definition.",
  }));
}

function unknownDimension(name: string, definition: MultiPartitions, side: string): Issue {
  const known = Object.keys(definition.dimensions);
  return invalid(
    `${quote(name)} is not a dimension of the ${side}.`,
    didYouMean(name, known) ?? `The dimensions are ${known.join(", ")}.`,
  );
}

function unlike(rule: string, downstream: Partitions | undefined, upstream: Partitions): Issue {
  return invalid(
    `${rule}; upstream has ${describe(upstream)} and downstream ${describe(downstream)}.`,
    "Choose the mapping by the kinds of both sides; customMapping relates any two.",
  );
}

function describe(partitions: Partitions | undefined): string {
  if (!partitions) return "no partitions";
  if (partitions.kind !== "multi") return `${partitions.kind} partitions`;
  return `the dimensions ${Object.keys(partitions.dimensions).join(", ")}`;
}

function nameOf(mapping: Mapping): string {
  return mapping.kind === "custom" ? `the mapping ${quote(mapping.name)}` : `the ${mapping.kind} mapping`;
}

function invalid(message: string, hint: string): Issue {
  return { code: "MAPPING_INVALID", message, path: [], hint };
}
