import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { bytes } from "../../../src/io/formats/bytes.ts";
import { text } from "../../../src/io/formats/text.ts";
import { readBack, write } from "./support.ts";

describe("text", () => {
  test("keeps strings as they are", async () => {
    for (const value of ["", "# Report\r\n", "\ufeffmark", "\0", "\ud83d\ude00"]) {
      const { text: written, isExact } = await write(text, value);
      assert.equal(written, value);
      assert.equal(isExact, true);
      assert.equal(await readBack(text, written), value);
    }
  });

  test("refuses what is not text and what UTF-8 cannot hold", async () => {
    await assert.rejects(write(text, { a: 1 }), /^ValueFault: \$ is an object and not text$/);
    await assert.rejects(write(text, undefined), /\$ is undefined and not text/);
    await assert.rejects(write(text, "a\ud800"), /half of a surrogate pair/);
    assert.throws(() => text.read(Uint8Array.of(0xc3)), /it is not text in UTF-8/);
  });
});

describe("bytes", () => {
  test("keep any bytes", async () => {
    const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { pieces, isExact } = await write(bytes, value);
    assert.deepEqual(pieces, [value]);
    assert.equal(isExact, true);
    assert.deepStrictEqual(bytes.read(value), value);
  });

  test("come back as a Uint8Array that shares no memory with others", async () => {
    const pool = Uint8Array.of(1, 2, 3, 4);
    const read = bytes.read(Buffer.from(pool.buffer, 1, 2)) as Uint8Array;
    assert.deepStrictEqual(read, Uint8Array.of(2, 3));
    assert.equal(read.buffer.byteLength, 2);
    assert.equal((await write(bytes, Buffer.from("x"))).isExact, false);
  });

  test("refuse everything else", async () => {
    await assert.rejects(write(bytes, "text"), /^ValueFault: \$ is a string and not a Uint8Array$/);
    await assert.rejects(write(bytes, new Float64Array(1)), /\$ is an instance of Float64Array/);
  });
});
