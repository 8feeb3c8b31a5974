import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  customMapping,
  dailyPartitions,
  defineAsset,
  definitions,
  dynamicPartitions,
  hourlyPartitions,
  multiMapping,
  multiPartitions,
  type Partitions,
  type PartitionSpace,
  staticMapping,
  staticPartitions,
  timePartitions,
} from "sluice";
import { issueOf, untyped } from "./support.ts";

/** The partitions that exist, as an orchestrator sees them. */
async function spaceOf(partitions: Partitions): Promise<PartitionSpace> {
  const all = definitions({ assets: [defineAsset({ key: "a", partitions, run: () => 1 })] });
  await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
  return (await sluice.partitions("a")).space;
}

function keysOf(space: PartitionSpace): readonly string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

describe("T37 partition sets", () => {
  test("33,662 hours, each key once, in order, found again", async () => {
    const endMs = Date.UTC(2020, 0, 1) + 33_662 * 3_600_000;
    const space = await spaceOf(hourlyPartitions({ start: "2020-01-01", end: new Date(endMs) }));
    assert.equal(space.size, 33_662);
    const keys = keysOf(space);
    assert.deepEqual([...new Set(keys)].sort(), keys);
    for (let index = 0; index < keys.length; index += 997) assert.equal(space.indexOf(keys[index]), index);
  });

  test("a year of hours where clocks change has as many as passed", async () => {
    const space = await spaceOf(
      hourlyPartitions({ start: "2024-01-01", end: "2025-01-01", timezone: "Europe/Berlin" }),
    );
    assert.equal(space.size, 366 * 24);
    assert.equal(new Set(keysOf(space)).size, space.size);
    const days = await spaceOf(
      dailyPartitions({ start: "2024-01-01", end: "2025-01-01", timezone: "Europe/Berlin" }),
    );
    assert.equal(days.size, 366);
  });

  test("keys with a comma or a slash are keys like others, in the order given", async () => {
    const keys = ["b,a", "a/b", "../x", "caf\u00e9", "con", "__proto__"];
    const all = definitions({
      assets: [
        defineAsset({ key: "a", partitions: staticPartitions(keys), run: ({ partition }) => partition.key }),
      ],
    });
    await using sluice = createOrchestrator(all, { store: "memory", defaultIO: "memory" });
    assert.deepEqual(keysOf((await sluice.partitions("a")).space), keys);
    await sluice.materialize("a", { partitions: ["a/b", "b,a"] });
    assert.equal(await sluice.load("a", "b,a"), "b,a");
    assert.deepEqual([...(await sluice.partitions("a")).materialized.indices()], [0, 1]);
  });

  const wrong: readonly (readonly [what: string, make: () => unknown, path: string, message: RegExp])[] = [
    [
      "an end before the start",
      () => dailyPartitions({ start: "2026-02-01", end: "2026-01-01" }),
      "end",
      /2026-01-01T.*not after the start 2026-02-01T/,
    ],
    ["a day that is not", () => dailyPartitions({ start: "2026-02-30" }), "start", /"2026-02-30"/],
    ["no start", () => dailyPartitions(untyped({})), "start", /undefined/],
    ["no options", () => dailyPartitions(untyped(undefined)), "", /record of options, not undefined/],
    [
      "a zone that is not",
      () => dailyPartitions({ start: "2026-01-01", timezone: "Europe/Berln" }),
      "timezone",
      /Berln/,
    ],
    ["no cron", () => timePartitions(untyped({ start: "2026-01-01" })), "cron", /not undefined/],
    ["a key twice", () => staticPartitions(["a", "a"]), "keys.1", /"a" is given twice/],
    ["an empty key", () => staticPartitions([""]), "keys.0", /empty/],
    ["a key with a NUL", () => staticPartitions(["a\0"]), "keys.0", /NUL/],
    ["a key like a range", () => staticPartitions(["a...b"]), "keys.0", /range/],
    ["a number as key", () => staticPartitions(untyped(["a", 1])), "keys.1", /text/],
    [
      "a hole in the keys",
      () => staticPartitions(untyped(Object.assign([], { 0: "a", 2: "b" }))),
      "keys.1",
      /undefined/,
    ],
    ["a text of keys", () => staticPartitions(untyped("abc")), "keys", /not a string/],
    ["no name", () => dynamicPartitions(""), "name", /empty/],
    ["no dimensions", () => multiPartitions({}), "dimensions", /at least one/],
    [
      "a list of dimensions",
      () => multiPartitions(untyped([staticPartitions(["a"])])),
      "dimensions",
      /a list/,
    ],
    [
      "a dimension that is none",
      () => multiPartitions(untyped({ a: 1 })),
      "dimensions.a",
      /no partition definition/,
    ],
    ["a mapping without a table", () => staticMapping(untyped(undefined)), "mapping", /not undefined/],
    ["a mapping without dimensions", () => multiMapping(untyped(null)), "mapping", /not null/],
    [
      "a mapping one way",
      () => customMapping(untyped({ name: "x", upstream: () => [] })),
      "mapping.downstream",
      /not undefined/,
    ],
  ];
  for (const [what, make, path, message] of wrong) {
    test(`${what} is refused, with its place`, () => {
      const issue = issueOf(make);
      assert.equal(issue.path.join("."), path);
      assert.match(issue.message, message);
    });
  }
});
