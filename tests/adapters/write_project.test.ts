import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SluiceError } from "sluice";
import { writeProject } from "sluice/adapters";
import { inFolder } from "../support/folder.ts";

const files = [{ path: "a.txt", text: "one\n" }, { path: "src/pkg/b.py", text: "x = 1\n" }];

function refusals(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    assert.equal(error.code, "EXPORT_REFUSED");
    return error.issues.map(({ message }) => message);
  }
  return [];
}

describe("a project on the disk", () => {
  test("is written, and the same again changes nothing", () =>
    inFolder((above) => {
      const folder = join(above, "new", "project");
      assert.deepEqual(writeProject(folder, files), {
        written: ["a.txt", "src/pkg/b.py"],
        unchanged: [],
        removed: [],
      });
      assert.equal(readFileSync(join(folder, "src/pkg/b.py"), "utf8"), "x = 1\n");
      assert.deepEqual(writeProject(folder, files), {
        written: [],
        unchanged: ["a.txt", "src/pkg/b.py"],
        removed: [],
      });
      assert.deepEqual(readdirSync(folder).sort(), [".sluice-export.json", "a.txt", "src"]);
    }));

  test("replaces what an older export wrote, and removes what is no longer part of it", () =>
    inFolder((folder) => {
      writeProject(folder, files);
      writeFileSync(join(folder, "mine.txt"), "mine");
      const changed = writeProject(folder, [{ path: "a.txt", text: "two\n" }]);
      assert.deepEqual(changed, { written: ["a.txt"], unchanged: [], removed: ["src/pkg/b.py"] });
      assert.deepEqual(readdirSync(folder).sort(), [".sluice-export.json", "a.txt", "mine.txt"]);
    }));

  test("refuses a folder of somebody else's, until it is forced", () =>
    inFolder((folder) => {
      writeFileSync(join(folder, "mine.txt"), "mine");
      assert.match(
        refusals(() => writeProject(folder, files))[0],
        /not empty, and not an export: it holds "mine\.txt"/,
      );
      assert.ok(!existsSync(join(folder, "a.txt")));
      writeProject(folder, files, { force: true });
      assert.equal(readFileSync(join(folder, "mine.txt"), "utf8"), "mine");
    }));

  test("refuses to write over files that were changed or written by others, naming each", () =>
    inFolder((folder) => {
      writeProject(folder, files);
      writeFileSync(join(folder, "a.txt"), "edited");
      writeFileSync(join(folder, "c.txt"), "mine");
      const next = [...files.map(({ path }) => ({ path, text: "next" })), { path: "c.txt", text: "c" }];
      const found = refusals(() => writeProject(folder, next));
      assert.equal(found.length, 2);
      assert.match(found[0], /a\.txt was changed since/);
      assert.match(found[1], /c\.txt was not written by an export/);
      assert.equal(readFileSync(join(folder, "src/pkg/b.py"), "utf8"), "x = 1\n");
      writeProject(folder, next, { force: true });
      assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "next");
    }));

  test("keeps a file of an older export that was edited, when it is no longer part of it", () =>
    inFolder((folder) => {
      writeProject(folder, files);
      writeFileSync(join(folder, "a.txt"), "edited");
      assert.deepEqual(writeProject(folder, [files[1]]).removed, []);
      assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "edited");
    }));

  test("never leaves its folder", () =>
    inFolder((above) => {
      const folder = join(above, "project");
      mkdirSync(join(above, "elsewhere"));
      mkdirSync(folder);
      for (
        const path of ["../x", "/x", "a/../../x", "a//b", "./a", "a\\b", "a\0b", "", ".sluice-export.json"]
      ) {
        assert.equal(refusals(() => writeProject(folder, [{ path, text: "" }])).length, 1, path);
      }
      symlinkSync(join(above, "elsewhere"), join(folder, "src"));
      assert.match(refusals(() => writeProject(folder, files, { force: true }))[0], /is a link/);
      writeFileSync(join(above, "file"), "");
      assert.match(refusals(() => writeProject(join(above, "file"), files))[0], /is a file/);
      assert.deepEqual(readdirSync(join(above, "elsewhere")), []);
    }));

  test("refuses a marker that is none", () =>
    inFolder((folder) => {
      writeFileSync(join(folder, ".sluice-export.json"), "{}");
      assert.match(refusals(() => writeProject(folder, files))[0], /not what an export wrote/);
    }));
});
