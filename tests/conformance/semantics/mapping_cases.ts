/** Seeded pairs of definitions with a mapping between them, small enough to ask for every partition. */
import fc from "fast-check";
import type {
  LeafPartitions,
  MultiPartitions,
  Partitions,
  StaticPartitions,
  TimePartitions,
} from "../../../src/model/partitions/definition.ts";
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
import type { LeafMapping, Mapping } from "../../../src/model/partitions/mapping.ts";

export interface MappingCase {
  readonly nowMs: number;
  readonly downstream: Partitions;
  readonly upstream: Partitions;
  readonly mapping: Mapping | undefined;
}

const SEED = 20_260_104;
const HOUR_MS = 3_600_000;

/** Keys of dynamic definitions, by name. */
export const DYNAMIC_KEYS: { readonly [name: string]: readonly string[] } = {
  users: ["ann", "bob", "eve"],
  teams: ["zoe", "eve"],
};

/** Zones in which Dagster keeps its own rule of clock changes, with an instant near one. */
const ZONES: readonly (readonly [zone: string, nowMs: number])[] = [
  ["UTC", Date.parse("2024-02-10T12:30:00Z")],
  ["Europe/Berlin", Date.parse("2024-04-03T10:15:00Z")],
  ["America/New_York", Date.parse("2024-11-06T18:40:00Z")],
  ["US/Central", Date.parse("2021-11-09T05:00:00Z")],
  ["Asia/Kolkata", Date.parse("2024-05-02T23:10:00Z")],
];

interface Rhythm {
  readonly unit: string;
  readonly cron: string;
  readonly format: string;
  /** For how many hours to look back for a few dozen windows at most. */
  readonly reachHours: number;
  /** Longer than two windows and what may be left out. An end before the first window is over makes Dagster contradict itself. */
  readonly leastHours: number;
  /** What may be left out; never every window. */
  readonly exclusions: readonly (readonly string[])[];
}

const WEEKENDS = ["0 0 * * 6", "0 0 * * 0"];

const RHYTHMS: readonly Rhythm[] = [
  {
    unit: "hour",
    cron: "0 * * * *",
    format: "%Y-%m-%d-%H:%M",
    reachHours: 80,
    leastHours: 3,
    exclusions: [["0 6 * * *", "0 12 * * 3"]],
  },
  {
    unit: "day",
    cron: "0 0 * * *",
    format: "%Y-%m-%d",
    reachHours: 25 * 24,
    leastHours: 6 * 24,
    exclusions: [WEEKENDS, ["0 0 1 * *"]],
  },
  {
    unit: "day",
    cron: "0 0 * * *",
    format: "%Y-%m-%d",
    reachHours: 60 * 24,
    leastHours: 6 * 24,
    exclusions: [WEEKENDS],
  },
  {
    unit: "week",
    cron: "0 0 * * 0",
    format: "%Y-%m-%d",
    reachHours: 100 * 24,
    leastHours: 35 * 24,
    exclusions: [["0 0 1-7 * *"]],
  },
  {
    unit: "month",
    cron: "0 0 1 * *",
    format: "%Y-%m-%d",
    reachHours: 400 * 24,
    leastHours: 124 * 24,
    exclusions: [["0 0 1 3,9 *"]],
  },
  {
    unit: "day+6h",
    cron: "0 6 * * *",
    format: "%Y-%m-%d",
    reachHours: 20 * 24,
    leastHours: 6 * 24,
    exclusions: [["0 6 * * 1"]],
  },
  {
    unit: "hour+30m",
    cron: "30 * * * *",
    format: "%Y-%m-%d-%H:%M",
    reachHours: 60,
    leastHours: 3,
    exclusions: [],
  },
  {
    unit: "0 12 * * 1-5",
    cron: "0 12 * * 1-5",
    format: "%d.%m.%Y",
    reachHours: 40 * 24,
    leastHours: 6 * 24,
    exclusions: [],
  },
  {
    unit: "15 */6 * * *",
    cron: "15 */6 * * *",
    format: "%Y-%m-%dT%H:%M",
    reachHours: 8 * 24,
    leastHours: 25,
    exclusions: [["15 0 * * *"]],
  },
];

/** Windows around an instant; `share` of the usual number of them. */
function windowsIn(zone: string, nowMs: number, share: number = 1): fc.Arbitrary<TimePartitions> {
  return fc.constantFrom(...RHYTHMS).chain(({ unit, cron, format, reachHours, leastHours, exclusions }) => {
    const moment = (percent: number): number =>
      nowMs + Math.round(percent * share * reachHours / 100) * HOUR_MS;
    return fc.record({
      back: fc.integer({ min: 0, max: 100 }),
      end: fc.option(fc.integer({ min: -60, max: 20 }), { nil: undefined, freq: 3 }),
      endOffset: fc.constantFrom(0, 0, 0, 1, 2, -1),
      excluded: fc.constantFrom<readonly string[]>([], [], ...exclusions),
    }).map(({ back, end, endOffset, excluded }) => ({
      kind: "time" as const,
      unit,
      cron,
      timezone: zone,
      startMs: moment(-back),
      endMs: end === undefined ? undefined : Math.max(moment(end), moment(-back) + leastHours * HOUR_MS),
      endOffset,
      exclusions: excluded,
      format,
    }));
  });
}

const names: fc.Arbitrary<StaticPartitions> = fc.shuffledSubarray(["us", "eu", "asia", "x y", "de"], {
  minLength: 1,
})
  .map((keys) => ({ kind: "static", keys }));

function leafIn(zone: string, nowMs: number): fc.Arbitrary<LeafPartitions> {
  return fc.oneof(
    { arbitrary: windowsIn(zone, nowMs), weight: 3 },
    { arbitrary: names, weight: 2 },
  );
}

const offsets = fc.oneof(
  fc.constant([0, 0]),
  fc.tuple(fc.integer({ min: -3, max: 2 }), fc.nat(3)).map(([start, length]) => [start, start + length]),
);

const timeRule = fc.tuple(offsets, fc.boolean()).map(([[startOffset, endOffset], allowNonexistent]) =>
  timeWindowMapping({ startOffset, endOffset, allowNonexistent })
);

/** A mapping that both accept between two definitions of one dimension; none to leave it to inference. */
function leafMapping(downstream: LeafPartitions, upstream: LeafPartitions): fc.Arbitrary<LeafMapping> {
  const any: fc.Arbitrary<LeafMapping>[] = [fc.constantFrom(allMapping(), lastMapping())];
  if (downstream.kind === upstream.kind) any.push(fc.constant(identityMapping()));
  if (upstream.kind === "static") {
    any.push(fc.subarray([...upstream.keys], { minLength: 1 }).map((keys) => specificMapping(keys)));
  }
  if (downstream.kind === "static" && upstream.kind === "static") {
    any.push(
      fc.array(fc.tuple(fc.constantFrom(...upstream.keys), fc.subarray([...downstream.keys])), {
        maxLength: 4,
      })
        .map((rows) => staticMapping(Object.fromEntries(rows))),
    );
  }
  if (downstream.kind === "time" && upstream.kind === "time") any.push(timeRule, timeRule, timeRule);
  return fc.oneof(...any);
}

const windowCases = fc.constantFrom(...ZONES).chain(([zone, nowMs]) =>
  fc.record({
    nowMs: fc.constant(nowMs),
    downstream: windowsIn(zone, nowMs),
    upstream: windowsIn(zone, nowMs),
    mapping: fc.option(timeRule, { nil: undefined, freq: 4 }),
  })
);

const leafCases = fc.constantFrom(...ZONES).chain(([zone, nowMs]) =>
  fc.tuple(leafIn(zone, nowMs), leafIn(zone, nowMs)).chain(([downstream, upstream]) =>
    fc.record({
      nowMs: fc.constant(nowMs),
      downstream: fc.constant(downstream),
      upstream: fc.constant(upstream),
      mapping: leafMapping(downstream, upstream),
    })
  )
);

const dynamicCases: fc.Arbitrary<MappingCase> = fc.constantFrom("users", "teams").map((name) => ({
  nowMs: ZONES[0][1],
  downstream: { kind: "dynamic" as const, name: "users" },
  upstream: { kind: "dynamic" as const, name },
  mapping: identityMapping(),
}));

function grid(dimensions: { readonly [name: string]: LeafPartitions }): MultiPartitions {
  return { kind: "multi", dimensions };
}

/** How much of a rhythm leaves few enough cells to ask for each. */
const FEW = 0.12;

const multiCases: fc.Arbitrary<MappingCase> = fc.constantFrom(...ZONES).chain(([zone, nowMs]) =>
  fc.record({
    below: windowsIn(zone, nowMs, FEW),
    above: windowsIn(zone, nowMs, FEW),
    regions: names,
    places: names,
    time: fc.constantFrom("a time", "z time"),
  }).chain(({ below, above, regions, places, time }) =>
    fc.record({
      first: leafMapping(below, above),
      second: leafMapping(regions, places),
      linksBoth: fc.boolean(),
    }).map(({ first, second, linksBoth }) => ({
      nowMs,
      downstream: grid({ date: below, region: regions }),
      upstream: grid({ [time]: above, place: places }),
      mapping: multiMapping({
        place: { dimension: "region", mapping: second },
        ...(linksBoth && { [time]: { dimension: "date", mapping: first } }),
      }),
    }))
  )
);

const singleCases: fc.Arbitrary<MappingCase> = fc.constantFrom(...ZONES).chain(([zone, nowMs]) =>
  fc.record({
    windows: windowsIn(zone, nowMs, FEW),
    other: windowsIn(zone, nowMs, FEW),
    regions: names,
    by: fc.constantFrom("date", "region", "other"),
    isUp: fc.boolean(),
    named: fc.boolean(),
  }).map(({ windows, other, regions, by, isUp, named }) => {
    const many = grid({ date: windows, region: regions });
    const single = by === "date" ? windows : by === "region" ? regions : other;
    const [downstream, upstream] = isUp ? [single, many] : [many, single];
    const mapping = named ? multiToSingleMapping(by === "region" ? "region" : "date") : undefined;
    return { nowMs, downstream, upstream, mapping };
  })
);

/** An upstream that begins after the present: seldom met by chance. */
const NOT_YET: MappingCase = {
  nowMs: Date.parse("2024-02-10T12:30:00Z"),
  downstream: daysFrom("2024-02-05T00:00:00Z"),
  upstream: daysFrom("2024-02-20T00:00:00Z"),
  mapping: timeWindowMapping({ startOffset: -1 }),
};

function daysFrom(start: string): TimePartitions {
  const { unit, cron, format } = RHYTHMS[1];
  return {
    kind: "time",
    unit,
    cron,
    timezone: "UTC",
    startMs: Date.parse(start),
    endMs: undefined,
    endOffset: 0,
    exclusions: [],
    format,
  };
}

/** The same cases for the same number. */
export function mappingCases(count: number): readonly MappingCase[] {
  const all = fc.oneof(
    { arbitrary: windowCases, weight: 6 },
    { arbitrary: leafCases, weight: 4 },
    { arbitrary: dynamicCases, weight: 1 },
    { arbitrary: multiCases, weight: 4 },
    { arbitrary: singleCases, weight: 3 },
  );
  return [NOT_YET, ...fc.sample(all, { numRuns: count, seed: SEED })];
}
