import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import { EventBatch } from "../../../src/model/events/batch.ts";
import { EVENT_KINDS } from "../../../src/model/events/event.ts";
import {
  CHUNK_EVENTS,
  type ChunkRow,
  CONTENTS,
  packChunk,
  unpackChunk,
} from "../../../src/stores/codec/chunk.ts";
import {
  EVENT_COLUMNS,
  type EventRow,
  type EventValues,
  fromEventRows,
  pushEvent,
} from "../../../src/stores/codec/event_row.ts";

const SEED = 20_260_501;
const text = (_: number, payload: unknown) => JSON.stringify(payload);

const event = fc.record({
  kind: fc.constantFrom(...Object.values(EVENT_KINDS)),
  attempt: fc.nat(2 ** 23 - 1),
  step: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  seqGap: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 9 }), weight: 9 }, fc.constant(2 ** 32)),
  msGap: fc.oneof(
    { arbitrary: fc.integer({ min: -5, max: 50 }), weight: 9 },
    fc.constantFrom(-(2 ** 33), 2 ** 33),
  ),
  payload: fc.option(fc.jsonValue().filter((value) => value !== null), { nil: undefined }),
});
const batches = fc.array(event, { minLength: 1, maxLength: 60 }).map((events) => {
  const batch = new EventBatch("r", 1);
  let seq = 0;
  let atMs = 1_700_000_000_000;
  for (const { kind, attempt, step, seqGap, msGap, payload } of events) {
    batch.push(kind, step, attempt, seq += seqGap, atMs += msGap, payload);
  }
  return batch;
});

function pack(batch: EventBatch): ChunkRow[] {
  const chunks: ChunkRow[] = [];
  for (let from = 0; from < batch.size; from += chunks[chunks.length - 1].size) {
    chunks.push(packChunk(batch, 7, from, text));
  }
  return chunks;
}

describe("a packed chunk", () => {
  test("gives back every event, however far apart they lie", () => {
    fc.assert(
      fc.property(batches, fc.nat(3), (batch, shift) => {
        const chunks = pack(batch);
        const events = chunks.flatMap((chunk) => {
          const bytes = new Uint8Array(chunk.events.length + shift);
          bytes.set(chunk.events, shift);
          return [...unpackChunk({ ...chunk, events: bytes.subarray(shift) }, "r")];
        });
        assert.deepEqual(events, [...batch].map((each) => ({ ...each, payload: throughJson(each.payload) })));
        assert.deepEqual(
          chunks.map(({ id }) => id),
          chunks.map((chunk) => [...unpackChunk(chunk, "r")][0].seq),
        );
        for (const { run, last_seq, events } of chunks) {
          assert.equal(run, 7);
          assert.ok(last_seq <= batch.seqAt(batch.size - 1));
          assert.equal(events.length % 16, 0);
        }
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test("takes 16 bytes an event, and no more events or text than it may", () => {
    const plain = new EventBatch("r");
    for (let n = 0; n < 10_000; n++) plain.push(10 + n % 2, n >> 1, 1, n + 1, 1_000 + n);
    assert.deepEqual(pack(plain).map(({ size, events, payloads }) => [size, events.length, payloads]), [
      [CHUNK_EVENTS, 65_536, null],
      [CHUNK_EVENTS, 65_536, null],
      [1_808, 28_928, null],
    ]);
    const long = new EventBatch("r");
    for (let n = 0; n < 1_000; n++) long.push(EVENT_KINDS.step_log, 0, 1, n + 1, 0, "x".repeat(1_000));
    const chunks = pack(long);
    assert.ok(chunks.every(({ payloads }) => (payloads?.length ?? 0) < 140_000));
    assert.equal(chunks.reduce((sum, { size }) => sum + size, 0), 1_000);
  });

  test("says what it holds, and drops fractions of a millisecond", () => {
    const batch = new EventBatch("r");
    batch.push(EVENT_KINDS.step_started, 0, 1, 1, 10.7);
    batch.push(EVENT_KINDS.step_log, 0, 1, 2, 11.9, {});
    batch.push(EVENT_KINDS.step_succeeded, 0, 1, 3, 12.2);
    const [chunk] = pack(batch);
    assert.equal(chunk.contents, CONTENTS.logs | CONTENTS.makings);
    assert.deepEqual([...unpackChunk(chunk, "r")].map(({ atMs }) => atMs), [10, 11, 12]);
    assert.equal(packChunk(batch, 1, 0, text).contents & CONTENTS.checks, 0);
  });
});

describe("events as rows", () => {
  test("come back as they were", () => {
    fc.assert(
      fc.property(batches, (batch) => {
        const values: EventValues = [];
        for (let row = 0; row < batch.size; row++) pushEvent(values, batch, row, 3, text);
        assert.equal(values.length, batch.size * EVENT_COLUMNS);
        const rows = Array.from(
          { length: batch.size },
          (_, row) => values.slice(row * EVENT_COLUMNS, (row + 1) * EVENT_COLUMNS) as EventRow,
        );
        const back = fromEventRows(rows, "r", (_, payload) => payload);
        assert.deepEqual(
          [...back],
          [...batch].map((each) => ({ ...each, payload: throughJson(each.payload) })),
        );
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test("can be read by their names", () => {
    const values: EventValues = [];
    const batch = new EventBatch("r");
    batch.push(EVENT_KINDS.step_failed, 4, 2, 9, 1_000.5, { error: { name: "E", message: "no" } });
    pushEvent(values, batch, 0, 3, text);
    assert.deepEqual(values, [9, 3, 1_000, "step_failed", 4, 2, '{"error":{"name":"E","message":"no"}}']);
  });
});

function throughJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}
