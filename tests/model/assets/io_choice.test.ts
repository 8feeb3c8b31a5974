import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type FileFormat, files, ioChoice } from "../../../src/model/assets/io_choice.ts";

describe("files", () => {
  test("is plain frozen data", () => {
    assert.deepStrictEqual(files(), { manager: "files" });
    assert.deepStrictEqual(files({ format: "ndjson" }), { manager: "files", format: "ndjson" });
    const report = files({ format: "text", extension: "md" });
    assert.deepStrictEqual(report, { manager: "files", format: "text", extension: "md" });
    assert.ok(Object.isFrozen(report));
  });

  test("refuses formats that there are not", () => {
    assert.throws(() => files({ format: "jsn" as FileFormat }), {
      message: 'DEFINITION_INVALID: Files have no format "jsn".\n    hint: Did you mean json?',
    });
    assert.throws(
      () => files({ format: "xml" as FileFormat }),
      /hint: Formats are json, ndjson, text, bytes\./,
    );
  });

  test("refuses endings that some file system could not keep, or that stand for something else", () => {
    for (const extension of ["", ".md", "MD", "m d", "parts", "x".repeat(17), "../x", "a.b"]) {
      assert.throws(() => files({ extension }), {
        code: "DEFINITION_INVALID",
        message: /Files cannot have the extension .*\n {4}hint: It is 1 to 16 small letters and digits/,
      });
    }
  });
});

describe("ioChoice", () => {
  test("reads a name, a choice or nothing", () => {
    assert.equal(ioChoice(undefined), undefined);
    assert.deepStrictEqual(ioChoice("memory"), { manager: "memory" });
    const own = { manager: "lake", bucket: "b" };
    const choice = ioChoice(own);
    assert.deepStrictEqual(choice, own);
    assert.ok(Object.isFrozen(choice) && !Object.isFrozen(own));
  });
});
