import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  findDifferences,
  findMisbuilt,
  findStaleLocks,
  findUndeclared,
  findUnknownScripts,
  findUnused,
  type Manifests,
  readManifests,
} from "./manifests.ts";
import { isSource, only, readRepository } from "./repository.ts";
import { parseSources } from "./syntax.ts";

const files = readRepository();
const manifests = readManifests(files);
const ours = await parseSources(only(files, isSource));

const sample: Manifests = {
  node: {
    version: "1.0.0",
    license: "MIT",
    exports: { ".": "./mod.ts", "./testing": "./src/testing/mod.ts" },
    scripts: { test: "bun test" },
    dependencies: { zod: "^4.0.0" },
    devDependencies: { "@types/bun": "^1.0.0", "fast-check": "^4.0.0" },
  },
  deno: {
    version: "1.0.0",
    license: "MIT",
    exports: { ".": "./mod.ts", "./testing": "./src/testing/mod.ts" },
    imports: { "sluice": "./mod.ts", "sluice/testing": "./src/testing/mod.ts", "bun:test": "./bun.ts" },
  },
};

describe("manifests of this repository", () => {
  test("agree", () => assert.deepEqual(findDifferences(manifests), []));
  test("lead to what is in the package", () => assert.deepEqual(findMisbuilt(manifests), []));
  test("declare every package in use", () => assert.deepEqual(findUndeclared(manifests, ours), []));
  test("declare no package out of use", () => assert.deepEqual(findUnused(manifests, ours, files), []));
  test("are locked, by both runtimes at the same versions", () =>
    assert.deepEqual(findStaleLocks(manifests, files), []));
  test("have every script that the documents name", () => {
    assert.deepEqual(findUnknownScripts(manifests, only(files, (path) => path.endsWith(".md"))), []);
  });
});

describe("findDifferences", () => {
  test("accepts equal manifests", () => assert.deepEqual(findDifferences(sample), []));

  test("reports version, licence, exports and the package's own names", () => {
    const deno = {
      version: "1.0.1",
      license: "ISC",
      exports: { ".": "./mod.ts" },
      imports: { sluice: "./other.ts" },
    };
    assert.deepEqual(findDifferences({ node: sample.node, deno }).map((line) => line.split(":")[0]), [
      "version",
      "license",
      "exports",
      "imports",
    ]);
  });
});

describe("exports by runtime", () => {
  const target = (bun: string, types: string) => ({
    ...sample.node,
    files: ["mod.ts", "src", "dist"],
    exports: {
      ".": "./mod.ts",
      "./testing": { bun, node: { types, default: "./dist/testing.js" }, default: "./src/testing/mod.ts" },
    },
  });

  test("agree with Deno's by their source", () => {
    const node = target("./src/testing/mod.ts", "./dist/testing.d.ts");
    assert.deepEqual([findDifferences({ ...sample, node }), findMisbuilt({ ...sample, node })], [[], []]);
  });

  test("are one source, and built files that are packed", () => {
    const node = target("./src/other.ts", "./types/testing.d.ts");
    assert.deepEqual(findMisbuilt({ ...sample, node }), [
      "./testing: ./src/other.ts is not ./src/testing/mod.ts",
      "./testing: ./types/testing.d.ts is not in the package",
    ]);
  });
});

describe("findUndeclared", () => {
  test("asks for dependencies of the product, and for any kind elsewhere", async () => {
    const syntax = await parseSources(
      new Map([
        [
          "src/a.ts",
          `import "zod";\nimport type { F } from "fast-check";\nawait import("hono/jsx");\nimport "node:fs";`,
        ],
        [
          "tests/a.test.ts",
          `import "fast-check";\nimport "sluice";\nimport "@std/assert/equals";\nimport "bun:test";`,
        ],
      ]),
    );
    assert.deepEqual(findUndeclared(sample, syntax), [
      "src/a.ts:2: fast-check is not declared",
      "src/a.ts:3: hono is not declared",
      "tests/a.test.ts:3: @std/assert is not declared",
    ]);
  });
});

describe("findUnused", () => {
  test("reports what only tests import, and what nobody names", async () => {
    const sources = new Map([["tests/a.test.ts", `import "zod";`]]);
    assert.deepEqual(findUnused(sample, await parseSources(sources), sources), [
      "zod: a dependency that the product does not import",
      "fast-check: a development dependency that no file names",
    ]);
  });

  test("counts data read by address as a use", async () => {
    const sources = new Map([
      ["src/a.ts", `await import("zod");`],
      ["examples/a.ts", `import.meta.resolve("fast-check/package.json");`],
    ]);
    assert.deepEqual(findUnused(sample, await parseSources(sources), sources), []);
  });
});

describe("findStaleLocks", () => {
  const bun = (zod: string): string =>
    `{ "workspaces": { "": { "dependencies": { "zod": "${zod}", }, "devDependencies": { "@types/bun": "^1.0.0",
      "fast-check": "^4.0.0", }, }, }, "packages": { "zod": ["zod@4.1.0", ""], "@types/bun": ["@types/bun@1.0.0"],
      "fast-check": ["fast-check@4.0.0"], }, }`;
  const deno = (zod: string): string =>
    `{ "specifiers": { "npm:zod@4": "${zod}", "npm:@types/bun@1": "1.0.0_peer@2.0.0", "npm:fast-check@4": "4.0.0" } }`;
  const locks = (left: string, right: string) => new Map([["bun.lock", left], ["deno.lock", right]]);

  test("accepts locks that agree", () => {
    assert.deepEqual(findStaleLocks(sample, locks(bun("^4.0.0"), deno("4.1.0"))), []);
  });

  test("reports a range that was not locked again, two versions, and an absent lock", () => {
    assert.deepEqual(findStaleLocks(sample, locks(bun("^3.0.0"), deno("4.1.0"))), [
      "bun.lock: zod ^3.0.0, package.json: ^4.0.0",
    ]);
    assert.deepEqual(findStaleLocks(sample, locks(bun("^4.0.0"), deno("4.0.9"))), [
      "bun.lock: zod 4.1.0, deno.lock: 4.0.9",
    ]);
    assert.equal(findStaleLocks(sample, new Map()).length, 3);
  });
});

describe("findUnknownScripts", () => {
  test("reports a command that nobody wrote", () => {
    const documents = new Map([["README.md", "`npx -y bun@1.4 run test`, then `bun run fly`"]]);
    assert.deepEqual(findUnknownScripts(sample, documents), [`README.md: package.json has no script "fly"`]);
  });
});
