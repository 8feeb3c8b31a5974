import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { isSource, only, readRepository } from "./repository.ts";
import {
  findAmbientReads,
  findCrowdedFolders,
  findForbiddenStatements,
  findLongFiles,
  findLongFunctions,
} from "./shape.ts";
import { parseSources } from "./syntax.ts";

const files = readRepository();
const sources = only(files, isSource);
const ours = await parseSources(sources);

describe("the shape of this repository", () => {
  test("has no long file", () => assert.deepEqual(findLongFiles(sources), []));
  test("has no long function", () => assert.deepEqual(findLongFunctions(ours), []));
  test("has no crowded folder", () => assert.deepEqual(findCrowdedFolders(files), []));
  test("has no default export and no module state", () =>
    assert.deepEqual(findForbiddenStatements(ours), []));
  test("has no clock and no dice but the ports", () => assert.deepEqual(findAmbientReads(ours), []));
});

describe("findLongFiles", () => {
  test("counts lines, with or without a last newline", () => {
    const long = new Map([["a.ts", "x\n".repeat(500)], ["b.ts", "x\n".repeat(501)], [
      "c.ts",
      "\n".repeat(500) + "x",
    ]]);
    assert.deepEqual(findLongFiles(long), [
      "b.ts: 501 lines, the cap is 500",
      "c.ts: 501 lines, the cap is 500",
    ]);
  });
});

describe("findLongFunctions", () => {
  test("reports functions of any form above 70 lines, but no chapter of tests", async () => {
    const body = (lines: number): string => "{\n" + "  void 0;\n".repeat(lines - 2) + "}";
    const text = [
      `export function fits(): void ${body(70)}`,
      `export function grown(): void ${body(71)}`,
      `export const arrow = (): void => ${body(72)};`,
      `class Box {\n  method(): void ${body(73)}\n}`,
      `describe("chapter", () => ${body(90)});`,
      `describe.skip("chapter", () => ${body(90)});`,
      `test("case", () => ${body(74)});`,
    ].join("\n");
    const found = findLongFunctions(await parseSources(new Map([["src/a.ts", text]])));
    assert.deepEqual(found.map((line) => line.replace(/^.*: /, "")), [
      "grown has 71 lines, the cap is 70",
      "arrow has 72 lines, the cap is 70",
      "method has 73 lines, the cap is 70",
      "(anonymous) has 74 lines, the cap is 70",
    ]);
  });
});

describe("findCrowdedFolders", () => {
  test("counts the files of a folder, not of those below it", () => {
    const names = (folder: string, count: number) =>
      Array.from({ length: count }, (_, index) => `${folder}/${index}.ts`);
    const paths = [...names("src/a", 17), ...names("src/b", 16), ...names("src/b/c", 16)];
    assert.deepEqual(findCrowdedFolders(new Map(paths.map((path) => [path, ""]))), [
      "src/a: 17 files, the cap is 16",
    ]);
  });
});

describe("findForbiddenStatements", () => {
  test("reports default exports and module state in the product only", async () => {
    const text =
      `let count = 0;\nexport default function main(): number {\n  return count++;\n}\nexport const one = 1;`;
    const syntax = await parseSources(new Map([["src/a.ts", text], ["examples/a.ts", text]]));
    assert.deepEqual(findForbiddenStatements(syntax), [
      "src/a.ts:1: a variable at module level; pass the state along",
      "src/a.ts:2: a default export; give it a name",
    ]);
  });
});

describe("findAmbientReads", () => {
  test("reports clock and chance where they are ports, and not where the ports are filled", async () => {
    const text =
      `export const now = (): number => Date.now();\nexport const day = new Date(0), today = new Date();`;
    const paths = ["src/model/a.ts", "src/model/ports.ts", "src/cli/a.ts"];
    const syntax = await parseSources(new Map(paths.map((path) => [path, text])));
    assert.deepEqual(findAmbientReads(syntax), [
      "src/model/a.ts:1: Date.now is ambient; take a Clock or a Random",
      "src/model/a.ts:2: new Date() is ambient; take a Clock or a Random",
    ]);
  });
});
