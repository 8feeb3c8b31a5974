import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { isSource, only, readRepository } from "./repository.ts";
import { findForeignCharacters, findMachinePaths, findRegistryHosts, findUnfinished } from "./text.ts";

const files = readRepository();
const sources = only(files, (path) => isSource(path) || path.startsWith(".ci/"));

describe("the text of this repository", () => {
  test("is ASCII in source", () => assert.deepEqual(findForeignCharacters(sources), []));
  test("names nobody's machine", () => assert.deepEqual(findMachinePaths(files), []));
  test("names no registry", () => assert.deepEqual(findRegistryHosts(files), []));
  test("leaves nothing for later", () => assert.deepEqual(findUnfinished(sources), []));
});

describe("findForeignCharacters", () => {
  test("reports letters, invisible characters and tabs by line", () => {
    const text = "const ok = 1;\nconst name = '\u00e9';\n\t// \u200b\n";
    assert.deepEqual(findForeignCharacters(new Map([["a.ts", text]])), [
      "a.ts:2: the character U+00E9; write it as an escape",
      "a.ts:3: the character U+0009; write it as an escape",
      "a.ts:3: the character U+200B; write it as an escape",
    ]);
  });
});

describe("findMachinePaths", () => {
  test("reports absolute paths, and not what merely looks alike", () => {
    const folder = (...parts: string[]) => "/" + parts.join("/");
    const bad = [
      folder("work", "main"),
      folder("root", ".cache"),
      folder("home", "ann", "x"),
      folder("tmp", "x"),
    ];
    const good = [
      "src/work/main.ts",
      "./tmp/x",
      "https://example.org/home/page",
      "~/work/x",
      "${base}/tmp/x",
      "/homes/x",
    ];
    const found = findMachinePaths(new Map([["a.md", [...bad, ...good].join("\n")]]));
    assert.deepEqual(found.map((line) => line.replace(/ the machine path.*/, "")), [
      "a.md:1:",
      "a.md:2:",
      "a.md:3:",
      "a.md:4:",
    ]);
  });
});

describe("findRegistryHosts", () => {
  test("reports where packages come from", () => {
    const hosts = [
      "registry" + ".npmjs.org",
      "https://files.python" + "hosted.org/x",
      "npm" + ".jsr.io",
      "py" + "pi.org",
    ];
    const text = [...hosts, "the registry of adapters", "registry.ts", "https://example.org"].join("\n");
    assert.deepEqual(findRegistryHosts(new Map([["bun.lock", text]])).map((line) => line.split(":")[1]), [
      "1",
      "2",
      "3",
      "4",
    ]);
  });
});

describe("findUnfinished", () => {
  test("reports notes to self", () => {
    const text = `// ${"TO" + "DO"}: later\nconst todo = 1;\n// ${"FIX" + "ME"}`;
    assert.deepEqual(findUnfinished(new Map([["a.ts", text]])).map((line) => line.split(":")[1]), ["1", "3"]);
  });
});
