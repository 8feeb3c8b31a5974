import assert from "node:assert/strict";
import { describe, test } from "bun:test";
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
import { resolveMapping } from "../../../src/model/partitions/resolve.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { fullSubset } from "../../../src/model/partitions/subset.ts";
import {
  CONTEXT,
  downstreamOf,
  dynamic,
  keysOf,
  multi,
  names,
  relationOf,
  resolve,
  upstreamOf,
  windows,
} from "./support.ts";

const days = windows("day");
const february = windows("day", { start: "2024-02-01T00:00:00Z" });
const months = windows("month", { start: "2023-11-01T00:00:00Z" });
const regions = names("eu", "us");

describe("sides without partitions", () => {
  test("an upstream cell is read by every downstream partition", () => {
    const mapping = resolve(undefined, regions, undefined);
    assert.equal(mapping.constant?.size, 1);
    assert.equal(mapping.toUpstream(fullSubset(2)).existing.size, 1);
    assert.equal(mapping.toUpstream(fullSubset(0)).existing.size, 0);
    assert.equal(downstreamOf(mapping, ""), "eu us");
    assert.equal(resolve(undefined, undefined, undefined).toDownstream(fullSubset(1)).size, 1);
  });

  test("a downstream cell reads every upstream partition", () => {
    const mapping = resolve(undefined, undefined, days);
    assert.equal(mapping.toUpstream(fullSubset(1)).existing.size, 40);
    assert.equal(mapping.toDownstream(fullSubset(1)).size, 1);
    assert.deepEqual(relationOf(mapping)[0].length, 40);
  });
});

describe("mappings that are the same for all", () => {
  test("all, last, specific", () => {
    assert.equal(upstreamOf(resolve(allMapping(), february, regions), "2024-02-03"), "eu us");
    assert.equal(upstreamOf(resolve(lastMapping(), regions, days), "eu"), "2024-02-09");
    assert.equal(upstreamOf(resolve(specificMapping("eu"), february, regions), "2024-02-03"), "eu");
    assert.equal(downstreamOf(resolve(lastMapping(), regions, days), "2024-02-09"), "eu us");
    assert.equal(downstreamOf(resolve(lastMapping(), regions, days), "2024-02-08"), "");
    assert.equal(downstreamOf(resolve(specificMapping(["us"]), names("x"), regions), "eu"), "");
  });

  test("a specific key that does not exist yet is missing", () => {
    const mapping = resolve(specificMapping(["2024-02-09", "2024-02-10"]), regions, days);
    assert.equal(upstreamOf(mapping, "us"), "2024-02-09 | 2024-02-10");
    assert.ok(mapping.toUpstream(fullSubset(0)).complete);
  });

  test("the last of nothing is nothing", () => {
    const mapping = resolve(lastMapping(), regions, windows("day", { start: "2025-01-01T00:00:00Z" }));
    assert.equal(upstreamOf(mapping, "us"), "");
    assert.equal(mapping.constant?.size, 0);
  });

  test("in a space of several dimensions the last is the last cell", () => {
    const grid = multi({ date: days, region: regions });
    assert.equal(upstreamOf(resolve(lastMapping(), undefined, grid), ""), "2024-02-09|us");
    assert.equal(upstreamOf(resolve(specificMapping("2024-01-05|eu"), undefined, grid), ""), "2024-01-05|eu");
  });
});

describe("identity", () => {
  test("of equal definitions is index to index", () => {
    for (const partitions of [days, regions, dynamic("users"), multi({ date: days, region: regions })]) {
      assert.ok(resolve(identityMapping(), partitions, partitions).isIdentity);
      assert.ok(resolve(undefined, partitions, partitions).isIdentity);
    }
  });

  test("matches keys, and reports those that the upstream does not have", () => {
    const mapping = resolve(identityMapping(), names("us", "asia", "eu", "africa"), regions);
    assert.ok(!mapping.isIdentity);
    assert.equal(upstreamOf(mapping, "us", "asia", "eu", "africa"), "eu us | asia africa");
    assert.equal(downstreamOf(mapping, "eu"), "eu");
    assert.deepEqual(relationOf(mapping), [[1], [], [0], []]);
  });

  test("matches windows of other bounds by their keys", () => {
    const mapping = resolve(identityMapping(), windows("day", { start: "2023-12-30T00:00:00Z" }), days);
    assert.equal(upstreamOf(mapping, "2023-12-31", "2024-01-01"), "2024-01-01 | 2023-12-31");
    assert.equal(downstreamOf(mapping, "2024-01-02"), "2024-01-02");
  });

  test("matches windows of other zones and crons by their keys, never by instant", () => {
    const berlin = windows("day", { start: "2024-01-01T00:00:00+01:00", timezone: "Europe/Berlin" });
    assert.equal(upstreamOf(resolve(identityMapping(), berlin, days), "2024-01-31"), "2024-01-31");
    const sixth = windows("0 6 * * *", { format: "%Y-%m-%d" });
    assert.equal(upstreamOf(resolve(identityMapping(), sixth, days), "2024-01-31"), "2024-01-31");
  });

  test("matches dynamic keys of other names", () => {
    const mapping = resolve(identityMapping(), dynamic("users"), dynamic("teams"));
    assert.equal(upstreamOf(mapping, "ann", "eve"), "eve | ann");
    assert.equal(downstreamOf(mapping, "eve", "zoe"), "eve");
  });

  test("holds along every dimension", () => {
    const mapping = resolve(
      identityMapping(),
      multi({ date: days, region: names("us", "asia") }),
      multi({ date: february, region: regions }),
    );
    assert.equal(upstreamOf(mapping, "2024-02-01|us", "2024-02-01|asia"), "2024-02-01|us | 2024-02-01|asia");
    assert.equal(upstreamOf(mapping, "2024-01-31|us"), "| 2024-01-31|us");
    assert.equal(downstreamOf(mapping, "2024-02-02|us", "2024-02-02|eu"), "2024-02-02|us");
  });
});

describe("a static table", () => {
  const mapping = resolve(
    staticMapping({ us: "america", canada: "america", de: ["europe", "eu"], fr: [] }),
    names("america", "europe", "eu", "asia"),
    names("us", "canada", "de", "fr"),
  );

  test("is read both ways", () => {
    assert.equal(upstreamOf(mapping, "america"), "us canada");
    assert.equal(upstreamOf(mapping, "eu", "europe"), "de");
    assert.equal(upstreamOf(mapping, "asia"), "");
    assert.equal(downstreamOf(mapping, "de", "us"), "america europe eu");
    assert.equal(downstreamOf(mapping, "fr"), "");
    assert.deepEqual(relationOf(mapping), [[0, 1], [2], [2], []]);
  });
});

describe("windows of time", () => {
  test("of equal definitions are index to index, unless an offset moves them", () => {
    assert.ok(resolve(timeWindowMapping(), days, days).isIdentity);
    assert.ok(resolve(undefined, days, { ...days, format: "%d.%m.%Y" }).isIdentity);
    assert.ok(!resolve(timeWindowMapping({ startOffset: -1 }), days, days).isIdentity);
    assert.ok(!resolve(undefined, february, days).isIdentity);
  });

  test("finer upstream: all windows that overlap", () => {
    const mapping = resolve(undefined, months, days);
    assert.equal(upstreamOf(mapping, "2024-01-01").split(" ").length, 31);
    assert.equal(downstreamOf(mapping, "2024-01-31"), "2024-01-01");
    assert.equal(downstreamOf(mapping, "2024-02-01"), "");
  });

  test("coarser upstream: the window that holds it", () => {
    const mapping = resolve(undefined, days, months);
    assert.equal(upstreamOf(mapping, "2024-01-17"), "2024-01-01");
    assert.equal(downstreamOf(mapping, "2024-01-01").split(" ").length, 31);
    assert.equal(upstreamOf(mapping, "2024-02-05"), "| 2024-02-01");
  });

  test("weeks against months overlap at both ends", () => {
    const weeks = windows("week", { start: "2023-12-31T00:00:00Z" });
    const mapping = resolve(undefined, weeks, months);
    assert.equal(upstreamOf(mapping, "2023-12-31"), "2023-12-01 2024-01-01");
    assert.equal(upstreamOf(mapping, "2024-01-28"), "2024-01-01 | 2024-02-01");
  });

  test("a day reads the hours there are when the clocks change", () => {
    const spec = { timezone: "America/New_York", start: "2024-03-01T00:00:00-05:00" };
    const context = { ...CONTEXT, nowMs: Date.parse("2024-11-10T12:00:00Z") };
    const mapping = resolve(undefined, windows("day", spec), windows("hour", spec), context);
    assert.equal(upstreamOf(mapping, "2024-03-10").split(" ").length, 23);
    assert.equal(upstreamOf(mapping, "2024-11-03").split(" ").length, 25);
    assert.equal(downstreamOf(mapping, "2024-11-03-01:00"), "2024-11-03");
  });

  test("upstream windows before the start or after the end are missing", () => {
    const mapping = resolve(undefined, days, february);
    assert.equal(upstreamOf(mapping, "2024-01-31", "2024-02-01"), "2024-02-01 | 2024-01-31");
    const ended = windows("day", { end: "2024-01-03T00:00:00Z" });
    assert.equal(
      upstreamOf(resolve(undefined, days, ended), "2024-01-02", "2024-01-03"),
      "2024-01-02 | 2024-01-03",
    );
    const allowed = resolve(timeWindowMapping({ allowNonexistent: true }), days, february);
    assert.equal(upstreamOf(allowed, "2024-01-31", "2024-02-01"), "2024-02-01");
  });

  test("nothing upstream yet: all that is asked for is missing", () => {
    const mapping = resolve(
      undefined,
      windows("day", { endOffset: 1 }),
      windows("month", { start: "2024-02-01T00:00:00Z" }),
    );
    assert.equal(upstreamOf(mapping, "2024-02-10"), "| 2024-02-01");
    assert.equal(upstreamOf(mapping, "2024-01-15"), "| 2024-01-01");
    assert.equal(mapping.toDownstream(fullSubset(0)).size, 0);
  });
});

describe("offsets", () => {
  test("count downstream windows", () => {
    const week = resolve(timeWindowMapping({ startOffset: -6 }), days, days);
    assert.equal(upstreamOf(week, "2024-01-08").split(" ").length, 7);
    assert.equal(downstreamOf(week, "2024-02-08"), "2024-02-08 2024-02-09");
    const lastMonth = resolve(timeWindowMapping({ startOffset: -1, endOffset: -1 }), months, days);
    assert.equal(upstreamOf(lastMonth, "2024-01-01"), "");
    assert.equal(
      keysOf(lastMonth.upstream, lastMonth.upstream.size > 0 ? fullSubset(1) : fullSubset(0))[0],
      "2024-01-01",
    );
    const dayOfLastMonth = resolve(timeWindowMapping({ startOffset: -31, endOffset: -31 }), february, months);
    assert.equal(upstreamOf(dayOfLastMonth, "2024-02-01"), "2024-01-01");
  });

  test("stop at the upstream bounds instead of being missing", () => {
    const yesterday = resolve(timeWindowMapping({ startOffset: -1, endOffset: -1 }), days, days);
    assert.equal(upstreamOf(yesterday, "2024-01-01"), "");
    assert.equal(upstreamOf(yesterday, "2024-01-01", "2024-01-02"), "2024-01-01");
    const ahead = resolve(timeWindowMapping({ endOffset: 2 }), days, days);
    assert.equal(upstreamOf(ahead, "2024-02-08"), "2024-02-08 2024-02-09");
    assert.equal(downstreamOf(ahead, "2024-01-02"), "2024-01-01 2024-01-02");
  });

  test("reach beyond the downstream bounds", () => {
    const mapping = resolve(timeWindowMapping({ startOffset: -2 }), february, days);
    assert.equal(upstreamOf(mapping, "2024-02-01"), "2024-01-30 2024-01-31 2024-02-01");
    assert.equal(downstreamOf(mapping, "2024-01-31"), "2024-02-01 2024-02-02");
    const far = resolve(timeWindowMapping({ startOffset: -1e9, endOffset: 1e9 }), february, days);
    assert.equal(upstreamOf(far, "2024-02-01").split(" ").length, 40);
  });

  test("are calendar days where the clocks change", () => {
    const spec = { timezone: "Europe/Berlin", start: "2024-03-29T00:00:00+01:00" };
    const context = { ...CONTEXT, nowMs: Date.parse("2024-04-05T12:00:00Z") };
    const mapping = resolve(
      timeWindowMapping({ startOffset: -1 }),
      windows("day", spec),
      windows("day", spec),
      context,
    );
    assert.equal(upstreamOf(mapping, "2024-03-31"), "2024-03-30 2024-03-31");
    assert.equal(upstreamOf(mapping, "2024-04-01"), "2024-03-31 2024-04-01");
  });

  test("skip excluded windows when they count", () => {
    const weekdays = windows("day", { exclusions: ["0 0 * * 6", "0 0 * * 0"] });
    const mapping = resolve(timeWindowMapping({ startOffset: -1, endOffset: -1 }), weekdays, weekdays);
    assert.equal(upstreamOf(mapping, "2024-01-08"), "2024-01-05");
    assert.equal(downstreamOf(mapping, "2024-01-05"), "2024-01-08");
  });
});

describe("exclusions", () => {
  const weekdays = windows("day", { exclusions: ["0 0 * * 6", "0 0 * * 0"] });

  test("downstream: what lies between two neighbours is not read", () => {
    const mapping = resolve(undefined, weekdays, days);
    assert.equal(upstreamOf(mapping, "2024-01-05", "2024-01-08"), "2024-01-05 2024-01-08");
    assert.equal(downstreamOf(mapping, "2024-01-06"), "");
    assert.equal(mapping.toUpstream(fullSubset(mapping.downstream.size)).existing.size, weekdayCount());
  });

  test("upstream: a window that is left out is neither read nor missing", () => {
    const mapping = resolve(undefined, days, weekdays);
    assert.equal(upstreamOf(mapping, "2024-01-06"), "");
    assert.equal(upstreamOf(mapping, "2024-01-05", "2024-01-06", "2024-01-08"), "2024-01-05 2024-01-08");
    assert.equal(mapping.toDownstream(fullSubset(mapping.upstream.size)).size, weekdayCount());
  });

  /** Days from 1 January to 9 February 2024 that are no Saturday or Sunday. */
  function weekdayCount(): number {
    let count = 0;
    for (let day = 0; day < 40; day++) {
      const weekday = new Date(Date.UTC(2024, 0, 1 + day)).getUTCDay();
      if (weekday !== 0 && weekday !== 6) count++;
    }
    return count;
  }
});

describe("several dimensions", () => {
  const grid = multi({ date: february, region: regions });

  test("against one: all cells of a key, all keys of a cell", () => {
    const down = resolve(undefined, regions, grid);
    assert.equal(upstreamOf(down, "us").split(" ").length, 9);
    assert.equal(downstreamOf(down, "2024-02-03|us"), "us");
    const up = resolve(undefined, grid, regions);
    assert.equal(upstreamOf(up, "2024-02-03|us", "2024-02-04|us"), "us");
    assert.equal(downstreamOf(up, "eu").split(" ")[1], "2024-02-02|eu");
  });

  test("against windows of another cadence", () => {
    const mapping = resolve(multiToSingleMapping("date"), grid, months);
    assert.equal(upstreamOf(mapping, "2024-02-03|us"), "| 2024-02-01");
    const earlier = resolve(multiToSingleMapping("date"), multi({ date: days, region: regions }), months);
    assert.equal(upstreamOf(earlier, "2024-01-03|us", "2024-01-04|eu"), "2024-01-01");
  });

  test("honour the name of the dimension where two could be meant", () => {
    const routes = multi({ from: regions, to: regions });
    assert.equal(upstreamOf(resolve(multiToSingleMapping("from"), regions, routes), "us"), "us|eu us|us");
    assert.equal(upstreamOf(resolve(multiToSingleMapping("to"), regions, routes), "us"), "eu|us us|us");
    assert.equal(downstreamOf(resolve(multiToSingleMapping("to"), routes, regions), "eu"), "eu|eu us|eu");
  });

  test("each after its own, the others whole", () => {
    const sources = multi({ day: days, source: names("web", "app"), place: regions });
    const mapping = resolve(
      multiMapping({
        day: { dimension: "date", mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) },
        place: { dimension: "region" },
      }),
      grid,
      sources,
    );
    assert.equal(upstreamOf(mapping, "2024-02-01|us"), "2024-01-31|us|web 2024-01-31|us|app");
    assert.equal(downstreamOf(mapping, "2024-02-05|eu|app"), "2024-02-06|eu");
    assert.equal(mapping.toUpstream(fullSubset(18)).existing.size, 36);
  });

  test("names the cells that are missing, once each", () => {
    const wide = multi({ date: days, region: names("us", "eu") });
    const mapping = resolve(undefined, wide, grid);
    assert.equal(
      upstreamOf(mapping, "2024-01-31|us", "2024-01-31|eu", "2024-02-01|us"),
      "2024-02-01|us | 2024-01-31|eu 2024-01-31|us",
    );
    const crossed = resolve(multiMapping({ date: { dimension: "date" } }), wide, grid);
    assert.equal(upstreamOf(crossed, "2024-01-31|us", "2024-01-31|eu"), "| 2024-01-31|eu 2024-01-31|us");
  });

  test("nothing is missing along one dimension where another asks for nothing", () => {
    const table = staticMapping({ eu: "eu" });
    const mapping = resolve(
      multiMapping({ date: { dimension: "date" }, region: { dimension: "region", mapping: table } }),
      multi({ date: days, region: regions }),
      grid,
    );
    assert.equal(upstreamOf(mapping, "2024-01-31|us"), "");
    assert.equal(upstreamOf(mapping, "2024-01-31|us", "2024-01-31|eu"), "| 2024-01-31|eu");
  });

  test("equal dimensions are index to index", () => {
    const [a, b] = [multi({ a: days, b: regions }), multi({ x: days, y: regions })];
    const same = multiMapping({ x: { dimension: "a" }, y: { dimension: "b" } });
    assert.ok(resolve(same, a, b).isIdentity);
    const routes = multi({ from: regions, to: regions });
    const turned = resolve(
      multiMapping({ from: { dimension: "to" }, to: { dimension: "from" } }),
      routes,
      routes,
    );
    assert.ok(!turned.isIdentity);
    assert.equal(upstreamOf(turned, "eu|us"), "us|eu");
  });

  test("a walk within a walk sees its own cells", () => {
    const mapping = resolve(undefined, regions, grid);
    const seen: string[] = [];
    mapping.eachUpstreamRange(0, (start) => {
      if (seen.length < 3) {
        mapping.eachUpstreamRange(1, (inner) => seen.length < 6 && seen.push(`in ${inner}`));
      }
      seen.push(`out ${start}`);
    });
    assert.deepEqual(
      seen.filter((text) => text.startsWith("out")),
      [0, 2, 4, 6, 8, 10, 12, 14, 16].map((k) => `out ${k}`),
    );
  });
});

describe("a function over keys", () => {
  test("is asked once for each key, in both directions", () => {
    const asked: string[] = [];
    const mapping = resolve(
      customMapping({
        name: "country",
        upstream: (key) => {
          asked.push(key);
          return [key, `${key}-old`];
        },
        downstream: (key) => [key, "moon"],
      }),
      names("us", "asia"),
      names("us", "us-old"),
    );
    assert.equal(upstreamOf(mapping, "us", "asia"), "us us-old | asia asia-old");
    assert.equal(upstreamOf(mapping, "us"), "us us-old");
    assert.equal(downstreamOf(mapping, "us"), "us");
    assert.deepEqual(relationOf(mapping), [[0, 1], []]);
    assert.deepEqual(asked, ["us", "asia"]);
  });

  test("relates a side without partitions by the empty key", () => {
    const mapping = customMapping({ name: "newest", upstream: () => ["us"], downstream: () => [""] });
    assert.equal(upstreamOf(resolve(mapping, undefined, regions), ""), "us");
    assert.equal(resolve(mapping, undefined, regions).toDownstream(fullSubset(1)).size, 1);
  });
});

describe("resolving", () => {
  test("refuses what cannot hold", () => {
    assert.throws(() => resolve(undefined, days, regions), /MAPPING_INVALID/);
    assert.throws(() => resolve(specificMapping("ux"), days, regions), /PARTITION_UNKNOWN/);
  });

  test("refuses spaces of other definitions", () => {
    const unit = { partitions: days, space: openSpace(undefined, CONTEXT) };
    assert.throws(() => resolveMapping(timeWindowMapping(), unit, unit), TypeError);
  });
});
