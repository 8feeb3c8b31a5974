import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { watchInterruption } from "../../../src/cli/host/interrupt.ts";
import { openNotes } from "../../../src/cli/host/notes.ts";
import { handClock, openTestHost } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";

function open(timeoutMs?: number) {
  const clock = handClock();
  const host = openTestHost({ clock });
  const notes = openNotes({ output: host.stderr, page: plainPage(), isQuiet: true, isLive: false });
  return { clock, host, watch: watchInterruption({ timeoutMs, graceMs: 30_000 }, host, notes) };
}

describe("watchInterruption", () => {
  test("aborts at the first signal, says how to go on, and ends the process at the second", () => {
    const { host, watch } = open();
    assert.equal(watch.exitCode(), undefined);
    host.send("SIGINT");
    assert.deepEqual([watch.signal.aborted, watch.exitCode(), host.exits], [true, 130, []]);
    assert.match(
      host.stderr.text(),
      /Canceling: .*Ctrl-C once more ends the process at once; `sluice recover`/,
    );
    host.send("SIGTERM");
    assert.deepEqual(host.exits, [143]);
  });

  test("knows SIGTERM from Ctrl-C", () => {
    const { host, watch } = open();
    host.send("SIGTERM");
    watch.end();
    assert.equal(watch.exitCode(), 143);
  });

  test("aborts when the time is over", () => {
    const { clock, host, watch } = open(5_000);
    clock.advance(4_999);
    assert.equal(watch.signal.aborted, false);
    clock.advance(1);
    assert.deepEqual([watch.signal.aborted, watch.exitCode()], [true, 4]);
    assert.match(host.stderr.text(), /takes longer than 5\.0 s/);
  });

  test("ends the process when steps do not stop in time", () => {
    const { clock, host } = open(5_000);
    clock.advance(5_000 + 29_999);
    assert.deepEqual(host.exits, []);
    clock.advance(1);
    assert.deepEqual(host.exits, [4]);
    assert.match(
      host.stderr.text(),
      /Steps still run after 30 s; ending without them\. `sluice recover` finishes/,
    );
  });

  test("hears nothing after its end", () => {
    const { clock, host, watch } = open(5_000);
    watch.end();
    host.send("SIGINT");
    clock.advance(10_000);
    assert.deepEqual([watch.signal.aborted, host.exits], [false, []]);
  });
});
