/** Where a mapping gives something else here than in Dagster, or is refused: each on purpose, with its reason. */
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import {
  allMapping,
  identityMapping,
  type Mapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";

/** What Dagster does that we do not. */
export type MappingQuirk = "joins" | "snaps" | "forwards" | "drifts" | "drowns" | "overlooks" | "shortens";

/** A difference of meaning. */
export interface MappingDifference {
  readonly name: string;
  readonly quirk: MappingQuirk;
  readonly reason: string;
}

export const DIFFERENCES: readonly MappingDifference[] = [
  {
    name: "neighbours are joined into one window",
    quirk: "joins",
    reason:
      "Dagster joins neighbouring windows of a set before it maps them, also over excluded windows between them, so " +
      "a set can give more than its members. Here a set gives the union of what its members give, so that a plan " +
      "for a range equals the plans for its parts.",
  },
  {
    name: "excluded windows lead to the one before",
    quirk: "snaps",
    reason:
      "Where the window on the other side is excluded, Dagster takes the last one before it, which does not " +
      "overlap. Here only windows that overlap are related.",
  },
  {
    name: "readers are computed, not inverted",
    quirk: "forwards",
    reason:
      "Dagster computes the readers of a window by moving it the other way. With exclusions, or with cadences that " +
      "do not nest, that is not the inverse of what is read. Here it is the exact inverse.",
  },
  {
    name: "no upstream bounds without windows",
    quirk: "drifts",
    reason:
      "Offsets stop at the upstream bounds. While no upstream window exists yet, Dagster has no bounds and misses " +
      "windows from before the upstream start. Here the start is a bound from the beginning.",
  },
  {
    name: "a window that passes both bounds is missing whole",
    quirk: "drowns",
    reason:
      "When what is asked for begins before the first upstream window and ends after the last one, Dagster lists " +
      "all of it as missing, the windows that exist included. Here only those that do not exist are missing.",
  },
  {
    name: "a coarser window before the start is overlooked",
    quirk: "overlooks",
    reason:
      "For a set that ends before the upstream start, Dagster lists the missing windows that begin in it: a day of " +
      "January misses no month. Here the month that holds it is missing.",
  },
  {
    name: "missing cells are named by one dimension",
    quirk: "shortens",
    reason:
      "Between several dimensions Dagster lists the missing keys of each dimension alone. Here they are keys of " +
      "the upstream partitions: whole cells.",
  },
];

/** A mapping between two definitions, and who accepts it. */
export interface MappingPair {
  readonly name: string;
  readonly mapping: Mapping | undefined;
  readonly downstream: Partitions;
  readonly upstream: Partitions;
  readonly ours: boolean;
  readonly dagster: boolean;
  /** Why the two differ; nothing where they agree. */
  readonly reason?: string;
}

const DAYS: Partitions = {
  kind: "time",
  unit: "day",
  cron: "0 0 * * *",
  timezone: "UTC",
  startMs: Date.parse("2024-01-01T00:00:00Z"),
  endMs: undefined,
  endOffset: 0,
  exclusions: [],
  format: "%Y-%m-%d",
};
const BERLIN: Partitions = { ...DAYS, timezone: "Europe/Berlin" };
const REGIONS: Partitions = { kind: "static", keys: ["eu", "us"] };
const WORLD: Partitions = { kind: "static", keys: ["eu", "us", "asia"] };
const GRID: Partitions = { kind: "multi", dimensions: { date: DAYS, region: REGIONS } };
const ROUTES: Partitions = { kind: "multi", dimensions: { from: REGIONS, to: REGIONS } };

function same(
  name: string,
  mapping: Mapping | undefined,
  downstream: Partitions,
  upstream: Partitions,
  accepted: boolean,
): MappingPair {
  return { name, mapping, downstream, upstream, ours: accepted, dagster: accepted };
}

export const PAIRS: readonly MappingPair[] = [
  same("equal zones", undefined, DAYS, DAYS, true),
  same("unequal zones", timeWindowMapping(), DAYS, BERLIN, false),
  same("unequal zones, inferred", undefined, DAYS, BERLIN, false),
  same("unequal zones by key", identityMapping(), DAYS, BERLIN, true),
  same("windows and names", undefined, DAYS, REGIONS, false),
  same("windows and names by key", identityMapping(), DAYS, REGIONS, false),
  same("windows and names, all", allMapping(), DAYS, REGIONS, true),
  same("a table of windows", staticMapping({}), DAYS, DAYS, false),
  same("a table with unknown keys", staticMapping({ eu: "asia" }), REGIONS, REGIONS, false),
  same("one dimension of two", undefined, REGIONS, GRID, true),
  same("no dimension to match", undefined, WORLD, GRID, false),
  same("two dimensions to match", undefined, REGIONS, ROUTES, false),
  same(
    "a dimension that is none",
    multiMapping({ day: { dimension: "date", mapping: timeWindowMapping() } }),
    GRID,
    GRID,
    false,
  ),
  same("windows of names", timeWindowMapping(), REGIONS, REGIONS, false),
  {
    name: "a dimension named where two match",
    mapping: multiToSingleMapping("to"),
    downstream: REGIONS,
    upstream: ROUTES,
    ours: true,
    dagster: false,
    reason: "Dagster ignores the name. Here it decides.",
  },
  {
    name: "a dimension named that is none",
    mapping: multiToSingleMapping("place"),
    downstream: REGIONS,
    upstream: GRID,
    ours: false,
    dagster: true,
    reason: "Dagster ignores the name. Here a name that is none is a mistake.",
  },
  {
    name: "a dimension with some of the keys",
    mapping: undefined,
    downstream: { kind: "static", keys: ["eu"] },
    upstream: GRID,
    ours: true,
    dagster: false,
    reason:
      "Dagster asks for equal lists. Here names read a dimension that has them all, as they read a list.",
  },
  {
    name: "names of which some do not exist upstream",
    mapping: undefined,
    downstream: WORLD,
    upstream: REGIONS,
    ours: false,
    dagster: true,
    reason: "Dagster finds out when it runs. Here it is an error at definition; identityMapping() allows it.",
  },
  {
    name: "a specific key that does not exist",
    mapping: specificMapping("asia"),
    downstream: DAYS,
    upstream: REGIONS,
    ours: false,
    dagster: true,
    reason: "Dagster finds out when it runs. Here a key of a fixed list is checked at definition.",
  },
  {
    name: "equal keys in dimensions of other names",
    mapping: identityMapping(),
    downstream: GRID,
    upstream: { kind: "multi", dimensions: { day: DAYS, place: REGIONS } },
    ours: false,
    dagster: true,
    reason:
      "Dagster compares the joined texts. Here dimensions go by their names; multiMapping relates others.",
  },
  {
    name: "two grids without a mapping",
    mapping: undefined,
    downstream: GRID,
    upstream: { kind: "multi", dimensions: { day: DAYS, place: REGIONS } },
    ours: false,
    dagster: true,
    reason:
      "Dagster compares the joined texts. Here nothing is inferred where no dimension has the same name.",
  },
];
