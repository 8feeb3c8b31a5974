import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { tailLogs } from "../../../src/cli/progress/tail.ts";
import type { LogLine, RunRecord } from "../../../src/model/events/record.ts";
import { handClock, openTestHost } from "../support/host.ts";

const turns = async () => {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A run whose lines and state are written by hand, and what its tail gave so far. */
function open(status: RunRecord["status"] = "running") {
  const clock = handClock();
  const host = openTestHost({ clock });
  const state = { status, lines: [] as LogLine[], looks: 0 };
  const orchestrator = {
    run: () => Promise.resolve({ id: "r", status: state.status } as RunRecord),
    logs: (_: string, { after = 0 }: { readonly after?: number } = {}) => {
      state.looks++;
      return Promise.resolve(state.lines.filter(({ seq }) => seq > after));
    },
  };
  const tail = tailLogs(orchestrator, "r", {}, host);
  const seen: string[] = [];
  const ended = (async () => {
    for await (const { message } of tail.lines) seen.push(message);
  })();
  const say = (...messages: readonly string[]) => {
    for (const message of messages) state.lines.push({ seq: state.lines.length + 1, message } as LogLine);
  };
  return { clock, host, state, tail, seen, ended, say };
}

describe("a tail", () => {
  test("gives what is there, then what comes, each line once, and ends with the run", async () => {
    const { clock, state, tail, seen, ended, say } = open();
    say("a", "b");
    await turns();
    assert.deepEqual(seen, ["a", "b"]);
    say("c");
    await turns();
    assert.deepEqual(seen, ["a", "b"]);
    clock.advance(200);
    await turns();
    assert.deepEqual(seen, ["a", "b", "c"]);
    say("d");
    state.status = "success";
    clock.advance(200);
    await ended;
    assert.deepEqual([seen, tail.exitCode()], [["a", "b", "c", "d"], undefined]);
  });

  test("of a run that is over gives its lines and ends", async () => {
    for (const status of ["success", "failed", "canceled", "interrupted"] as const) {
      const { state, seen, ended, say } = open(status);
      say("a");
      await ended;
      assert.deepEqual([seen, state.looks], [["a"], 1]);
    }
  });

  test("ends at a signal, at once, and lets go of signals", async () => {
    const { host, tail, state, ended } = open();
    await turns();
    host.send("SIGINT");
    await ended;
    assert.equal(tail.exitCode(), 130);
    const { looks } = state;
    host.send("SIGTERM");
    assert.deepEqual([tail.exitCode(), state.looks], [130, looks]);
  });
});
