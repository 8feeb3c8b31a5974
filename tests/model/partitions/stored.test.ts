import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  timePartitions,
} from "../../../src/model/partitions/definition.ts";
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import { eachIdentity, openIdentities } from "../../../src/model/partitions/identities.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import type { PartitionSpace } from "../../../src/model/partitions/space.ts";
import {
  countStored,
  decodeSubset,
  encodeSubset,
  parseStoredSubset,
} from "../../../src/model/partitions/stored.ts";
import { emptySubset, fullSubset, rangeSubset, subsetOf } from "../../../src/model/partitions/subset.ts";
import type { Subset } from "../../../src/model/partitions/subset.ts";

const NOW = Date.UTC(2026, 5, 1);
const SEED = 20_260_301;

const newYork = dailyPartitions({ start: "2025-01-01", timezone: "America/New_York" });
const kinds: readonly (Partitions | undefined)[] = [
  undefined,
  newYork,
  hourlyPartitions({ start: "2026-03-01", timezone: "Europe/Berlin" }),
  monthlyPartitions({ start: "2020-01-01" }),
  timePartitions({
    cron: "*/30 1-3 * * 1-5",
    start: "2026-03-20",
    timezone: "Australia/Lord_Howe",
    keyFormat: "%Y-%m-%d-%H:%M",
  }),
  staticPartitions(["us", "eu", "\u00e9\ud83d\ude00", "__proto__", "a b"]),
  dynamicPartitions("customers"),
  multiPartitions({ only: staticPartitions(["x", "y", "z"]) }),
  multiPartitions({ day: newYork, region: staticPartitions(["us", "eu", "asia"]) }),
  multiPartitions({
    a: staticPartitions(["1", "2", "3"]),
    b: monthlyPartitions({ start: "2026-01-01" }),
    c: staticPartitions(["x", "y"]),
    d: dynamicPartitions("customers"),
  }),
];

function open(
  partitions: Partitions | undefined,
  customers: readonly string[] = ["c1", "c2", "c3"],
): PartitionSpace {
  return openSpace(partitions, { nowMs: NOW, dynamicKeys: () => customers });
}

/** Dense, sparse and ranged sets over a space. */
function subsetsOf(size: number): fc.Arbitrary<Subset> {
  const index = fc.nat(size - 1);
  return fc.oneof(
    fc.array(index, { maxLength: 20 }).map((list) => subsetOf(list)),
    fc.array(index, { minLength: size >> 1, maxLength: size * 2 }).map((list) => subsetOf(list)),
    fc.tuple(index, index).map(([a, b]) => rangeSubset(Math.min(a, b), Math.max(a, b) + 1)),
    fc.constant(fullSubset(size)),
    fc.constant(emptySubset()),
  );
}

function throughJson<T>(value: T): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe("a stored set", () => {
  for (const partitions of kinds) {
    const space = open(partitions);
    const name = partitions?.kind ?? "unit";

    test(`of ${name} (${space.size}) comes back through JSON, in order and by key`, () => {
      fc.assert(
        fc.property(subsetsOf(space.size), (subset) => {
          const stored = parseStoredSubset(throughJson(encodeSubset(partitions, space, subset)));
          const decoded = decodeSubset(stored, space);
          assert.ok(decoded.subset.equals(subset));
          assert.equal(decoded.gone, 0);
          assert.equal(countStored(stored), subset.size);
          const identities = openIdentities(stored);
          assert.equal(identities.count, subset.size);
          const keys = Array.from(subset.indices(), (index) => space.keyAt(index));
          assert.deepEqual(keys.map((_, position) => identities.keyAt(position)), keys);
          const listed = [...eachIdentity(stored)];
          assert.deepEqual(listed.toReversed(), listed.map((_, n) => identities.at(listed.length - 1 - n)));
        }),
        { seed: SEED, numRuns: 40 },
      );
    });
  }

  test("names windows by their starts, and cells by one identity per dimension", () => {
    const cells = multiPartitions({ b: newYork, a: staticPartitions(["us", "eu"]) });
    const space = open(cells);
    const stored = encodeSubset(cells, space, subsetOf([space.indexOf("eu|2025-03-09")]));
    assert.deepEqual([...eachIdentity(stored)], [["eu", Date.UTC(2025, 2, 9, 5)]]);
    assert.deepEqual(stored, {
      kind: "multi",
      dimensions: ["a", "b"],
      runs: [{
        outer: { kind: "names", names: ["eu"] },
        inner: {
          kind: "time",
          starts: [Date.UTC(2025, 2, 9, 5)],
          cron: "0 0 * * *",
          timezone: "America/New_York",
          format: "%Y-%m-%d",
        },
      }],
    });
  });

  test("marks the second of two equal hours as its space does", () => {
    const hours = hourlyPartitions({ start: "2025-10-26", timezone: "Europe/Berlin" });
    const space = open(hours);
    const stored = encodeSubset(hours, space, rangeSubset(1, 5));
    assert.deepEqual([1, 2].map((n) => openIdentities(stored).keyAt(n)), [
      "2025-10-26-02:00",
      "2025-10-26-02:00+0100",
    ]);
  });

  test("stays small: ten years of hours in a zone, a million cells", () => {
    const hours = hourlyPartitions({ start: "2016-01-01", end: "2026-01-01", timezone: "America/New_York" });
    const hourSpace = open(hours);
    assert.equal(hourSpace.size, 87_672);
    assert.ok(JSON.stringify(encodeSubset(hours, hourSpace, fullSubset(hourSpace.size))).length < 200);
    const days = dailyPartitions({ start: "2016-01-01", end: "2026-01-01", timezone: "America/New_York" });
    const names = Array.from({ length: 274 }, (_, index) => `n${index}`);
    const cells = multiPartitions({ day: days, name: staticPartitions(names) });
    const cellSpace = open(cells);
    assert.ok(cellSpace.size > 1_000_000);
    assert.ok(JSON.stringify(encodeSubset(cells, cellSpace, fullSubset(cellSpace.size))).length < 5_000);
  });
});

describe("what was stored", () => {
  test("stays true when keys are inserted, removed and added again", () => {
    const customers = dynamicPartitions("customers");
    const before = open(customers, ["a", "b", "c", "d"]);
    const stored = encodeSubset(customers, before, subsetOf([1, 3]));
    const keysIn = (list: readonly string[]) => {
      const space = open(customers, list);
      const { subset, gone } = decodeSubset(stored, space);
      return { keys: Array.from(subset.indices(), (index) => space.keyAt(index)), gone };
    };
    assert.deepEqual(keysIn(["x", "a", "b", "y", "c", "d"]), { keys: ["b", "d"], gone: 0 });
    assert.deepEqual(keysIn(["a", "c", "d"]), { keys: ["d"], gone: 1 });
    assert.deepEqual(keysIn(["a", "c", "d", "b"]), { keys: ["d", "b"], gone: 0 });
    assert.deepEqual(keysIn([]), { keys: [], gone: 2 });
  });

  test("stays true when a start moves, an end comes or the key format changes", () => {
    const space = open(newYork);
    const stored = encodeSubset(newYork, space, rangeSubset(100, 110));
    const kept = Array.from({ length: 10 }, (_, n) => space.keyAt(100 + n));
    for (
      const changed of [
        dailyPartitions({ start: "2020-01-01", timezone: "America/New_York" }),
        dailyPartitions({ start: "2025-04-11", timezone: "America/New_York" }),
        dailyPartitions({ start: "2025-01-01", end: "2025-04-21", timezone: "America/New_York" }),
      ]
    ) {
      const now = open(changed);
      const { subset, gone } = decodeSubset(stored, now);
      assert.equal(gone, 0);
      assert.deepEqual(Array.from(subset.indices(), (index) => now.keyAt(index)), kept);
    }
    const late = open(dailyPartitions({ start: "2025-04-14", timezone: "America/New_York" }));
    assert.deepEqual(decodeSubset(stored, late), { subset: decodeSubset(stored, late).subset, gone: 3 });
    assert.equal(late.keyAt(decodeSubset(stored, late).subset.at(0)), "2025-04-14");
    const utc = open(dailyPartitions({ start: "2025-01-01" }));
    assert.equal(decodeSubset(stored, utc).gone, 10);
  });

  test("is gone where partitions are of another kind", () => {
    const names = staticPartitions(["a", "b"]);
    const stored = encodeSubset(names, open(names), fullSubset(2));
    for (const other of [undefined, newYork, multiPartitions({ d: names })]) {
      assert.deepEqual(decodeSubset(stored, open(other)), { subset: emptySubset(), gone: 2 });
    }
    const cells = multiPartitions({ a: names, b: names });
    const both = encodeSubset(cells, open(cells), fullSubset(4));
    assert.equal(decodeSubset(both, open(multiPartitions({ a: names, c: names }))).gone, 4);
    assert.equal(decodeSubset(both, open(multiPartitions({ a: names, b: staticPartitions(["b"]) }))).gone, 2);
    assert.equal(decodeSubset({ kind: "unit" }, open(names)).gone, 1);
  });
});

describe("parseStoredSubset", () => {
  const windows = { kind: "time", starts: [0], cron: "0 0 * * *", timezone: "UTC", format: "%Y-%m-%d" };
  const refused: readonly (readonly [unknown, string])[] = [
    [null, "partitions"],
    ["x", "partitions"],
    [{ kind: "range" }, "partitions"],
    [{ kind: "names", names: ["a", 1] }, "partitions.names"],
    [{ ...windows, starts: [0, 1] }, "partitions.starts"],
    [{ ...windows, starts: [0, -5, 1] }, "partitions.starts"],
    [{ ...windows, starts: [0, 1, 2 ** 40] }, "partitions.starts"],
    [{ ...windows, starts: [0.5] }, "partitions.starts"],
    [{ ...windows, format: 1 }, "partitions.format"],
    [{ kind: "multi", dimensions: [], runs: [] }, "partitions.dimensions"],
    [{ kind: "multi", dimensions: ["a"], runs: {} }, "partitions.runs"],
    [
      { kind: "multi", dimensions: ["a", "b"], runs: [{ outer: windows, inner: { kind: "unit" } }] },
      "partitions.runs.0.inner",
    ],
    [
      { kind: "multi", dimensions: ["a"], runs: [{ outer: { kind: "unit" }, inner: { kind: "unit" } }] },
      "partitions.runs.0.outer",
    ],
  ];
  for (const [json, place] of refused) {
    test(`refuses ${JSON.stringify(json)}`, () => {
      assert.throws(
        () => parseStoredSubset(json),
        (error: { code: string; issues: { path: string[] }[] }) => {
          assert.equal(error.code, "PARTITIONS_INVALID");
          assert.equal(error.issues[0].path.join("."), place);
          return true;
        },
      );
    });
  }

  test("refuses windows that have no keys here", () => {
    assert.throws(() => parseStoredSubset({ ...windows, cron: "x" }), { code: "CRON_INVALID" });
    assert.throws(() => parseStoredSubset({ ...windows, timezone: "Mars/Base" }), {
      code: "TIMEZONE_UNKNOWN",
    });
    assert.throws(() => parseStoredSubset({ ...windows, format: "%Q" }), { code: "PARTITIONS_INVALID" });
  });
});
