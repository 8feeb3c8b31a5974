import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import { checkMapping } from "../../../src/model/partitions/check.ts";
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import {
  allMapping,
  customMapping,
  identityMapping,
  lastMapping,
  multiMapping,
  multiToSingleMapping,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "../../../src/model/partitions/mapping.ts";
import type { Mapping } from "../../../src/model/partitions/mapping.ts";
import { dynamic, multi, names, windows } from "./support.ts";

const days = windows("day");
const berlin = windows("day", { timezone: "Europe/Berlin" });
const regions = names("eu", "us");
const grid = multi({ date: days, region: regions });
const custom = customMapping({ name: "any", upstream: () => [], downstream: () => [] });

/** Codes and messages, with the path where there is one. */
function found(mapping: Mapping | undefined, downstream?: Partitions, upstream?: Partitions): string[] {
  return checkMapping(mapping, downstream, upstream).map(({ code, path, message }) =>
    [code, ...path].join("/") + `: ${message}`
  );
}

function codes(mapping: Mapping | undefined, downstream?: Partitions, upstream?: Partitions): string[] {
  return checkMapping(mapping, downstream, upstream).map((issue) => issue.code);
}

describe("checking a mapping against its two sides", () => {
  test("accepts what can hold", () => {
    const fine: [Mapping | undefined, Partitions | undefined, Partitions | undefined][] = [
      [undefined, undefined, undefined],
      [undefined, days, undefined],
      [undefined, undefined, grid],
      [undefined, names("us"), regions],
      [identityMapping(), days, berlin],
      [identityMapping(), names("asia"), regions],
      [identityMapping(), dynamic("users"), dynamic("teams")],
      [identityMapping(), grid, multi({ date: berlin, region: names("us") })],
      [allMapping(), undefined, days],
      [lastMapping(), regions, grid],
      [specificMapping("us"), undefined, regions],
      [specificMapping("2024-01-01"), regions, days],
      [staticMapping({ us: "eu" }), regions, regions],
      [timeWindowMapping(), days, windows("hour")],
      [multiToSingleMapping(), days, grid],
      [multiToSingleMapping("date"), grid, windows("hour")],
      [multiMapping({ region: { dimension: "region", mapping: allMapping() } }), grid, grid],
      [custom, undefined, days],
    ];
    for (const [mapping, downstream, upstream] of fine) {
      assert.deepEqual(found(mapping, downstream, upstream), []);
    }
  });

  test("refuses any mapping on an upstream without partitions", () => {
    for (const mapping of [allMapping(), identityMapping(), lastMapping(), custom]) {
      assert.deepEqual(codes(mapping, days, undefined), ["MAPPING_INVALID"]);
      assert.deepEqual(codes(mapping, undefined, undefined), ["MAPPING_INVALID"]);
    }
  });

  test("refuses what is given to the wrong kinds", () => {
    const wrong: [Mapping, Partitions | undefined, Partitions][] = [
      [identityMapping(), undefined, days],
      [identityMapping(), regions, days],
      [identityMapping(), grid, multi({ day: days, region: regions })],
      [identityMapping(), grid, multi({ date: regions, region: regions })],
      [staticMapping({}), undefined, regions],
      [staticMapping({}), days, regions],
      [timeWindowMapping(), undefined, days],
      [timeWindowMapping(), days, regions],
      [timeWindowMapping(), days, grid],
      [multiToSingleMapping(), grid, grid],
      [multiToSingleMapping(), days, days],
      [multiToSingleMapping(), undefined, grid],
      [multiMapping({}), days, grid],
    ];
    for (const [mapping, downstream, upstream] of wrong) {
      assert.deepEqual(codes(mapping, downstream, upstream), ["MAPPING_INVALID"], mapping.kind);
    }
  });

  test("refuses unequal zones, given or inferred", () => {
    assert.match(
      found(timeWindowMapping(), days, berlin)[0],
      /^MAPPING_INVALID: .*in Europe\/Berlin and .*in UTC/,
    );
    assert.deepEqual(codes(undefined, days, berlin), ["MAPPING_INVALID"]);
    assert.deepEqual(codes(undefined, grid, berlin), ["MAPPING_INVALID"]);
    const inside = found(multiMapping({ date: { dimension: "date" } }), grid, multi({ date: berlin }));
    assert.match(inside[0], /^MAPPING_INVALID\/date: /);
  });

  test("names unknown keys on either side, with what is alike", () => {
    assert.deepEqual(found(specificMapping(["us", "ux"]), undefined, regions), [
      'PARTITION_UNKNOWN: "ux" is not a key of the upstream partitions.',
    ]);
    assert.deepEqual(found(staticMapping({ asia: ["eu", "uk"], us: "uk" }), regions, regions), [
      'PARTITION_UNKNOWN: "asia" is not a key of the upstream partitions.',
      'PARTITION_UNKNOWN: "uk" is not a key of the downstream partitions.',
    ]);
    const [issue] = checkMapping(specificMapping("europe-west"), undefined, names("europe-wset", "us"));
    assert.equal(issue.hint, "Did you mean europe-wset?");
    assert.deepEqual(found(undefined, names("us", "asia"), regions), [
      'PARTITION_UNKNOWN: Partition "asia" does not exist upstream.',
    ]);
  });

  test("names unknown dimensions, and a dimension that two would follow", () => {
    assert.deepEqual(found(multiToSingleMapping("dat"), days, grid), [
      'MAPPING_INVALID: "dat" is not a dimension of the partitions.',
    ]);
    const twice = multiMapping({
      date: { dimension: "date" },
      region: { dimension: "date" },
      x: { dimension: "date" },
    });
    assert.deepEqual(found(twice, grid, grid), [
      'MAPPING_INVALID: Two upstream dimensions follow the dimension "date".',
      'MAPPING_INVALID: "x" is not a dimension of the upstream partitions.',
    ]);
    assert.deepEqual(codes(multiMapping({ date: { dimension: "day" } }), grid, grid), ["MAPPING_INVALID"]);
  });

  test("looks into dimensions", () => {
    const inside = multiMapping({
      date: { dimension: "region", mapping: timeWindowMapping() },
      region: { dimension: "date", mapping: staticMapping({ us: "eu" }) },
    });
    assert.deepEqual(found(inside, grid, grid).map((text) => text.split(":")[0]), [
      "MAPPING_INVALID/date",
      "MAPPING_INVALID/region",
    ]);
    assert.deepEqual(
      found(multiToSingleMapping("region"), names("asia"), grid).map((text) => text.split(":")[0]),
      [
        "PARTITION_UNKNOWN/region",
      ],
    );
  });
});
