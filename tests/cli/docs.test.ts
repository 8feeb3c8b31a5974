import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { main } from "../../src/cli/main.ts";
import { version } from "../../src/stores/version.ts";
import { openTestHost } from "./support/host.ts";

const page = new URL("../../docs/cli.md", import.meta.url);
const mark = "a test holds it equal. -->\n\n";

describe("docs/cli.md", () => {
  test("ends with what the table of commands says (SLUICE_UPDATE_DOCS=1 writes it)", async () => {
    const host = openTestHost();
    assert.equal(await main(["help", "--markdown"], host), 0);
    const text = readFileSync(page, "utf8");
    const end = text.indexOf(mark) + mark.length;
    assert.ok(end > mark.length);
    if (process.env.SLUICE_UPDATE_DOCS === "1") writeFileSync(page, text.slice(0, end) + host.stdout.text());
    else assert.ok(text.slice(end) === host.stdout.text(), "docs/cli.md is out of date");
  });
});

describe("the version", () => {
  test("is that of both manifests", () => {
    for (const name of ["package.json", "deno.json"]) {
      const manifest = JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), "utf8"));
      assert.equal(manifest.version, version, name);
    }
  });
});
