import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { ndjson } from "../../../src/io/formats/ndjson.ts";
import { readBack, write } from "./support.ts";

const rows = [{ id: 1, text: "a\nb" }, [2], "three", null, 5];
const lines = '{"id":1,"text":"a\\nb"}\n[2]\n"three"\nnull\n5\n';

function* generate(): Generator<unknown> {
  yield* rows;
}

async function* generateLater(): AsyncGenerator<unknown> {
  for (const row of rows) yield await Promise.resolve(row);
}

describe("ndjson", () => {
  test("writes the rows of arrays and of iterables, sync or async, one to a line", async () => {
    assert.deepEqual(await write(ndjson, rows).then(({ text, isExact }) => [text, isExact]), [lines, true]);
    assert.deepEqual(await write(ndjson, generate()).then(({ text, isExact }) => [text, isExact]), [
      lines,
      false,
    ]);
    assert.deepEqual(await write(ndjson, generateLater()).then(({ text, isExact }) => [text, isExact]), [
      lines,
      false,
    ]);
  });

  test("reads rows back as an array", async () => {
    assert.deepEqual(await readBack(ndjson, lines), rows);
    assert.deepEqual(await readBack(ndjson, lines.trimEnd()), rows);
    assert.deepEqual(await readBack(ndjson, "1\r\n\r\n2\r\n"), [1, 2]);
    assert.deepEqual(await readBack(ndjson, ""), []);
    assert.equal((await write(ndjson, [])).text, "");
  });

  test("reads many rows", async () => {
    const many = Array.from({ length: 30_000 }, (_, id) => ({ id, text: "caf\u00e9 \u2028" }));
    assert.deepEqual(await readBack(ndjson, (await write(ndjson, many)).text), many);
  });

  test("refuses what is not rows", async () => {
    const cases: readonly (readonly [unknown, RegExp])[] = [
      ["text", /^ValueFault: \$ is a string and not rows$/],
      [{ a: 1 }, /\$ is an object and not rows/],
      [7, /\$ is a number and not rows/],
      [null, /\$ is null and not rows/],
      [new Map([[1, 2]]), /\$ is an instance of Map and not rows/],
      [new Set([1]), /\$ is an instance of Set and not rows/],
      [new Uint8Array(3), /\$ is an instance of Uint8Array and not rows/],
    ];
    for (const [value, message] of cases) await assert.rejects(write(ndjson, value), message);
  });

  test("names the row that cannot be kept", async () => {
    await assert.rejects(write(ndjson, [{}, { price: NaN }]), /^ValueFault: \$\[1\]\.price is NaN$/);
    await assert.rejects(write(ndjson, [1, undefined]), /^ValueFault: \$\[1\] is undefined$/);
    await assert.rejects(write(ndjson, [1, 2n]), /^ValueFault: \$\[1\] is a bigint$/);
  });

  test("lets the failure of an iterable through, and closes it when a row is refused", async () => {
    async function* broken(): AsyncGenerator<unknown> {
      yield 1;
      throw new RangeError("source broke");
    }
    await assert.rejects(write(ndjson, broken()), /^RangeError: source broke$/);
    let isClosed = false;
    function* closing(): Generator<unknown> {
      try {
        yield 1n;
      } finally {
        isClosed = true;
      }
    }
    await assert.rejects(write(ndjson, closing()));
    assert.equal(isClosed, true);
  });

  test("names the line that is not JSON, also far down", async () => {
    await assert.rejects(readBack(ndjson, "1\n2 3\n4\n"), /^ValueFault: its line 2 is not JSON \(.+\)$/);
    const far = `${"[1,2,3]\n".repeat(50_000)}{"cut`;
    await assert.rejects(readBack(ndjson, far), /its line 50001 is not JSON/);
  });
});
