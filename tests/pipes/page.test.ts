/** docs/pipes.md: its two programs are those of the example, and its tables name all there is. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { MetadataValue } from "../../src/pipes/metadata/value.ts";
import { Step } from "../../src/pipes/step.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const page = read("docs/pipes.md");

function block(language: string): string | undefined {
  return page.match(new RegExp("```" + language + "\n([^]*?)```"))?.[1];
}

describe("docs/pipes.md", () => {
  test("shows the programs of the example", () => {
    assert.equal(block("python"), read("examples/pipes/definitions.py"));
    assert.equal(block("ts"), read("examples/pipes/orders.ts"));
  });

  test("names every type of metadata, every code of an error, and all that a step may be asked", () => {
    const types = Object.getOwnPropertyNames(MetadataValue)
      .filter((name) => typeof MetadataValue[name as "text"] === "function").map((name) => `.${name}(`);
    const codes = [...read("src/pipes/error.ts").matchAll(/^ {2}\| "([A-Z_]+)"/gm)].map(([, code]) =>
      `\`${code}\``
    );
    const asked = Object.getOwnPropertyNames(Step.prototype)
      .filter((name) => name !== "constructor" && name !== "resolveAssetKey");
    assert.ok(types.length === 16 && codes.length === 10 && asked.length > 12);
    for (const name of [...types, ...codes, ...asked]) assert.ok(page.includes(name), `${name} is missing`);
  });
});
