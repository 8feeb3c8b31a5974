import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatMetadata } from "../../../src/pipes/metadata/map.ts";
import { MetadataValue } from "../../../src/pipes/metadata/value.ts";
import { encodeJson } from "../../../src/pipes/wire/json.ts";

/** One value as it is written on the wire. */
function wire(value: unknown): string {
  return encodeJson(formatMetadata({ it: value } as never), "metadata");
}

describe("metadata of a chosen type", () => {
  test("is written in Dagster's shape", () => {
    const cases: readonly (readonly [MetadataValue, string])[] = [
      [MetadataValue.url(new URL("https://a.b/c")), '"type":"url","raw_value":"https://a.b/c"'],
      [MetadataValue.float(3), '"type":"float","raw_value":3.0'],
      [MetadataValue.int(3), '"type":"int","raw_value":3'],
      [MetadataValue.int(2n ** 64n), '"type":"int","raw_value":18446744073709551616'],
      [MetadataValue.asset("raw/orders"), '"type":"asset","raw_value":"raw/orders"'],
      [MetadataValue.timestamp(new Date(1500)), '"type":"timestamp","raw_value":1.5'],
      [MetadataValue.timestamp(0), '"type":"timestamp","raw_value":0.0'],
      [MetadataValue.null(), '"type":"null","raw_value":null'],
      [
        MetadataValue.tableColumnLineage({ c: [{ assetKey: "a/b", columnName: "d" }] }),
        '"type":"table_column_lineage","raw_value":{"deps_by_column":{"c":[{"asset_key":["a","b"],"column_name":"d"}]}}',
      ],
      [
        MetadataValue.table({ records: [{ a: 1 }, { a: 2.5 }] }),
        '"type":"table","raw_value":{"records":[{"a":1.0},{"a":2.5}],"schema":[{"name":"a","type":"float"}]}',
      ],
    ];
    for (const [value, text] of cases) assert.equal(wire(value), `{"it":{${text}}}`);
  });

  test("is refused when Dagster would not take it", () => {
    const wrong: readonly (() => unknown)[] = [
      () => MetadataValue.text(1 as never),
      () => MetadataValue.json(1 as never),
      () => MetadataValue.float("1" as never),
      () => MetadataValue.int(1.5),
      () => MetadataValue.int(2 ** 60),
      () => MetadataValue.bool(1 as never),
      () => MetadataValue.asset(["a/b"]),
      () => MetadataValue.timestamp(new Date(NaN)),
      () => MetadataValue.timestamp(1_767_225_600_000),
      () => MetadataValue.table({ records: [] }),
      () => MetadataValue.table({ records: [{ a: {} as never }] }),
      () => MetadataValue.tableSchema([{ name: 1 as never }]),
      () => MetadataValue.tableSchema([{ name: "a", constraints: { nullable: "no" as never } }]),
      () => MetadataValue.tableSchema([{ name: "a", tags: { k: 1 as never } }]),
      () => MetadataValue.tableColumnLineage({ c: [{ assetKey: "a", columnName: 1 as never }] }),
    ];
    for (const make of wrong) assert.throws(make, { code: "VALUE_INVALID" }, String(make));
  });
});

describe("plain metadata", () => {
  test("is left to Dagster to infer, floats as floats", () => {
    const cases: readonly (readonly [unknown, string])[] = [
      ["x", '"__infer__","raw_value":"x"'],
      [3, '"__infer__","raw_value":3'],
      [0.5, '"__infer__","raw_value":0.5'],
      [1e20, '"__infer__","raw_value":100000000000000000000.0'],
      [NaN, '"__infer__","raw_value":NaN'],
      [{ type: "text" }, '"__infer__","raw_value":{"type":"text"}'],
      [new Date(0), '"timestamp","raw_value":0.0'],
      [new URL("https://a.b/"), '"url","raw_value":"https://a.b/"'],
    ];
    for (const [value, text] of cases) assert.equal(wire(value), `{"it":{"type":${text}}}`);
  });

  test("is null when there is none, and refused when it is no object", () => {
    assert.deepEqual([formatMetadata(undefined), formatMetadata({}), formatMetadata({ a: undefined })], [
      null,
      null,
      null,
    ]);
    assert.throws(() => formatMetadata(new Map() as never), { code: "VALUE_INVALID" });
    assert.throws(() => formatMetadata([] as never), { code: "VALUE_INVALID" });
  });
});
