import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { writeAnswer } from "../../../src/cli/print/answer.ts";
import { memoryOutput } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

function counting() {
  const seen = { lines: 0 };
  const text = function* (): Generator<string> {
    for (; seen.lines < 1_000_000; seen.lines++) yield "x".repeat(99);
  };
  return { seen, answer: { text, json: () => ({}) } };
}

describe("writeAnswer", () => {
  test("stops making lines once nobody reads them", async () => {
    const { seen, answer } = counting();
    await writeAnswer(answer, plainPage(), false, memoryOutput(undefined, 1_000));
    assert.ok(seen.lines > 0 && seen.lines < 1_000, String(seen.lines));
  });

  test("writes documents with their version, and streams line by line", async () => {
    const document = memoryOutput();
    await writeAnswer({ text: () => [], json: () => ({ a: [1] }) }, plainPage(), true, document);
    assert.equal(document.text(), '{\n  "schemaVersion": 1,\n  "a": [\n    1\n  ]\n}\n');
    const stream = memoryOutput();
    await writeAnswer(
      { text: () => [], json: { lines: () => [{ a: 1 }, { a: 2 }] } },
      plainPage(),
      true,
      stream,
    );
    assert.equal(stream.text(), '{"schemaVersion":1,"a":1}\n{"schemaVersion":1,"a":2}\n');
  });

  test("writes lines that come one by one", async () => {
    const output = memoryOutput();
    const text = async function* (): AsyncGenerator<string> {
      yield "a";
      await Promise.resolve();
      yield "b";
    };
    await writeAnswer({ text, json: () => ({}) }, plainPage(), false, output);
    assert.equal(output.text(), "a\nb\n");
  });
});
