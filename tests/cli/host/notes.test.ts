import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openNotes } from "../../../src/cli/host/notes.ts";
import { memoryOutput } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

function open(options: { isQuiet?: boolean; isLive?: boolean } = {}) {
  const output = memoryOutput(40);
  const notes = openNotes({ output, page: plainPage(20), isQuiet: false, isLive: true, ...options });
  return { output, notes };
}
const clear = "\r\u001b[2K";

describe("notes", () => {
  test("keep the changing line below everything else", async () => {
    const { output, notes } = open();
    notes.status("50%");
    notes.note("a step failed");
    notes.status("60%");
    notes.status("60%");
    notes.status(undefined);
    notes.note("done");
    await notes.flush();
    assert.equal(output.text(), `50%${clear}a step failed\n50%${clear}60%${clear}done\n`);
  });

  test("put what user code prints above the changing line, whole lines or not", () => {
    const { output, notes } = open();
    notes.pass("no line\n");
    notes.status("50%");
    notes.pass("half a line");
    assert.equal(output.text(), `no line\n50%${clear}half a line\n50%`);
  });

  test("cut the changing line to less than the width, so that it never wraps", () => {
    const { output, notes } = open();
    notes.status("x".repeat(50));
    assert.equal(output.text(), `${"x".repeat(16)}...`);
  });

  test("have no changing line where nothing can be redrawn", () => {
    const { output, notes } = open({ isLive: false });
    notes.status("50%");
    notes.note("a", "b");
    assert.equal(output.text(), "a\nb\n");
  });

  test("are quiet when asked to, but for alerts", () => {
    const { output, notes } = open({ isQuiet: true });
    notes.status("50%");
    notes.note("a");
    notes.alert("b");
    assert.equal(output.text(), "b\n");
    assert.equal(notes.isLive, false);
  });
});
