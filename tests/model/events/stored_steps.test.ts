import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import { listCatalogue, OutlinedSteps, outlineOf } from "../../../src/model/events/outline.ts";
import type { Catalogue, StepSet, StepTable } from "../../../src/model/events/step_table.ts";
import {
  decodeStepTable,
  encodeCataloguePart,
  encodeStepTable,
  PART_ROWS,
} from "../../../src/model/events/stored_steps.ts";
import { countStored, type StoredSubset } from "../../../src/model/partitions/stored.ts";
import { days, names, tableOf } from "./support.ts";

const SEED = 20_260_406;

/** A table without its outline: what another implementation of the interface looks like. */
function opaque(table: OutlinedSteps): StepTable {
  return {
    count: table.count,
    nodeCount: table.nodeCount,
    nodeOf: (step) => table.nodeOf(step),
    node: (position) => table.node(position),
    partitionKeys: (step) => table.partitionKeys(step),
    identities: (step) => table.identities(step),
  };
}

function assertSame(actual: StepTable, expected: StepTable): void {
  assert.deepEqual([actual.count, actual.nodeCount], [expected.count, expected.nodeCount]);
  for (let position = 0; position < expected.nodeCount; position++) {
    assert.deepEqual(actual.node(position), expected.node(position));
  }
  for (let step = 0; step < expected.count; step++) {
    assert.equal(actual.nodeOf(step), expected.nodeOf(step));
    assert.deepEqual(actual.partitionKeys(step), expected.partitionKeys(step));
    assert.deepEqual(actual.identities(step), expected.identities(step));
  }
}

const partitions: fc.Arbitrary<StoredSubset | undefined> = fc.constantFrom<(StoredSubset | undefined)[]>(
  undefined,
  undefined,
  days("2026-01-01", 7),
  days("2026-03-01", 1),
  names("a", "__proto__", "\u00e9"),
  { kind: "multi", dimensions: ["d", "n"], runs: [{ outer: days("2026-01-01", 2), inner: names("x", "y") }] },
);

const node = fc.record({
  partitions,
  chunkSize: fc.constantFrom(1, 1, 2, 100),
  codeVersion: fc.constantFrom(undefined, "1", ""),
  outputs: fc.constantFrom(undefined, [], [{ asset: "x", codeVersion: "2" }, {
    asset: "y",
    codeVersion: undefined,
  }]),
});

describe("a stored step table", () => {
  test("answers as the one it was made from, with and without an outline", () => {
    fc.assert(
      fc.property(fc.array(node, { maxLength: 12 }), (nodes) => {
        const table = tableOf(nodes.map(({ partitions, chunkSize, codeVersion, outputs }, index) => ({
          step: `step ${index}`,
          kind: outputs ? outputs.length > 0 ? "multi-asset" as const : "check" as const : "asset" as const,
          chunkSize: partitions ? chunkSize : 1,
          ...(partitions && { partitions }),
          ...(codeVersion !== undefined && { codeVersion }),
          ...(outputs && { outputs }),
        })));
        for (const source of [table, opaque(table)]) {
          assertSame(decodeStepTable(JSON.parse(JSON.stringify(encodeStepTable(source)))), table);
        }
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test("takes some rows of a catalogue, and some outputs of a row", () => {
    const catalogue = listCatalogue(Array.from({ length: 1_000 }, (_, row) => ({
      step: `n${row}`,
      kind: "multi-asset",
      outputs: ["a", "b", "c"].map((name) => ({
        asset: `${name}${row}`,
        codeVersion: name === "b" ? "1" : undefined,
      })),
    })));
    const set: StepSet = { partitions: days("2026-01-01", 5), count: 5, chunkSize: 2 };
    const table = new OutlinedSteps({
      catalogue,
      rows: Int32Array.of(3, 4, 5, 400, 401, 999),
      sets: new Map([[1, set], [2, set], [4, { ...set, chunkSize: 5 }]]),
      outputs: new Map([[0, [1]], [4, [0, 2]]]),
    });
    const stored = encodeStepTable(table);
    assert.deepEqual(stored.nodes, [[3, 1, -1, 1, [1]], [4, 2, 0, 2], [400, 1], [401, 1, 0, 5, [0, 2]], [
      999,
      1,
    ]]);
    assert.deepEqual(stored.parts.map(([part]) => part), [0, 3, 7]);
    assert.equal(stored.sets.length, 1);
    assertSame(decodeStepTable(stored), table);
    assert.deepEqual(table.node(0).outputs, [{ asset: "b3", codeVersion: "1" }]);
    assert.deepEqual(table.node(4).outputs.map(({ asset }) => asset), ["a401", "c401"]);
    assert.deepEqual([table.count, table.node(5).firstStep], [1 + 3 + 3 + 1 + 1 + 1, 9]);
  });

  test("of many declarations is a few numbers, and its parts are shared by content", () => {
    const catalogueOf = (version: (row: number) => string): Catalogue =>
      listCatalogue(Array.from({ length: 100_000 }, (_, row) => ({
        step: `asset/${row}`,
        kind: "asset",
        outputs: [{ asset: `asset/${row}`, codeVersion: version(row) }],
      })));
    const catalogue = catalogueOf(() => "1");
    const rows = Int32Array.from({ length: 100_000 }, (_, row) => row);
    const table = new OutlinedSteps({ catalogue, rows, sets: new Map(), outputs: new Map() });
    const asked: number[] = [];
    const stored = encodeStepTable(table, (_, part) => {
      asked.push(part);
      return `#${part}`;
    });
    assert.deepEqual(stored.nodes, [[0, 100_000]]);
    assert.deepEqual(asked, Array.from({ length: Math.ceil(100_000 / PART_ROWS) }, (_, part) => part));
    const changed = catalogueOf((row) => row === 300 ? "2" : "1");
    const differing = asked.filter((part) =>
      encodeCataloguePart(catalogue, part) !== encodeCataloguePart(changed, part)
    );
    assert.deepEqual(differing, [2]);
    let read = 0;
    const back = decodeStepTable(stored, (reference) => {
      read++;
      return encodeCataloguePart(catalogue, Number(reference.slice(1)));
    });
    assert.equal(back.node(99_999).step, "asset/99999");
    assert.equal(back.outline.catalogue.size, 100_000);
    assert.equal(read, 1);
  });

  test("keeps one set for all nodes that share it", () => {
    const set = days("2020-01-01", 2_000);
    const nodes = Array.from({ length: 500 }, (_, index) => ({ step: `a${index}`, partitions: set }));
    const stored = encodeStepTable(tableOf(nodes));
    assert.deepEqual(stored.nodes, [[0, 500, 0]]);
    assert.equal(stored.sets.length, 1);
    const copies = tableOf(nodes.map(({ step }) => ({ step, partitions: { ...set } })));
    assert.deepEqual(encodeStepTable(copies), stored);
    assert.equal(outlineOf(copies), copies.outline);
    assert.equal(countStored(set) * 500, copies.count);
  });
});
