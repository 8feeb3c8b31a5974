import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import type { EventBatch } from "../../src/model/events/batch.ts";
import { EVENT_KINDS } from "../../src/model/events/event.ts";
import { systemClock } from "../../src/model/ports.ts";
import { Pace } from "../../src/runtime/pace.ts";
import { type EventSink, Recorder } from "../../src/runtime/recorder.ts";
import { deferred } from "./support.ts";

const { step_started: STARTED } = EVENT_KINDS;

/** A sink that notes what each call brought. */
function openSink(append: (batches: readonly EventBatch[]) => Promise<void> = async () => {}) {
  const calls: (readonly EventBatch[])[] = [];
  const sink: EventSink = {
    lastSeq: 41,
    append: (batches) => {
      calls.push(batches);
      return append(batches);
    },
  };
  const errors: unknown[] = [];
  return {
    calls,
    errors,
    recorder: new Recorder(sink, new Pace(systemClock), (error) => errors.push(error)),
  };
}

describe("Recorder", () => {
  test("commits what all runs have pushed in a turn at once, numbered on from the store", async () => {
    const { calls, recorder } = openSink();
    const [a, b] = [recorder.open("a"), recorder.open("b")];
    a.push(STARTED, 0, 1);
    b.push(STARTED, 0, 1);
    a.push(STARTED, 1, 1);
    await Promise.all([a.flush(), b.flush()]);
    assert.deepEqual(
      calls.map((batches) => batches.map((batch) => [batch.runId, ...[...batch].map(({ seq }) => seq)])),
      [[["a", 42, 44], ["b", 43]]],
    );
    b.push(STARTED, 1, 1);
    await recorder.flush();
    assert.deepEqual([calls.length, [...calls[1][0]][0].seq], [2, 45]);
  });

  test("commits early when there is much", async () => {
    const { calls, recorder } = openSink();
    const tape = recorder.open("a");
    for (let step = 0; step < 10_000; step++) tape.push(STARTED, step, 1);
    assert.deepEqual(calls.map(([batch]) => batch.size), [2_048, 2_048, 2_048, 2_048]);
    await tape.flush();
    assert.deepEqual(calls.map(([batch]) => batch.size), [2_048, 2_048, 2_048, 2_048, 1_808]);
  });

  test("says that it is pressed until the store has caught up", async () => {
    const gate = deferred();
    const { recorder } = openSink(() => gate.promise);
    const tape = recorder.open("a");
    for (let step = 0; step < 70_000; step++) tape.push(STARTED, step, 1);
    assert.equal(recorder.isPressed, true);
    gate.resolve();
    await recorder.relief();
    await tape.flush();
    assert.equal(recorder.isPressed, false);
  });

  test("calls subscribers after the commit, in order, and before those who wait for it go on", async () => {
    const gates = [deferred(), deferred()];
    let call = 0;
    const { recorder } = openSink(() => gates[call++].promise);
    const seen: number[] = [];
    recorder.subscribe((batches) =>
      seen.push(...batches.flatMap((batch) => [...batch].map(({ seq }) => seq)))
    );
    const tape = recorder.open("a");
    tape.push(STARTED, 0, 1);
    await recorder.pace.turn();
    tape.push(STARTED, 1, 1);
    await recorder.pace.turn();
    gates[1].resolve();
    await recorder.pace.turn();
    assert.deepEqual(seen, []);
    const flushed = tape.flush().then(() => [...seen]);
    gates[0].resolve();
    assert.deepEqual(await flushed, [42, 43]);
  });

  test("is not hurt by subscribers that throw, reject or leave", async () => {
    const { errors, recorder } = openSink();
    const seen: string[] = [];
    recorder.subscribe(() => {
      throw new Error("one");
    });
    recorder.subscribe(() => Promise.reject(new Error("two")));
    const leave = recorder.subscribe(() => seen.push("leaver"));
    recorder.subscribe(() => seen.push("stayer"));
    const tape = recorder.open("a");
    tape.push(STARTED, 0, 1);
    await tape.flush();
    leave();
    tape.push(STARTED, 1, 1);
    await tape.flush();
    assert.deepEqual(seen, ["leaver", "stayer", "stayer"]);
    assert.deepEqual(errors.map((error) => (error as Error).message), ["one", "two", "one", "two"]);
  });

  test("fails the tapes of a batch that could not be committed, and no others", async () => {
    let isBroken = true;
    const { calls, recorder } = openSink(async () => {
      if (isBroken) throw new Error("disk full");
    });
    const heard: unknown[] = [];
    const bad = recorder.open("bad", (error) => heard.push((error as Error).message));
    bad.push(STARTED, 0, 1);
    await assert.rejects(bad.flush(), /disk full/);
    isBroken = false;
    const good = recorder.open("good");
    bad.push(STARTED, 1, 1);
    good.push(STARTED, 0, 1);
    await good.flush();
    await assert.rejects(bad.flush(), /disk full/);
    assert.deepEqual(heard, ["disk full"]);
    assert.deepEqual(calls[1].map(({ runId }) => runId), ["good"]);
  });

  test("drops what is pushed to a tape that is closed", async () => {
    const { calls, recorder } = openSink();
    const tape = recorder.open("a");
    tape.close();
    tape.push(STARTED, 0, 1);
    await recorder.flush();
    assert.deepEqual(calls, []);
  });
});
