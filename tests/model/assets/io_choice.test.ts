import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type FileFormat, files, ioChoice } from "../../../src/model/assets/io_choice.ts";

describe("files", () => {
  test("is plain frozen data", () => {
    assert.deepStrictEqual(files(), { manager: "files" });
    assert.deepStrictEqual(files({ format: "ndjson" }), { manager: "files", format: "ndjson" });
    assert.ok(Object.isFrozen(files({ format: "text" })));
  });

  test("refuses formats that there are not", () => {
    assert.throws(() => files({ format: "jsn" as FileFormat }), {
      message: 'DEFINITION_INVALID: files() has no format "jsn".\n    hint: Did you mean json?',
    });
    assert.throws(
      () => files({ format: "xml" as FileFormat }),
      /hint: Formats are json, ndjson, text, bytes\./,
    );
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
