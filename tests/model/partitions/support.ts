/** Definitions as plain data, and the relation between windows worked out pair by pair: what tests compare with. */
import type {
  DynamicPartitions,
  LeafPartitions,
  MultiPartitions,
  Partitions,
  StaticPartitions,
  TimePartitions,
} from "../../../src/model/partitions/definition.ts";
import type { Mapping, ResolvedMapping, TimeWindowMapping } from "../../../src/model/partitions/mapping.ts";
import { resolveMapping } from "../../../src/model/partitions/resolve.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import type { PartitionSpace, SpaceContext, TimeSpace } from "../../../src/model/partitions/space.ts";
import { rangeSubset, subsetOf } from "../../../src/model/partitions/subset.ts";
import type { Subset } from "../../../src/model/partitions/subset.ts";

const CRONS = { hour: "0 * * * *", day: "0 0 * * *", week: "0 0 * * 0", month: "0 0 1 * *" };
const FORMATS = { hour: "%Y-%m-%d-%H:%M", day: "%Y-%m-%d", week: "%Y-%m-%d", month: "%Y-%m-%d" };

/** What {@linkcode windows} takes; instants as texts that `Date` reads. */
export interface WindowsSpec {
  readonly start?: string;
  readonly end?: string;
  readonly timezone?: string;
  readonly endOffset?: number;
  readonly exclusions?: readonly (string | number)[];
  readonly format?: string;
}

/** Windows of a named unit, or of a cron text. */
export function windows(unit: string, spec: WindowsSpec = {}): TimePartitions {
  const named = unit as keyof typeof CRONS;
  const { start = "2024-01-01T00:00:00Z", end, timezone = "UTC", endOffset = 0, exclusions = [] } = spec;
  return {
    kind: "time",
    unit,
    cron: CRONS[named] ?? unit,
    timezone,
    startMs: Date.parse(start),
    endMs: end === undefined ? undefined : Date.parse(end),
    endOffset,
    exclusions,
    format: spec.format ?? FORMATS[named] ?? "%Y-%m-%d-%H:%M",
  };
}

export function names<const Key extends string>(...keys: Key[]): StaticPartitions<Key> {
  return { kind: "static", keys };
}

export function dynamic(name: string): DynamicPartitions {
  return { kind: "dynamic", name };
}

export function multi(dimensions: { readonly [name: string]: LeafPartitions }): MultiPartitions {
  return { kind: "multi", dimensions };
}

/** Half past noon on 10 February 2024, and one set of dynamic keys. */
export const CONTEXT: SpaceContext = {
  nowMs: Date.parse("2024-02-10T12:30:00Z"),
  dynamicKeys: (name) => name === "users" ? ["ann", "bob", "eve"] : ["eve", "zoe"],
};

/** A mapping with its sides open at an instant. */
export function resolve(
  mapping: Mapping | undefined,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
  context: SpaceContext = CONTEXT,
): ResolvedMapping {
  return resolveMapping(
    mapping,
    { partitions: downstream, space: openSpace(downstream, context) },
    { partitions: upstream, space: openSpace(upstream, context) },
  );
}

/** The set of the given keys. */
export function keySet(space: PartitionSpace, keys: readonly string[]): Subset {
  return subsetOf(keys.map((key) => {
    const index = space.indexOf(key);
    if (index < 0) throw new RangeError(`no key ${key}`);
    return index;
  }));
}

export function keysOf(space: PartitionSpace, set: Subset): string[] {
  return Array.from(set.indices(), (index) => space.keyAt(index));
}

/** The upstream keys that downstream keys read, and after a bar those that are missing. */
export function upstreamOf(mapping: ResolvedMapping, ...keys: string[]): string {
  const mapped = mapping.toUpstream(keySet(mapping.downstream, keys));
  const existing = keysOf(mapping.upstream, mapped.existing).join(" ");
  return mapped.complete ? existing : `${existing} | ${mapped.missing.join(" ")}`.trimStart();
}

/** The downstream keys that read upstream keys. */
export function downstreamOf(mapping: ResolvedMapping, ...keys: string[]): string {
  return keysOf(mapping.downstream, mapping.toDownstream(keySet(mapping.upstream, keys))).join(" ");
}

/** The upstream indices of each downstream index, from `eachUpstreamRange` alone. */
export function relationOf(mapping: ResolvedMapping): number[][] {
  return Array.from({ length: mapping.downstream.size }, (_, index) => {
    const reads: number[] = [];
    mapping.eachUpstreamRange(index, (start, end) => reads.push(...rangeSubset(start, end).indices()));
    return reads;
  });
}

/** A frame of windows wide enough for every offset a test uses: ten years to either side, bounds aside. */
export function unboundedWindows(definition: TimePartitions, context: SpaceContext = CONTEXT): TimeSpace {
  const decade = 3_653 * 86_400_000;
  const endMs = context.nowMs + decade;
  return openSpace({ ...definition, startMs: definition.startMs - decade, endMs, endOffset: 0 }, {
    ...context,
    nowMs: endMs,
  }) as TimeSpace;
}

/**
 * The time-window rule pair by pair: offsets step from window to window, then every upstream window is compared
 * with the interval. Slow and plain on purpose.
 */
export function overlapOracle(
  rule: TimeWindowMapping,
  downstream: TimePartitions,
  upstream: TimePartitions,
  context: SpaceContext = CONTEXT,
): number[][] {
  const [below, above] = [downstream, upstream].map((side) => openSpace(side, context) as TimeSpace);
  const frame = unboundedWindows(downstream, context);
  return Array.from({ length: below.size }, (_, index) => {
    const position = frame.indexAt(below.startAt(index));
    const { startOffset, endOffset } = rule;
    const startMs = startOffset > 0
      ? frame.endAt(position + startOffset - 1)
      : frame.startAt(position + startOffset);
    const endMs = endOffset < 0 ? frame.startAt(position + endOffset + 1) : frame.endAt(position + endOffset);
    const reads: number[] = [];
    for (let k = 0; k < above.size; k++) {
      if (above.startAt(k) < endMs && above.endAt(k) > startMs) reads.push(k);
    }
    return reads;
  });
}
