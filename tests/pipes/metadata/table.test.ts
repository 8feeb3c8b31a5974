import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatColumns, formatTable } from "../../../src/pipes/metadata/table.ts";

describe("formatTable", () => {
  test("infers a type that fits all values of a column", () => {
    const records = [{ a: 1, b: 1, c: true, d: null, e: 1, f: 1n }, {
      a: 2,
      b: 0.5,
      c: false,
      d: null,
      e: "x",
      f: 2,
    }];
    const { schema } = formatTable({ records }) as { schema: readonly { name: string; type: string }[] };
    assert.deepEqual(schema.map(({ type }) => type), ["int", "float", "bool", "string", "string", "int"]);
  });
});

describe("formatColumns", () => {
  test("gives every column a type, and constraints all their fields", () => {
    assert.deepEqual(
      JSON.parse(JSON.stringify(formatColumns([{ name: "a" }, { name: "b", constraints: {} }]))),
      [
        { name: "a", type: "string" },
        { name: "b", type: "string", constraints: { nullable: true, unique: false, other: [] } },
      ],
    );
  });
});
