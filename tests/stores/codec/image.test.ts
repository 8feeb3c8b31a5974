import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import { Ledger } from "../../../src/model/events/ledger.ts";
import { describeLedger } from "../../../src/model/events/ledger/describe.ts";
import {
  type ImageChanges,
  ImageWriter,
  type ListRow,
  restoreLists,
  restoreSegment,
} from "../../../src/stores/codec/image.ts";
import type { SegmentRow } from "../../../src/stores/codec/segment.ts";
import { NumberReader, NumberWriter } from "../../../src/stores/codec/varint.ts";
import { days, failed, finished, names, Scribe, succeeded, tableOf } from "../../model/events/support.ts";

const SEED = 20_260_502;

/** What a file would hold of an image. */
class Shelf {
  readonly #lists = new Map<string, ListRow>();
  readonly #segments = new Map<number, SegmentRow>();
  redoSeq = 0;

  put({ lists, segments, dropped, redoSeq }: ImageChanges): void {
    for (const sheet of dropped) {
      for (const id of [...this.#segments.keys()]) {
        if (Math.floor(id / 2 ** 22) === sheet) this.#segments.delete(id);
      }
    }
    for (const row of lists) this.#lists.set(`${row.name} ${row.part}`, structuredClone(row));
    for (const row of segments) this.#segments.set(row.id, structuredClone(row));
    this.redoSeq = redoSeq;
  }

  restore(): Ledger {
    const ledger = new Ledger();
    restoreLists(ledger, [...this.#lists.values()]);
    for (const row of this.#segments.values()) restoreSegment(ledger, row);
    return ledger;
  }

  get bytes(): number {
    return [...this.#segments.values()].reduce(
      (sum, { cells, texts }) => sum + cells.length + (texts?.length ?? 0),
      0,
    );
  }
}

/** Collects until there is nothing left. */
function store(image: ImageWriter, shelf: Shelf, bytes = 1 << 20): number {
  let rounds = 0;
  for (let changes = image.collect(bytes, 0); changes; changes = image.collect(bytes, 0)) {
    shelf.put(changes);
    rounds++;
  }
  return rounds;
}

/** A history with all that a row can hold. */
function play(ledger: Ledger, scribe: Scribe, picks: readonly number[]): void {
  picks.forEach((pick, index) => {
    const id = `run ${scribe.seq}`;
    const partitions = [undefined, days(`2026-01-0${1 + pick % 9}`, 1 + pick), names(`n${pick}`, "x"), {
      kind: "multi" as const,
      dimensions: ["d", "n"],
      runs: [{ outer: days("2026-01-01", 1 + pick % 3), inner: names("x", `n${pick}`) }],
    }][index % 4];
    const table = tableOf([{
      step: `asset ${pick % 3}`,
      codeVersion: `v${pick % 2}`,
      ...(partitions && { partitions }),
    }]);
    ledger.apply(scribe.create(id, table));
    for (let step = 0; step < Math.min(3, table.count); step++) {
      const how = (pick + step) % 5;
      if (how === 0) ledger.apply(scribe.write(id, ...failed(step)));
      else {
        const output = [{}, { unchanged: true as const }, { dataVersion: "same" }, {
          dataVersion: `own ${pick}`,
        }][how - 1];
        ledger.apply(scribe.write(id, ...succeeded(step, { outputs: [output] })));
      }
    }
    ledger.apply(scribe.write(id, finished("success")));
    const keys = [`k${pick}`, `k${pick + 1}`];
    ledger.apply(
      scribe.write("", [pick % 2 ? "partitions_added" : "partitions_removed", undefined, {
        name: "dyn",
        keys,
      }]),
    );
    if (pick % 4 === 0) {
      ledger.apply(
        scribe.write("", ["asset_reported", undefined, { asset: "asset 1", dataVersion: "told" }]),
      );
    }
    if (pick % 7 === 0) ledger.apply(scribe.write("", ["asset_wiped", undefined, { asset: "asset 2" }]));
  });
}

describe("the image of a ledger", () => {
  const picks = fc.array(fc.nat(30), { minLength: 1, maxLength: 25 });

  test("gives back the same ledger, stored at once or in many small pieces", () => {
    fc.assert(
      fc.property(picks, picks, fc.constantFrom(1, 50, 400, 1 << 20), (first, second, bytes) => {
        const ledger = new Ledger();
        const scribe = new Scribe();
        const image = new ImageWriter(ledger, 0);
        const shelf = new Shelf();
        play(ledger, scribe, first);
        store(image, shelf, bytes);
        assert.equal(shelf.redoSeq, scribe.seq);
        assert.deepEqual(describeLedger(shelf.restore()), describeLedger(ledger));
        play(ledger, scribe, second);
        store(image, shelf, bytes);
        assert.deepEqual(describeLedger(shelf.restore()), describeLedger(ledger));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test("goes on from what was restored", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const shelf = new Shelf();
    play(ledger, scribe, [1, 2, 3, 4, 5, 6]);
    store(new ImageWriter(ledger, 0), shelf);
    const restored = shelf.restore();
    restored.seq = scribe.seq;
    const image = new ImageWriter(restored, shelf.redoSeq);
    assert.equal(image.collect(1 << 20, 0), undefined);
    const again = new Scribe(scribe.seq);
    play(restored, again, [9, 8, 7]);
    store(image, shelf);
    play(ledger, scribe, [9, 8, 7]);
    assert.deepEqual(describeLedger(shelf.restore()), describeLedger(ledger));
  });

  test("collects again what could not be stored", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const image = new ImageWriter(ledger, 0);
    const shelf = new Shelf();
    play(ledger, scribe, [3, 1, 4, 1, 5, 9, 2, 6]);
    for (let n = 0; n < 3; n++) {
      const lost = image.collect(300, 0);
      assert.ok(lost);
      image.takeBack(lost);
    }
    store(image, shelf, 300);
    assert.deepEqual(describeLedger(shelf.restore()), describeLedger(ledger));
  });

  test("waits until something is old enough", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const image = new ImageWriter(ledger, 0);
    ledger.apply(scribe.wholeRun("r1", tableOf([{ step: "a" }])));
    assert.equal(image.collect(1 << 20, 100), undefined);
    ledger.apply(scribe.wholeRun("r2", tableOf(Array.from({ length: 100 }, (_, n) => ({ step: `b${n}` })))));
    const changes = image.collect(1 << 20, 100);
    assert.equal(changes?.segments.length, 1);
    assert.ok((changes?.redoSeq ?? 0) < scribe.seq);
  });

  test("is small: some ten bytes for each partition", () => {
    const scribe = new Scribe();
    const ledger = new Ledger();
    const shelf = new Shelf();
    ledger.apply(
      scribe.wholeRun(
        "a run with a name of usual length 0123",
        tableOf([{ step: "a", partitions: days("2000-01-01", 9_600) }]),
      ),
    );
    store(new ImageWriter(ledger, 0), shelf);
    assert.ok(shelf.bytes < 9_600 * 12, `${shelf.bytes} bytes`);
  });
});

test("numbers of any size come back", () => {
  const unsigned = fc.maxSafeNat();
  const signed = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
  fc.assert(
    fc.property(fc.array(unsigned), fc.array(signed), (naturals, integers) => {
      const writer = new NumberWriter();
      for (let round = 0; round < 2; round++) {
        for (const value of naturals) writer.put(value);
        for (const value of integers) writer.putSigned(value);
        const reader = new NumberReader(writer.take());
        assert.deepEqual(naturals.map(() => reader.take()), naturals);
        assert.deepEqual(integers.map(() => reader.takeSigned() + 0), integers.map((value) => value + 0));
        assert.throws(() => reader.take(), RangeError);
      }
    }),
    { seed: SEED },
  );
});
