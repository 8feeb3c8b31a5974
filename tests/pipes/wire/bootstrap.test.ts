import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { findBootstrap } from "../../../src/pipes/wire/bootstrap.ts";
import { encodeParam } from "../../../src/pipes/wire/params.ts";

const context = encodeParam({ path: "c" });
const messages = encodeParam({ path: "m" });
const found = { context: { path: "c" }, messages: { path: "m" }, isOfProcess: false };

describe("findBootstrap", () => {
  test("reads a mapping, and arguments in both forms", () => {
    const sources = [
      { DAGSTER_PIPES_CONTEXT: context, DAGSTER_PIPES_MESSAGES: messages, other: 1 },
      ["run", "--dagster-pipes-context", context, "--dagster-pipes-messages", messages],
      ["run", `--dagster-pipes-messages=${messages}`, `--dagster-pipes-context=${context}`, "--more"],
    ];
    for (const source of sources) assert.deepEqual(findBootstrap(source), found);
  });

  test("finds nothing where there is nothing", () => {
    for (
      const source of [{}, [], { DAGSTER_PIPES_CONTEXT: "" }, { DAGSTER_PIPES_MESSAGES: messages }, undefined]
    ) {
      assert.equal(findBootstrap(source), undefined);
    }
    assert.equal(findBootstrap(Object.create({ DAGSTER_PIPES_CONTEXT: context })), undefined);
  });

  test("refuses one half, and halves that cannot be read", () => {
    assert.throws(() => findBootstrap({ DAGSTER_PIPES_CONTEXT: context }), /no DAGSTER_PIPES_MESSAGES/);
    assert.throws(() => findBootstrap(["--dagster-pipes-context", context]), /no --dagster-pipes-messages/);
    const broken = { DAGSTER_PIPES_CONTEXT: "x", DAGSTER_PIPES_MESSAGES: messages };
    assert.throws(() => findBootstrap(broken), { code: "PARAMS_INVALID" });
  });
});
