import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { parseSources, type Syntax } from "./syntax.ts";

const fixture = `/** import "./in-a-comment.ts"; */
import { one } from "./value.ts";
import type { Two } from "./type.ts";
import { type Three } from "./still-a-value.ts";
import "./effect.ts";
export * from "./star.ts";
export type { Four } from "./exported-type.ts";
const text = "import './in-a-string.ts'";
let counter = 0;
type Five = import("./import-type.ts").Five;
/**
 * A comment above a function does not count.
 */
export const lazy = async (): Promise<unknown> => {
  const place = new URL("./worker.ts", import.meta.url);
  return await import("./dynamic.ts") ?? place;
};
export class Box {
  #seen = Date.now();
  get size(): number {
    return Math.random() + this.#seen;
  }
}
export default function main(): Date {
  return counter ? new Date() : new Date(text);
}
describe("chapter", () => {
  test("case", () => {});
});
`;

async function parse(text: string): Promise<Syntax> {
  const syntax = (await parseSources(new Map([["src/a.ts", text]]))).get("src/a.ts");
  assert.ok(syntax);
  return syntax;
}

describe("parseSources", () => {
  test("finds every import with its kind, and none in comments and strings", async () => {
    const found = (await parse(fixture)).imports.map(({ kind, specifier, line }) =>
      `${line} ${kind} ${specifier}`
    );
    assert.deepEqual(found, [
      "2 value ./value.ts",
      "3 type ./type.ts",
      "4 value ./still-a-value.ts",
      "5 value ./effect.ts",
      "6 value ./star.ts",
      "7 type ./exported-type.ts",
      "10 type ./import-type.ts",
      "15 url ./worker.ts",
      "16 dynamic ./dynamic.ts",
    ]);
  });

  test("measures functions from their first token to their last", async () => {
    const found = (await parse(fixture)).functions.map(({ name, line, lines, isSuite }) => ({
      name,
      line,
      lines,
      isSuite,
    }));
    assert.deepEqual(found, [
      { name: "lazy", line: 14, lines: 4, isSuite: false },
      { name: "size", line: 20, lines: 3, isSuite: false },
      { name: "main", line: 24, lines: 3, isSuite: false },
      { name: "(anonymous)", line: 27, lines: 3, isSuite: true },
      { name: "(anonymous)", line: 28, lines: 1, isSuite: false },
    ]);
  });

  test("names the clock and the dice where they are read", async () => {
    const found = (await parse(fixture)).calls.map(({ name, line }) => `${line} ${name}`);
    assert.deepEqual(found, ["19 Date.now", "21 Math.random", "25 new Date()"]);
  });

  test("knows the kinds of top-level statement", async () => {
    const found = (await parse(fixture)).statements.filter(({ kind }) => kind !== "other");
    assert.deepEqual(found.map(({ kind, line }) => `${line} ${kind}`), [
      "2 import",
      "3 import",
      "4 import",
      "5 import",
      "6 export-from",
      "7 export-from",
      "9 let",
      "24 default",
    ]);
  });
});
