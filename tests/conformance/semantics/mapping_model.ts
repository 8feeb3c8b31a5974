/**
 * What a mapping gives, worked out key by key from the rule as written down, with what Dagster does differently
 * switched on or off. With nothing on it must give what we give, with everything on what Dagster gives.
 */
import type { Partitions, TimePartitions } from "../../../src/model/partitions/definition.ts";
import { inferLeafMapping, inferMapping, matchDimension } from "../../../src/model/partitions/infer.ts";
import type {
  LeafMapping,
  Mapping,
  StaticMapping,
  TimeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import type { PartitionSpace, SpaceContext, TimeSpace } from "../../../src/model/partitions/space.ts";
import type { MappingQuirk } from "./mapping_differences.ts";

export interface MappingModel {
  upstream(
    keys: readonly string[],
  ): { readonly existing: readonly string[]; readonly missing: readonly string[] };
  downstream(keys: readonly string[]): readonly string[];
}

type Quirks = ReadonlySet<MappingQuirk>;

interface Interval {
  readonly startMs: number;
  readonly endMs: number;
}

const YEAR_MS = 366 * 86_400_000;

/** What exists of a definition; for windows also what would exist without bounds. */
class Side {
  readonly keys: readonly string[];
  readonly space: PartitionSpace;
  readonly partitions: Partitions;
  readonly context: SpaceContext;
  #frame: TimeSpace | undefined;

  constructor(partitions: Partitions, context: SpaceContext) {
    this.partitions = partitions;
    this.context = context;
    this.space = openSpace(partitions, context);
    this.keys = keysOf(this.space);
  }

  get time(): TimePartitions {
    if (this.partitions.kind !== "time") throw new TypeError("windows are expected");
    return this.partitions;
  }

  get windows(): TimeSpace {
    return this.space as TimeSpace;
  }

  /** Windows from two years before the start to two years after the present. */
  get frame(): TimeSpace {
    const endMs = this.context.nowMs + 2 * YEAR_MS;
    this.#frame ??= openSpace(
      { ...this.time, startMs: this.time.startMs - 2 * YEAR_MS, endMs, endOffset: 0 },
      { ...this.context, nowMs: endMs },
    ) as TimeSpace;
    return this.#frame;
  }

  /** From the first window to the last; undefined when there is none. */
  get bounds(): Interval | undefined {
    const { windows } = this;
    return windows.size === 0
      ? undefined
      : { startMs: windows.startAt(0), endMs: windows.endAt(windows.size - 1) };
  }

  intervalOf(key: string): Interval {
    const index = this.windows.indexOf(key);
    return { startMs: this.windows.startAt(index), endMs: this.windows.endAt(index) };
  }
}

function keysOf(space: PartitionSpace): string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

/** Opens the model of a mapping between two definitions. */
export function openModel(
  mapping: Mapping | undefined,
  downstream: Partitions,
  upstream: Partitions,
  context: SpaceContext,
  quirks: Quirks,
): MappingModel {
  const [below, above] = [new Side(downstream, context), new Side(upstream, context)];
  const rule = mapping ?? inferred(downstream, upstream);
  if (rule.kind === "multi" || rule.kind === "multi-to-single") {
    return new GridModel(linksOf(rule, downstream, upstream, context, quirks), below, above, quirks);
  }
  return openLeaf(rule, below, above, quirks);
}

function inferred(downstream: Partitions, upstream: Partitions): Mapping {
  const inference = inferMapping(downstream, upstream);
  if ("issue" in inference) throw new Error(inference.issue.message);
  return inference.mapping;
}

function openLeaf(rule: LeafMapping, below: Side, above: Side, quirks: Quirks): MappingModel {
  switch (rule.kind) {
    case "time-window":
      return new WindowModel(rule, below, above, quirks);
    case "identity":
      return byKey(below, above, (down, up) => down === up, (down) => [down]);
    case "static":
      return byKey(below, above, (down, up) => readersOf(rule, up).includes(down), () => []);
    case "all":
      return byKey(below, above, () => true, () => []);
    case "last":
      return byKey(below, above, (_, up) => up === above.keys.at(-1), () => []);
    case "specific":
      return byKey(below, above, (_, up) => rule.keys.includes(up), () => rule.keys);
    case "custom":
      throw new TypeError("Dagster knows no functions");
  }
}

function readersOf(rule: StaticMapping, key: string): readonly string[] {
  return rule.downstreamByUpstream[key] ?? [];
}

/** A relation between single keys, with the keys that one asks for. */
function byKey(
  below: Side,
  above: Side,
  reads: (down: string, up: string) => boolean,
  asksFor: (down: string) => readonly string[],
): MappingModel {
  return {
    upstream: (keys) => ({
      existing: above.keys.filter((up) => keys.some((down) => reads(down, up))),
      missing: [...new Set(keys.flatMap(asksFor))].filter((key) => !above.keys.includes(key)),
    }),
    downstream: (keys) => below.keys.filter((down) => keys.some((up) => reads(down, up))),
  };
}

class WindowModel implements MappingModel {
  readonly #rule: TimeWindowMapping;
  readonly #below: Side;
  readonly #above: Side;
  readonly #quirks: Quirks;

  constructor(rule: TimeWindowMapping, below: Side, above: Side, quirks: Quirks) {
    this.#rule = rule;
    this.#below = below;
    this.#above = above;
    this.#quirks = quirks;
  }

  upstream(
    keys: readonly string[],
  ): { readonly existing: readonly string[]; readonly missing: readonly string[] } {
    const { startOffset, endOffset, allowNonexistent } = this.#rule;
    const [below, above] = [this.#below, this.#above];
    const windows = this.#windowsOf(below, keys);
    const asked = windows.map(({ startMs, endMs }) => ({
      startMs: stopAt(
        above.bounds ?? this.#beginning(),
        move(below.frame, startMs, startOffset),
        startOffset,
      ),
      endMs: stopAt(above.bounds ?? this.#beginning(), move(below.frame, endMs, endOffset), endOffset),
    })).map((interval) => this.#snap(interval, below, above)).filter(({ startMs, endMs }) => startMs < endMs);
    const existing = above.keys.filter((key) =>
      asked.some((interval) => overlap(above.intervalOf(key), interval))
    );
    if (allowNonexistent) return { existing, missing: [] };
    const missing = this.#isEarly(windows) ? startingIn(above.frame, windows) : this.#missing(asked);
    return { existing, missing };
  }

  downstream(keys: readonly string[]): readonly string[] {
    const [below, above] = [this.#below, this.#above];
    if (!this.#quirks.has("forwards")) {
      return below.keys.filter((key) => this.upstream([key]).existing.some((read) => keys.includes(read)));
    }
    const [startOffset, endOffset] = [0 - this.#rule.endOffset, 0 - this.#rule.startOffset];
    const reading = this.#windowsOf(above, keys)
      .map((interval) => this.#snap(interval, above, below))
      .map(({ startMs, endMs }) => ({
        startMs: stopAt(below.bounds, move(below.frame, startMs, startOffset), startOffset),
        endMs: stopAt(below.bounds, move(below.frame, endMs, endOffset), endOffset),
      }));
    return below.keys.filter((key) => reading.some((interval) => overlap(below.intervalOf(key), interval)));
  }

  /** The windows of keys, neighbours joined where Dagster joins them. */
  #windowsOf(side: Side, keys: readonly string[]): Interval[] {
    const indices = keys.map((key) => side.windows.indexOf(key)).sort((a, b) => a - b);
    const joined: { startMs: number; endMs: number }[] = [];
    indices.forEach((index, position) => {
      const { startMs, endMs } = side.intervalOf(side.keys[index]);
      const last = joined.at(-1);
      if (this.#quirks.has("joins") && last && indices[position - 1] === index - 1) last.endMs = endMs;
      else joined.push({ startMs, endMs });
    });
    return joined;
  }

  /** Where an interval of one side begins and ends on the other, by the last windows that are not excluded. */
  #snap(interval: Interval, from: Side, to: Side): Interval {
    if (!this.#quirks.has("snaps") || from.time.cron === to.time.cron) return interval;
    const { frame } = to;
    const next = frame.indexFrom(interval.startMs);
    const first = next < frame.size && frame.startAt(next) === interval.startMs ? next : next - 1;
    return { startMs: frame.startAt(first), endMs: frame.endAt(frame.indexFrom(interval.endMs) - 1) };
  }

  /** Where upstream windows would begin while there are none; Dagster stops no offset then. */
  #beginning(): Interval | undefined {
    if (this.#quirks.has("drifts")) return undefined;
    const { frame, time } = this.#above;
    const startMs = frame.startAt(frame.indexFrom(time.startMs));
    return { startMs, endMs: startMs };
  }

  /** Whether Dagster sees at once that nothing asked for can exist, and looks no closer. */
  #isEarly(windows: readonly Interval[]): boolean {
    const { startOffset, endOffset } = this.#rule;
    return this.#quirks.has("overlooks") && startOffset === 0 && endOffset === 0 &&
      windows.length > 0 && windows[windows.length - 1].endMs <= this.#above.time.startMs;
  }

  #missing(asked: readonly Interval[]): readonly string[] {
    const { frame } = this.#above;
    const bounds = this.#above.bounds ?? this.#beginning();
    const lacking = asked.flatMap((interval): Interval[] => {
      const { startMs, endMs } = interval;
      if (!bounds) return [interval];
      const [before, after] = [startMs < bounds.startMs, endMs > bounds.endMs];
      if (before && after && this.#quirks.has("drowns")) return [interval];
      return [
        ...(before ? [{ startMs, endMs: Math.min(endMs, bounds.startMs) }] : []),
        ...(after ? [{ startMs: Math.max(startMs, bounds.endMs), endMs }] : []),
      ];
    });
    return overlapping(frame, lacking);
  }
}

/** Moves an instant by windows: back to the start of one before it, on to the end of one after it. */
function move(frame: TimeSpace, instantMs: number, offset: number): number {
  if (offset === 0) return instantMs;
  if (offset > 0) return frame.endAt(frame.indexFrom(instantMs) + offset - 1);
  let ended = frame.indexFrom(instantMs) - 1;
  if (ended >= 0 && frame.endAt(ended) > instantMs) ended--;
  return frame.startAt(ended + offset + 1);
}

function stopAt(bounds: Interval | undefined, instantMs: number, offset: number): number {
  if (!bounds || offset === 0) return instantMs;
  return offset < 0 ? Math.max(bounds.startMs, instantMs) : Math.min(bounds.endMs, instantMs);
}

function overlap(a: Interval, b: Interval): boolean {
  return a.startMs < b.endMs && a.endMs > b.startMs && b.startMs < b.endMs;
}

function overlapping(frame: TimeSpace, intervals: readonly Interval[]): readonly string[] {
  return keysWhere(frame, intervals, (window, interval) => overlap(window, interval));
}

function startingIn(frame: TimeSpace, intervals: readonly Interval[]): readonly string[] {
  return keysWhere(frame, intervals, ({ startMs }, interval) => {
    return startMs >= interval.startMs && startMs < interval.endMs;
  });
}

function keysWhere(
  frame: TimeSpace,
  intervals: readonly Interval[],
  holds: (window: Interval, interval: Interval) => boolean,
): readonly string[] {
  const found = new Set<number>();
  for (const interval of intervals) {
    for (let k = Math.max(0, frame.indexFrom(interval.startMs) - 1); k < frame.size; k++) {
      const startMs = frame.startAt(k);
      if (startMs >= interval.endMs) break;
      if (holds({ startMs, endMs: frame.endAt(k) }, interval)) found.add(k);
    }
  }
  return [...found].sort((a, b) => a - b).map((k) => frame.keyAt(k));
}

interface Link {
  readonly down: string;
  readonly up: string;
  readonly model: MappingModel;
}

function linksOf(
  rule: Mapping,
  downstream: Partitions,
  upstream: Partitions,
  context: SpaceContext,
  quirks: Quirks,
): readonly Link[] {
  if (rule.kind === "multi" && downstream.kind === "multi" && upstream.kind === "multi") {
    return Object.entries(rule.upstream).map(([up, { dimension, mapping }]) => ({
      down: dimension,
      up,
      model: openModel(mapping, downstream.dimensions[dimension], upstream.dimensions[up], context, quirks),
    }));
  }
  if (downstream.kind === "multi" && upstream.kind !== "multi") {
    const match = matchDimension(downstream, (leaf) => inferLeafMapping(leaf, upstream), upstream);
    const down = "name" in match ? match.name : "";
    return [{
      down,
      up: "",
      model: openModel(undefined, downstream.dimensions[down], upstream, context, quirks),
    }];
  }
  if (downstream.kind !== "multi" && upstream.kind === "multi") {
    const match = matchDimension(upstream, (leaf) => inferLeafMapping(downstream, leaf), downstream);
    const up = "name" in match ? match.name : "";
    return [{
      down: "",
      up,
      model: openModel(undefined, downstream, upstream.dimensions[up], context, quirks),
    }];
  }
  throw new TypeError("several dimensions are expected");
}

/** Dimension by dimension, for one cell at a time. */
class GridModel implements MappingModel {
  readonly #links: readonly Link[];
  readonly #below: Side;
  readonly #above: Side;
  readonly #quirks: Quirks;
  readonly #answers = new Map<string, ReturnType<MappingModel["upstream"]>>();

  constructor(links: readonly Link[], below: Side, above: Side, quirks: Quirks) {
    this.#links = links;
    this.#below = below;
    this.#above = above;
    this.#quirks = quirks;
  }

  upstream(
    keys: readonly string[],
  ): { readonly existing: readonly string[]; readonly missing: readonly string[] } {
    const wanted = new Set<string>();
    const short = new Set<string>();
    for (const key of keys) {
      const cell = cellOf(this.#below, key);
      const lists = namesOf(this.#above).map((name) => {
        const link = this.#links.find(({ up }) => up === name);
        if (!link) return dimensionKeys(this.#above, name);
        const { existing, missing } = this.#ask(link, cell.get(link.down) as string);
        for (const each of missing) short.add(each);
        return [...existing, ...missing];
      });
      for (const each of product(lists)) wanted.add(each);
    }
    const missing = [...wanted].filter((key) => !this.#above.keys.includes(key));
    return {
      existing: this.#above.keys.filter((key) => wanted.has(key)),
      missing: this.#quirks.has("shortens") ? [...short] : missing,
    };
  }

  downstream(keys: readonly string[]): readonly string[] {
    const found = new Set<string>();
    for (const key of keys) {
      const cell = cellOf(this.#above, key);
      const lists = namesOf(this.#below).map((name) => {
        const link = this.#links.find(({ down }) => down === name);
        return link ? link.model.downstream([cell.get(link.up) as string]) : dimensionKeys(this.#below, name);
      });
      for (const each of product(lists)) found.add(each);
    }
    return this.#below.keys.filter((key) => found.has(key));
  }

  #ask(link: Link, key: string): ReturnType<MappingModel["upstream"]> {
    const name = `${link.up}\n${key}`;
    const answer = this.#answers.get(name) ?? link.model.upstream([key]);
    this.#answers.set(name, answer);
    return answer;
  }
}

function namesOf({ space }: Side): readonly string[] {
  return space.kind === "multi" ? space.dimensions.map(({ name }) => name) : [""];
}

function dimensionKeys({ space, keys }: Side, name: string): readonly string[] {
  const dimension = space.kind === "multi" && space.dimensions.find((each) => each.name === name);
  return dimension ? keysOf(dimension.space) : keys;
}

function cellOf(side: Side, key: string): ReadonlyMap<string, string> {
  const parts = side.space.kind === "multi" ? key.split("|") : [key];
  return new Map(namesOf(side).map((name, position) => [name, parts[position]]));
}

function product(lists: readonly (readonly string[])[]): string[] {
  return lists.reduce<string[][]>((rows, list) => rows.flatMap((row) => list.map((key) => [...row, key])), [
    [],
  ])
    .map((row) => row.join("|"));
}
