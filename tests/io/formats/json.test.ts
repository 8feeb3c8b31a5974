import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { json } from "../../../src/io/formats/json.ts";
import { readBack, write } from "./support.ts";

describe("json", () => {
  test("writes a small value as one line", async () => {
    assert.equal((await write(json, { b: [1, "x"], a: null })).text, '{"b":[1,"x"],"a":null}\n');
    assert.equal((await write(json, [1, 2])).text, "[1,2]\n");
  });

  test("is plain JSON for any length of array", async () => {
    for (const length of [0, 1, 63, 64, 65, 255, 256, 257, 1_000, 40_000]) {
      const values = Array.from({ length }, (_, id) => ({ id, text: "x".repeat(id % 50) }));
      const { text, isExact } = await write(json, values);
      assert.deepEqual(JSON.parse(text), values);
      assert.equal(isExact, true);
      assert.deepEqual(await readBack(json, text), values);
    }
  });

  test("writes a long array in pieces of bounded size", async () => {
    const values = Array.from({ length: 50_000 }, (_, id) => ({ id, text: "some text" }));
    const { pieces } = await write(json, values);
    assert.ok(pieces.length > 10);
    assert.ok(Math.max(...pieces.map((piece) => piece.length)) < 200_000);
    const huge = Array.from({ length: 300 }, () => "y".repeat(100_000));
    assert.ok(Math.max(...(await write(json, huge)).pieces.slice(1).map((piece) => piece.length)) < 200_100);
  });

  test("gives back any JSON value", async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const { text, isExact } = await write(json, value);
        assert.equal(text, `${JSON.stringify(value)}\n`);
        if (isExact) assert.deepStrictEqual(await readBack(json, text), value);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  test("names a fault in a long array by its place in the whole", async () => {
    const values: unknown[] = Array.from({ length: 1_000 }, (_, id) => ({ id, price: 1 }));
    values[777] = { id: 777, price: NaN };
    await assert.rejects(write(json, values), /^ValueFault: \$\[777\]\.price is NaN$/);
    delete values[777];
    await assert.rejects(write(json, values), /\$\[777\] is undefined/);
    values[777] = values;
    await assert.rejects(write(json, values), /\$\[777\].* leads back to/);
    values[777] = { toJSON: () => assert.fail("cannot") };
    await assert.rejects(write(json, values), /^ValueFault: \$\[777\] cannot be written \(.*cannot/);
  });

  test("says when a value comes back as another", async () => {
    const when = new Date(0);
    assert.equal((await write(json, { when })).isExact, false);
    assert.equal((await write(json, { when })).text, '{"when":"1970-01-01T00:00:00.000Z"}\n');
    const rows: unknown[] = Array.from({ length: 400 }, () => 1);
    assert.equal((await write(json, rows)).isExact, true);
    rows[399] = when;
    assert.equal((await write(json, rows)).isExact, false);
    class Rows extends Array<number> {}
    assert.equal((await write(json, Rows.from(rows.keys()))).isExact, false);
  });

  test("reads large files of any layout", async () => {
    const values = Array.from({ length: 9_000 }, (_, id) => ({ id, text: "caf\u00e9 ,\n]", list: [1, [2]] }));
    for (const indent of [undefined, 1, 2, "\t"]) {
      assert.deepEqual(await readBack(json, JSON.stringify(values, undefined, indent)), values);
    }
    const rowByRow = `[\n${values.map((value) => JSON.stringify(value)).join(",\n")}\n]\n`;
    assert.deepEqual(await readBack(json, rowByRow), values);
    assert.deepEqual(await readBack(json, `\ufeff ${JSON.stringify(values)}\r\n`), values);
  });

  test("refuses large files that are not JSON, also when each part of them is", async () => {
    const row = `{"text":"${"x".repeat(1_000)}"}`;
    const lines = Array.from({ length: 600 }, () => row);
    const good = `[${lines.join(",\n")}]`;
    assert.equal((await readBack(json, good) as unknown[]).length, 600);
    for (
      const text of [
        `[${lines.join(",\n")}`,
        `[${lines.join(",\n")},\n]`,
        `[${lines.join("\n")}]`,
        `[${lines.join(",\n,\n")}]`,
        `${good}\n${good}`,
        `[${lines.join("],\n[")}]`,
        good.replace("x]", "x"),
        good.slice(0, 300_000),
      ]
    ) {
      if (text === good) continue;
      await assert.rejects(readBack(json, text), /^ValueFault: it is not JSON \(.+\)$/);
    }
    await assert.rejects(readBack(json, ""), /it is not JSON/);
    await assert.rejects(
      Promise.resolve(json.read(Uint8Array.of(0x22, 0xff, 0x22))),
      /it is not text in UTF-8/,
    );
  });
});
