import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { openNotes } from "../../../src/cli/host/notes.ts";
import { followProgress } from "../../../src/cli/progress/follow.ts";
import type { SluiceEvent } from "../../../src/model/events/event.ts";
import { handClock, memoryOutput } from "../support/host.ts";
import { plainPage } from "../support/pages.ts";
import { eventOf, tableOf } from "./support.ts";

function open(isLive: boolean) {
  const clock = handClock();
  const output = memoryOutput(80);
  const notes = openNotes({ output, page: plainPage(80), isQuiet: false, isLive });
  let send: (events: Iterable<SluiceEvent>) => void = () => {};
  let isSubscribed = true;
  const orchestrator = {
    subscribe(listener: typeof send) {
      send = listener;
      return () => {
        isSubscribed = false;
      };
    },
  };
  const progress = followProgress(orchestrator, 4, notes, clock);
  return {
    clock,
    output,
    progress,
    send: (...events: SluiceEvent[]) => send(events),
    isSubscribed: () => isSubscribed,
  };
}

const created = eventOf("run_created", {
  payload: { steps: tableOf(["days", 3], ["report", 0]), tags: {}, config: {} },
});
const error = { name: "TypeError", message: "no\u001b[2J way" };

describe("followProgress without a person", () => {
  test("says one line per change", () => {
    const { output, send } = open(false);
    send(
      created,
      eventOf("run_started"),
      eventOf("step_started", { step: 0, atMs: 10 }),
      eventOf("step_succeeded", { step: 0, atMs: 25 }),
      eventOf("step_retrying", { step: 1, payload: { error, delayMs: 1_500 } }),
      eventOf("step_failed", { step: 1, payload: { error } }),
      eventOf("step_skipped", { step: 2, payload: { reason: "no rows" } }),
      eventOf("step_upstream_failed", { step: 3, payload: { cause: 1, via: 1 } }),
      eventOf("run_finished", { payload: { status: "failed" } }),
    );
    assert.deepEqual(output.text().split("\n"), [
      "started  run r1",
      "ok       days p0  15 ms",
      "retry    days p1  in 1.5 s: TypeError: no\\u{1b}[2J way",
      "failed   days p1  TypeError: no\\u{1b}[2J way",
      "skipped  days p2  no rows",
      "upstream report",
      "finished run r1  failed",
      "",
    ]);
  });

  test("gives a sign of life after 30 s without a change, and again", () => {
    const { clock, output, send, progress } = open(false);
    send(created, eventOf("step_succeeded", { step: 0 }));
    clock.advance(29_999);
    assert.equal(output.text(), "ok       days p0\n");
    clock.advance(1);
    assert.match(output.text(), /\nrunning {2}1\/4 {2}0\.0\/s/);
    clock.advance(60_000);
    assert.equal(output.text().match(/running/g)?.length, 3);
    progress.stop();
    clock.advance(60_000);
    assert.equal(output.text().match(/running/g)?.length, 3);
  });
});

describe("followProgress before a person", () => {
  test("redraws one line, at most ten times a second, and leaves nothing behind", () => {
    const { clock, output, send, progress, isSubscribed } = open(true);
    send(created, eventOf("step_succeeded", { step: 0 }));
    send(eventOf("step_succeeded", { step: 1 }));
    assert.equal(output.text().match(/%/g)?.length, 1);
    clock.advance(100);
    assert.match(output.text(), / 50% {2}2\/4$/);
    assert.equal(output.text().match(/%/g)?.length, 2);
    send(eventOf("step_failed", { step: 2, payload: { error } }));
    assert.match(output.text(), /failed {3}days p2 {2}TypeError[^\n]*\n[^\n]* 50%/);
    progress.stop();
    assert.ok(output.text().endsWith("\r\u001b[2K"));
    assert.equal(isSubscribed(), false);
  });
});
