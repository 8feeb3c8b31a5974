import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { EVENT_KINDS } from "../../../src/model/events/event.ts";
import { openMask } from "../../../src/runtime/redact/mask.ts";
import { maskPayload } from "../../../src/runtime/redact/payload.ts";

const mask = openMask();
mask.conceal("hunter2", "PASSWORD");
mask.conceal("4711", "PIN");
mask.conceal("message", "WORD");

describe("a payload", () => {
  test("stays the same object where nothing is hidden", () => {
    const line = { level: "info", message: "fine", fields: { deep: [{ date: new Date(0), n: 1 }] } };
    assert.equal(maskPayload(EVENT_KINDS.step_log, line, mask), line);
    assert.equal(maskPayload(EVENT_KINDS.step_log, line, openMask()), line);
  });

  test("loses what is hidden in words, at any depth, and in the names of the user's own fields", () => {
    const line = {
      level: "info",
      message: "is hunter2",
      fields: { list: [{ hunter2: 1 }, "x hunter2"], pin: 4711, tiny: 47 },
    };
    assert.deepEqual(maskPayload(EVENT_KINDS.step_log, line, mask), {
      level: "info",
      message: "is ***",
      fields: { list: [{ "***": 1 }, "x ***"], pin: "***", tiny: 47 },
    });
  });

  test("keeps names, keys, numbers and the fields of records", () => {
    const record = {
      asset: "hunter2/a",
      check: "hunter2",
      passed: true,
      severity: "warn",
      partition: "4711",
    };
    assert.equal(maskPayload(EVENT_KINDS.check_evaluated, record, mask), record);
    const failed = { error: { name: "Error", message: "a hunter2", cause: { name: "E", message: "4711" } } };
    assert.deepEqual(maskPayload(EVENT_KINDS.step_failed, failed, mask), {
      error: { name: "Error", message: "a ***", cause: { name: "E", message: "***" } },
    });
    const keys = { name: "tenants", keys: ["hunter2"] };
    assert.equal(maskPayload(EVENT_KINDS.partitions_added, keys, mask), keys);
    const retrying = { error: { name: "Error", message: "no" }, delayMs: 4711 };
    assert.equal(maskPayload(EVENT_KINDS.step_retrying, retrying, mask), retrying);
  });

  test("of an element is not remembered where something is hidden in its result", () => {
    const made = { element: "hunter2/0", item: "abc", value: { of: "hunter2" }, from: "r" };
    assert.deepEqual(maskPayload(EVENT_KINDS.element_succeeded, made, mask), {
      element: "hunter2/0",
      value: { of: "***" },
      from: "r",
    });
    const plain = { ...made, value: 1 };
    assert.equal(maskPayload(EVENT_KINDS.element_succeeded, plain, mask), plain);
  });

  test("has no data version where one would show something hidden", () => {
    const outputs = [
      { partition: 4711, dataVersion: "v-hunter2", metadata: { at: "hunter2" } },
      { output: 1, dataVersion: "v1", skipped: "since hunter2" },
      { output: 2, dataVersion: "v2" },
    ];
    assert.deepEqual(maskPayload(EVENT_KINDS.step_succeeded, { outputs }, mask), {
      outputs: [
        { partition: 4711, metadata: { at: "***" } },
        { output: 1, dataVersion: "v1", skipped: "since ***" },
        { output: 2, dataVersion: "v2" },
      ],
    });
    const report = { asset: "a", dataVersion: "hunter2" };
    assert.deepEqual(maskPayload(EVENT_KINDS.asset_reported, report, mask), { asset: "a" });
  });

  test("names a secret in config instead of its value, so that the run can be gone on with", () => {
    const created = {
      steps: {},
      tags: { by: "hunter2" },
      config: { message: { token: "hunter2", url: "db://hunter2@host" } },
    };
    assert.deepEqual(maskPayload(EVENT_KINDS.run_created, created, mask), {
      steps: {},
      tags: { by: "***" },
      config: { message: { token: { $secret: "PASSWORD" }, url: "db://***@host" } },
    });
  });

  test("of an event that is not known here is masked as a whole", () => {
    assert.deepEqual(maskPayload(199, { said: "hunter2" }, mask), { said: "***" });
  });
});
