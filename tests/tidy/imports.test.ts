import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  findBarrelImports,
  findBusyBarrels,
  findCycles,
  findEagerPackages,
  findMissingTargets,
  findUnreachable,
  findWrongDirections,
} from "./imports.ts";
import { entryPoints, readManifests } from "./manifests.ts";
import { isSource, only, readRepository } from "./repository.ts";
import { parseSources, type SyntaxMap } from "./syntax.ts";

const files = readRepository();
const ours = await parseSources(only(files, isSource));

function fixture(sources: Record<string, string>): Promise<SyntaxMap> {
  return parseSources(new Map(Object.entries(sources)));
}

describe("imports of this repository", () => {
  test("follow the directions", () => assert.deepEqual(findWrongDirections(ours), []));
  test("name files that exist", () => assert.deepEqual(findMissingTargets(ours), []));
  test("form no cycle", () => assert.deepEqual(findCycles(ours), []));
  test("go past the barrels", () => assert.deepEqual(findBarrelImports(ours), []));
  test("leave barrels free of code", () => assert.deepEqual(findBusyBarrels(ours), []));
  test("lead from an entry point to every file", () => {
    assert.deepEqual(findUnreachable(ours, entryPoints(readManifests(files))), []);
  });
  test("of the main entry load no package and no SQLite", () => {
    assert.ok(ours.has("mod.ts"));
    assert.deepEqual(findEagerPackages(ours, "mod.ts"), []);
  });
});

describe("findWrongDirections", () => {
  test("reports each step against the grain, types too", async () => {
    const found = findWrongDirections(
      await fixture({
        "src/model/key.ts": `import type { Plan } from "../planner/run.ts";`,
        "src/planner/run.ts": `import { key } from "../model/key.ts";\nimport "../stores/memory.ts";`,
        "src/io/files.ts":
          `export * from "../stores/memory.ts";\nnew URL("../../data.csv", import.meta.url);`,
        "src/runtime/run.ts": `import "../io/files.ts";\nawait import("../triggers/ticker.ts");`,
        "src/triggers/ticker.ts": `new URL("../runtime/run.ts", import.meta.url);`,
        "src/orchestrator.ts": `import "./runtime/run.ts";\nimport "./cli/main.ts";`,
        "src/cli/main.ts": `import "../orchestrator.ts";\nimport "../../tests/help.ts";`,
        "src/testing/mod.ts": `export * from "../stores/memory.ts";`,
        "src/extra/thing.ts": ``,
        "adapters/dagster/export.ts": `import "../../src/model/key.ts";\nimport "../../src/runtime/run.ts";`,
        "mod.ts": `export * from "./src/orchestrator.ts";\nexport * from "./src/testing/mod.ts";`,
        "tests/help.ts": `import "../src/cli/main.ts";`,
        "examples/weather/demo.ts": `import "sluice";\nimport "./days.ts";\nimport "../../src/model/key.ts";`,
      }),
    );
    assert.deepEqual(found, [
      "src/model/key.ts:1: src/model may not import src/planner/run.ts",
      "src/planner/run.ts:2: src/planner may not import src/stores/memory.ts",
      "src/io/files.ts:1: src/io may not import src/stores/memory.ts",
      "src/runtime/run.ts:2: src/runtime may not import src/triggers/ticker.ts",
      "src/triggers/ticker.ts:1: src/triggers may not import src/runtime/run.ts",
      "src/orchestrator.ts:2: src/orchestrator may not import src/cli/main.ts",
      "src/cli/main.ts:2: src/cli may not import tests/help.ts",
      "src/extra/thing.ts: src/extra has no place in the import directions",
      "adapters/dagster/export.ts:2: adapters may not import src/runtime/run.ts",
      "mod.ts:2: mod.ts may not import src/testing/mod.ts",
      "examples/weather/demo.ts:3: examples may not import src/model/key.ts",
    ]);
  });
});

describe("findMissingTargets", () => {
  test("reports paths that lead nowhere or lack their ending", async () => {
    const sources = { "src/a.ts": `import "./b";\nimport "./b.ts";\nimport "./c.ts";`, "src/b.ts": "" };
    assert.deepEqual(findMissingTargets(await fixture(sources)), [
      "src/a.ts:1: there is no src/b",
      "src/a.ts:3: there is no src/c.ts",
    ]);
  });
});

describe("findCycles", () => {
  test("prints the way round, through type imports and re-exports", async () => {
    const cycle = {
      "src/a.ts": `import type { B } from "./b.ts";`,
      "src/b.ts": `export { c } from "./c.ts";`,
      "src/c.ts": `import "./d.ts";\ntype A = import("./a.ts").A;`,
      "src/d.ts": ``,
    };
    assert.deepEqual(findCycles(await fixture(cycle)), ["src/a.ts > src/b.ts > src/c.ts > src/a.ts"]);
  });

  test("knows a diamond from a cycle, and finds a file that imports itself", async () => {
    const diamond = {
      "src/a.ts": `import "./b.ts";\nimport "./c.ts";`,
      "src/b.ts": `import "./d.ts";`,
      "src/c.ts": `import "./d.ts";`,
      "src/d.ts": ``,
    };
    assert.deepEqual(findCycles(await fixture(diamond)), []);
    const self = { ...diamond, "src/d.ts": `import "./d.ts";` };
    assert.deepEqual(findCycles(await fixture(self)), ["src/d.ts > src/d.ts"]);
  });
});

describe("findBarrelImports", () => {
  test("reports barrels by path anywhere, and by name inside only", async () => {
    const sources = {
      "mod.ts": `export * from "./src/a.ts";`,
      "src/a.ts": `import "../mod.ts";\nimport "sluice/testing";`,
      "tests/a.test.ts": `import "sluice";\nimport "../src/testing/mod.ts";`,
    };
    assert.deepEqual(findBarrelImports(await fixture(sources)), [
      "src/a.ts:1: imports the barrel ../mod.ts",
      "src/a.ts:2: imports the barrel sluice/testing",
      "tests/a.test.ts:2: imports the barrel ../src/testing/mod.ts",
    ]);
  });
});

describe("findBusyBarrels", () => {
  test("reports whatever is not a re-export", async () => {
    const sources = { "mod.ts": `export * from "./src/a.ts";\nimport "./src/b.ts";\nexport const one = 1;` };
    assert.deepEqual(findBusyBarrels(await fixture(sources)), [
      "mod.ts:2: a barrel only re-exports",
      "mod.ts:3: a barrel only re-exports",
    ]);
  });
});

describe("findUnreachable", () => {
  test("follows values, types, lazy imports and worker addresses", async () => {
    const sources = {
      "mod.ts": `export * from "./src/a.ts";`,
      "src/a.ts":
        `import type { B } from "./b.ts";\nawait import("./c.ts");\nnew Worker(new URL("./d.ts", import.meta.url));`,
      "src/b.ts": ``,
      "src/c.ts": ``,
      "src/d.ts": ``,
      "src/lost.ts": `import "./a.ts";`,
      "tests/lost.test.ts": `import "../src/lost.ts";`,
    };
    assert.deepEqual(findUnreachable(await fixture(sources), ["mod.ts"]), [
      "src/lost.ts: nothing leads here",
    ]);
  });
});

describe("findEagerPackages", () => {
  test("reports packages and SQLite on the eager way, not lazy or type imports", async () => {
    const sources = {
      "mod.ts": `export * from "./src/a.ts";\nexport type { D } from "./src/d.ts";`,
      "src/a.ts":
        `import "node:fs";\nimport type { Hono } from "hono";\nimport "./b.ts";\nawait import("yaml");`,
      "src/b.ts": `import { type ZodType } from "zod";\nimport "./c.ts";\nconst c = await import("./d.ts");`,
      "src/c.ts": `import { DatabaseSync } from "node:sqlite";\nimport "bun:sqlite";`,
      "src/d.ts": `import { Cron } from "croner";`,
    };
    assert.deepEqual(findEagerPackages(await fixture(sources), "mod.ts"), [
      "mod.ts > src/a.ts > src/b.ts > zod",
      "mod.ts > src/a.ts > src/b.ts > src/c.ts > node:sqlite",
      "mod.ts > src/a.ts > src/b.ts > src/c.ts > bun:sqlite",
    ]);
  });
});
