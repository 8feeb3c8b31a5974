import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { parseIgnore, readRepository } from "./repository.ts";

describe("readRepository", () => {
  test("sees sources, manifests and hidden folders, and nothing that git ignores", () => {
    const paths = [...readRepository().keys()];
    for (const path of ["package.json", "mod.ts", ".gitignore", "tests/tidy/repository.test.ts"]) {
      assert.ok(paths.includes(path), path);
    }
    assert.deepEqual(
      paths.filter((path) => /(^|\/)(node_modules|\.git|\.cache|\.venv|\.sluice)\//.test(path)),
      [],
    );
  });
});

describe("parseIgnore", () => {
  test("hides folders and endings", () => {
    const ignored = parseIgnore("# built\nnode_modules/\n\n*.log\n");
    assert.deepEqual(
      [
        ignored("node_modules", true),
        ignored("node_modules", false),
        ignored("a.log", false),
        ignored(".git", true),
        ignored(".git", false),
      ],
      [true, false, true, true, true],
    );
    assert.equal(ignored("src", true), false);
  });

  test("refuses a pattern that it does not know", () => {
    assert.throws(() => parseIgnore("build/**/out\n"), /neither "folder\/" nor/);
  });
});
