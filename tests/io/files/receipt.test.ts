import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { formatReceipt, parseReceipt } from "../../../src/io/files/receipt.ts";
import { receiptOf } from "../support.ts";

const address = { asset: "raw/orders", partition: "2026-01-01" };
const value = { file: "2026-01-01.json", bytes: 7, sha256: "ab" };
const receipt = { ...receiptOf(address), codeVersion: "2", metadata: { rows: 3 } };

/** The text of a receipt with some fields changed. */
function changed(fields: Record<string, unknown>): string {
  return JSON.stringify({ ...receipt, value, ...fields });
}

describe("formatReceipt and parseReceipt", () => {
  test("are a round trip", () => {
    assert.deepStrictEqual(parseReceipt(formatReceipt(receipt, value), address), { receipt, value });
    const whole = { asset: "raw/orders", partition: undefined };
    const bare = receiptOf(whole);
    assert.deepStrictEqual(parseReceipt(formatReceipt(bare, value), whole), { receipt: bare, value });
  });

  test("write JSON that people can read", () => {
    assert.match(formatReceipt(receipt, value), /^\{\n {2}"version": 1,\n {2}"asset": "raw\/orders",/);
  });

  test("take nothing that is torn, of another version, of another value or of the wrong shape", () => {
    assert.ok(parseReceipt(changed({}), address));
    const texts = [
      "",
      "\0\0\0",
      "null",
      "[]",
      formatReceipt(receipt, value).slice(0, -3),
      changed({ version: 2 }),
      changed({ asset: "raw/other" }),
      changed({ partition: undefined }),
      changed({ partition: "2026-01-02" }),
      changed({ runId: 7 }),
      changed({ atMs: "1" }),
      changed({ dataVersion: undefined }),
      changed({ codeVersion: 2 }),
      changed({ metadata: "rows" }),
      changed({ value: undefined }),
      changed({ value: { ...value, sha256: 1 } }),
      changed({ value: { ...value, bytes: undefined } }),
      changed({ value: { ...value, file: undefined } }),
    ];
    for (const text of texts) assert.equal(parseReceipt(text, address), undefined, text);
  });
});
