import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { filesIO } from "../../src/io/files.ts";
import { openManagers } from "../../src/io/managers.ts";
import { memoryIO } from "../../src/io/memory.ts";
import { files } from "../../src/model/assets/io_choice.ts";

const memory = memoryIO();
const disk = filesIO({ folder: "values" });
const managerOf = openManagers([disk, memory], "files");

describe("openManagers", () => {
  test("finds managers by name, and the fallback for assets that choose none", () => {
    assert.equal(managerOf({ key: "a", io: { manager: "memory" } }), memory);
    assert.equal(managerOf({ key: "a", io: { manager: "files" } }), disk);
    assert.equal(managerOf({ key: "a", io: undefined }), disk);
    assert.equal(openManagers([disk, memory], "memory")({ key: "a", io: undefined }), memory);
  });

  test("lets the later of two managers of one name count", () => {
    const other = memoryIO();
    assert.equal(openManagers([memory, other], "memory")({ key: "a", io: undefined }), other);
  });

  test("gives assets with equal choices one and the same view", () => {
    const rows = managerOf({ key: "a", io: files({ format: "ndjson" }) });
    assert.notEqual(rows, disk);
    assert.equal(managerOf({ key: "b", io: files({ format: "ndjson" }) }), rows);
    assert.notEqual(managerOf({ key: "b", io: files({ format: "text" }) }), rows);
    assert.match(rows.locate({ asset: "a", partition: undefined }) ?? "", /a\.ndjson$/);
    assert.equal(managerOf({ key: "c", io: files() }), disk);
  });

  test("refuses managers that it does not have", () => {
    assert.throws(() => managerOf({ key: "raw/orders", io: { manager: "memry" } }), {
      message:
        'DEFINITION_INVALID: Asset "raw/orders" names the IO manager "memry", which the orchestrator does not ' +
        "have.\n    hint: Did you mean memory?",
    });
    assert.throws(() => managerOf({ key: "a", io: { manager: "s3" } }), /hint: It has files, memory\./);
  });

  test("refuses options that the manager does not take", () => {
    const io = { manager: "memory", format: "json" };
    assert.throws(() => managerOf({ key: "a", io }), {
      code: "DEFINITION_INVALID",
      message: /Asset "a" asks for "format" of the IO manager "memory", which takes no options\./,
    });
    assert.throws(
      () => managerOf({ key: "a", io: { manager: "files", fromat: "json" } }),
      /Did you mean format\?/,
    );
    assert.throws(() => managerOf({ key: "a", io: { manager: "files", format: "jsonl" } }), {
      message: /Files have no format "jsonl"\.\n.*Did you mean json/,
    });
  });
});
