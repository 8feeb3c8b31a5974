/** docs/testing.md: its tables name every fault and every invariant. Its programs are run with those of all pages. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import type { FaultKind } from "sluice/testing";
import * as kit from "sluice/testing";

const page = readFileSync(new URL("../../docs/testing.md", import.meta.url), "utf8");
const simulation = new URL("../../src/testing/simulate/", import.meta.url);

describe("docs/testing.md", () => {
  test("names every fault", () => {
    const kinds: { readonly [kind in FaultKind]: true } = {
      "call": true,
      "crash-before": true,
      "crash-after": true,
      "pause": true,
      "body": true,
      "value": true,
    };
    const rows = page.split("\n").filter((line) => /^\| `/.test(line)).join("\n");
    for (const kind of Object.keys(kinds)) assert.ok(rows.includes(`\`${kind}\``), kind);
  });

  test("names every invariant that the simulation can find broken, and no other", () => {
    const thrown = new Set<string>();
    const names = readdirSync(simulation, { recursive: true, encoding: "utf8" });
    for (const name of names.filter((name) => name.endsWith(".ts"))) {
      const text = readFileSync(new URL(name, simulation), "utf8");
      for (const [, invariant] of text.matchAll(/new InvariantError\(\s*"(I\d+)"/g)) thrown.add(invariant);
    }
    const told = [...page.matchAll(/^\| (I\d+)/gm)].map(([, invariant]) => invariant);
    assert.deepEqual(told.toSorted(), [...thrown].sort());
  });

  test("names every tool of the kit", () => {
    for (const name of Object.keys(kit)) assert.ok(page.includes(`\`${name}\``), name);
  });
});
