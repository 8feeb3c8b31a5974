import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { decodeParam, encodeParam, textParam } from "../../../src/pipes/wire/params.ts";

describe("parameters", () => {
  test("are read as Dagster has packed them", () => {
    // encode_param({"path": "run/messages", "text": "\u00e9"}) of dagster_pipes 1.13.28.
    const packed = "eJyrVipILMlQslJQKirN089NLS5OTE8tVtJRUCpJrSgBiceUGhikWirVAgAmBA0m";
    assert.deepEqual(decodeParam(packed), { path: "run/messages", text: "\u00e9" });
  });

  test("survive a round trip", () => {
    const params = { data: { a: [1, null, "\ud83d\ude00"] } };
    assert.deepEqual(decodeParam(encodeParam(params)), params);
  });

  test("that cannot be read are named", () => {
    for (const text of ["", "no base64!", "aGVsbG8=", encodeParam([] as never)]) {
      assert.throws(() => decodeParam(text), { code: "PARAMS_INVALID" }, text);
    }
    assert.throws(() => textParam({ path: 1 }, "path", "the context"), {
      message: 'PARAMS_INVALID: The parameter "path" of the context is not a text but 1.',
    });
  });
});
