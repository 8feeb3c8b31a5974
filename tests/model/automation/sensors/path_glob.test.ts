import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { compilePathGlob, globProblem } from "../../../../src/model/automation/sensors/path_glob.ts";

/** The same meaning by another way: tries everything. */
function matches(parts: readonly string[], names: readonly string[]): boolean {
  const [part, ...rest] = parts;
  if (part === undefined) return names.length === 0;
  if (part === "**") {
    if (rest.length === 0) return names.length > 0;
    return matches(rest, names) || (names.length > 0 && matches(parts, names.slice(1)));
  }
  return names.length > 0 && matchesName(part, names[0]) && matches(rest, names.slice(1));
}

function matchesName(part: string, name: string): boolean {
  if (part === "") return name === "";
  if (part[0] === "*") {
    return matchesName(part.slice(1), name) || (name !== "" && matchesName(part, name.slice(1)));
  }
  return name !== "" && (part[0] === "?" || part[0] === name[0]) && matchesName(part.slice(1), name.slice(1));
}

const name = fc.string({ unit: fc.constantFrom("a", "b", "."), minLength: 1, maxLength: 4 });
const part = fc.oneof(
  fc.constant("**"),
  fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), minLength: 1, maxLength: 5 })
    .filter((text) => !text.includes("**")),
);
const paths = fc.array(name, { minLength: 1, maxLength: 4 });
const globs = fc.array(part, { minLength: 1, maxLength: 4 });

describe("patterns of paths", () => {
  test("match what trying everything matches", () => {
    fc.assert(
      fc.property(globs, paths, (glob, path) => {
        assert.equal(compilePathGlob(glob.join("/")).matches(path.join("/")), matches(glob, path));
      }),
      { seed: 1, numRuns: 5_000 },
    );
  });

  test("reach every folder of what they match", () => {
    fc.assert(
      fc.property(globs, paths, (glob, path) => {
        const { matches, reaches } = compilePathGlob(glob.join("/"));
        if (!matches(path.join("/"))) return;
        for (let depth = 0; depth < path.length; depth++) {
          assert.ok(reaches(path.slice(0, depth).join("/")), `${glob.join("/")} ${path.join("/")} ${depth}`);
        }
      }),
      { seed: 2, numRuns: 5_000 },
    );
  });

  test("do not enter folders in which nothing can match", () => {
    const { reaches } = compilePathGlob("2026/*/orders.csv");
    assert.deepEqual(["", "2026", "2025", "2026/a", "2026/a/b"].map(reaches), [
      true,
      true,
      false,
      true,
      false,
    ]);
    assert.equal(compilePathGlob("*.csv").reaches("a"), false);
  });

  test("take time that grows with their length only", () => {
    const { matches } = compilePathGlob(`${"*a".repeat(200)}b`);
    assert.equal(matches("a".repeat(2_000)), false);
  });

  test("stay within the folder", () => {
    const wrong = ["", "/a", "C:/a", "a//b", "./a", "a/../b", "a\\b", "a**", "**a/b"];
    for (const glob of wrong) assert.ok(globProblem(glob), glob);
    for (const glob of ["*", "**", "a/**/b.?sv", "{a}[b]", "..a"]) assert.equal(globProblem(glob), undefined);
  });
});
