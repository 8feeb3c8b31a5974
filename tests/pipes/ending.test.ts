/** How a session ends when its program does, by itself or by a signal. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { start } from "../support/child.ts";
import { inFolder } from "../support/folder.ts";
import { handOver, parseMessages, type Received } from "./support.ts";

/** What Dagster has received when the program has ended, and how that was. */
async function end(
  name: string,
  { signal, messages }: { signal?: "SIGINT" | "SIGTERM"; messages?: Record<string, unknown> } = {},
): Promise<{ received: Received[]; code: number | undefined; stdout: string; stderr: string }> {
  return await inFolder(async (folder) => {
    const dagster = handOver(folder, {}, messages);
    const child = start("tests/pipes/ending_child.ts", [name], dagster.variables);
    if (signal) {
      while (!child.output().includes("ready")) await new Promise((resolve) => setTimeout(resolve, 10));
      child.kill(signal);
    }
    return { ...await child.ended, received: dagster.received() };
  });
}

describe("the end of a program", () => {
  test("closes a session that is open", async () => {
    const { received, code } = await end("opened");
    assert.deepEqual(received.map(({ method, params }) => [method, params]), [["opened", { extras: {} }], [
      "closed",
      {},
    ]]);
    assert.equal(code, 0);
  });

  for (const [name, message] of [["crash", "Error: crash\n"], ["using", "Error: inside\n"]]) {
    test(`by an error tells the error: ${name}`, async () => {
      const { received, code } = await end(name);
      assert.equal(received.at(-1)?.params.exception.message, message);
      assert.equal(code, 1);
    });
  }

  test("is not meant by an error that is caught outside of the block", async () => {
    const { received, code } = await end("caught");
    assert.deepEqual([received.at(-1), code], [{ ...received.at(-1), method: "closed", params: {} }, 0]);
  });

  test("by an exit code tells the code", async () => {
    const { received, code } = await end("exit");
    assert.match(received.at(-1)?.params.exception.message, /exit code 7/);
    assert.equal(code, 7);
  });
});

describe("a signal", () => {
  for (const name of ["deaf", "listening", "stubborn"]) {
    test(`ends the program with the reason: ${name}`, async () => {
      const { received, code } = await end(name, { signal: name === "deaf" ? "SIGTERM" : "SIGINT" });
      assert.match(
        received.at(-1)?.params.exception.message,
        /INTERRUPTED: The process has received SIG(INT|TERM)/,
      );
      assert.notEqual(code, 0);
    });
  }
});

describe("what is printed", () => {
  test("goes along in order when Dagster's reader asks for it, and is printed all the same", async () => {
    const { received, stdout, stderr } = await end("prints", {
      messages: { include_stdio_in_messages: true },
    });
    assert.deepEqual(
      received.slice(0, 3).map(({ method, params }) => [method, params.text ?? params.message]),
      [
        ["opened", undefined],
        ["log_external_stream", "one 1\n"],
        ["log", "two"],
      ],
    );
    const text = (stream: string): string =>
      received.filter(({ params }) => params.stream === stream).map(({ params }) => params.text).join("");
    assert.equal(text("stdout"), "one 1\n\u00e9\n");
    assert.ok(text("stderr") === `${"x".repeat(5000)}\n` && stderr === text("stderr"));
    assert.match(stdout, /^one 1\n/);
  });

  for (const key of ["stdio", "buffered_stdio"]) {
    test(`and messages share a stream without tearing each other: ${key}`, async () => {
      const { stdout, code } = await end("pipe", { messages: { path: undefined, [key]: "stdout" } });
      assert.equal(code, 0);
      const lines = stdout.split("\n").slice(0, -1);
      assert.equal(lines.filter((line) => /^between \d+$/.test(line)).length, 300);
      const received = parseMessages(stdout).filter(({ method }) => method === "report_custom_message");
      assert.deepEqual(
        received.map(({ params }) => params.payload),
        Array.from({ length: 300 }, (_, index) => [index, "\u00e9".repeat(index * 10)]),
      );
      if (key === "buffered_stdio") assert.match(lines.at(-1) ?? "", /"method":"closed"/);
    });
  }
});
