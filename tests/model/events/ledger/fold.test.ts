import assert from "node:assert/strict";
import { describe, test } from "bun:test";
import fc from "fast-check";
import type { EventBatch } from "../../../../src/model/events/batch.ts";
import { Ledger } from "../../../../src/model/events/ledger.ts";
import type { StepTable } from "../../../../src/model/events/step_table.ts";
import {
  dailyPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
} from "../../../../src/model/partitions/definition.ts";
import { eachIdentity } from "../../../../src/model/partitions/identities.ts";
import { openSpace, type PartitionSpace } from "../../../../src/model/partitions/space.ts";
import { encodeSubset, type PartitionIdentity } from "../../../../src/model/partitions/stored.ts";
import { fullSubset, subsetOf } from "../../../../src/model/partitions/subset.ts";
import { type Entry, Scribe, tableOf } from "../support.ts";

const SEED = 20_260_405;

function open(partitions: Partitions): PartitionSpace {
  return openSpace(partitions, { nowMs: Date.UTC(2026, 0, 31), dynamicKeys: () => [] });
}

/** What a partition is known for, worked out event by event with one object each. */
interface OracleCell {
  seq: number;
  changedSeq: number;
  readSeq: number;
  version: string | undefined;
  runId: string | undefined;
  failed: boolean;
}

class Oracle {
  readonly cells = new Map<string, OracleCell>();

  static nameOf(asset: string, identity: PartitionIdentity): string {
    return JSON.stringify([asset, identity]);
  }

  make(
    name: string,
    seq: number,
    readSeq: number,
    runId: string | undefined,
    version: string,
    unchanged = false,
  ): void {
    const old = this.cells.get(name);
    const keeps = old?.version !== undefined && (unchanged || old.version === version);
    this.cells.set(name, {
      seq,
      readSeq,
      runId,
      changedSeq: keeps ? old.changedSeq : seq,
      version: keeps ? old.version : version,
      failed: false,
    });
  }

  fail(name: string): void {
    const old = this.cells.get(name);
    if (old) old.failed = true;
    else {this.cells.set(name, {
        seq: 0,
        changedSeq: 0,
        readSeq: 0,
        version: undefined,
        runId: undefined,
        failed: true,
      });}
  }
}

describe("the fold", () => {
  const kinds: readonly Partitions[] = [
    dailyPartitions({ start: "2026-01-01", timezone: "America/New_York" }),
    staticPartitions(Array.from({ length: 150 }, (_, index) => `k${index}`)),
    multiPartitions({
      a: staticPartitions(["x", "y", "z"]),
      b: dailyPartitions({ start: "2026-01-10" }),
      c: staticPartitions(["p", "q"]),
    }),
  ];
  const outcome = fc.constantFrom("plain", "same", "unchanged", "failed", "skipped", "wiped", "none");
  const runOf = fc.record({
    kind: fc.nat(kinds.length - 1),
    asset: fc.constantFrom("one", "two"),
    picks: fc.array(fc.nat(1_000), { minLength: 1, maxLength: 40 }),
    chunkSize: fc.constantFrom(1, 1, 3),
    outcomes: fc.array(outcome, { minLength: 40, maxLength: 40 }),
  });

  test("equals a plain map of objects, through facts taken at any time", () => {
    fc.assert(
      fc.property(fc.array(runOf, { minLength: 1, maxLength: 8 }), (runs) => {
        const spaces = kinds.map((partitions) => open(partitions));
        const ledger = new Ledger();
        const scribe = new Scribe();
        const oracle = new Oracle();
        runs.forEach(({ kind, asset, picks, chunkSize, outcomes }, number) => {
          const space = spaces[kind];
          const subset = subsetOf(picks.map((pick) => pick % space.size));
          const partitions = encodeSubset(kinds[kind], space, subset);
          const table: StepTable = tableOf([{ step: asset, partitions, chunkSize }]);
          const runId = `run${number}`;
          ledger.apply(scribe.create(runId, table));
          for (let step = 0; step < table.count; step++) {
            const cells = table.identities(step).map((identity) => Oracle.nameOf(asset, identity));
            const batch = play(scribe, oracle, runId, step, cells, outcomes[step]);
            if (batch) ledger.apply(batch);
            if (outcomes[step] === "wiped") {
              const [identity] = [...eachIdentity(partitions)].slice(step * chunkSize);
              const wiped = encodeSubset(kinds[kind], space, subsetOf([subset.at(step * chunkSize)]));
              ledger.apply(scribe.write("", ["asset_wiped", undefined, { asset, partitions: wiped }]));
              oracle.cells.delete(Oracle.nameOf(asset, identity));
            }
          }
          if (number % 2 === 0) compare(ledger, oracle, spaces, kinds);
        });
        compare(ledger, oracle, spaces, kinds);
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  function play(
    scribe: Scribe,
    oracle: Oracle,
    runId: string,
    step: number,
    cells: string[],
    how: string,
  ): EventBatch | undefined {
    if (how === "none" || how === "wiped") return undefined;
    const start: Entry = ["step_started", step];
    const readSeq = scribe.seq + 1;
    const seq = scribe.seq + 2;
    if (how === "failed") {
      cells.forEach((cell) => oracle.fail(cell));
      return scribe.write(runId, start, ["step_failed", step, { error: { name: "E", message: "" } }]);
    }
    if (how === "skipped") return scribe.write(runId, start, ["step_skipped", step, { reason: "" }]);
    const record = { same: { dataVersion: "same" }, unchanged: { unchanged: true } }[how];
    for (const cell of cells) {
      oracle.make(
        cell,
        seq,
        readSeq,
        runId,
        how === "same" ? "same" : `${runId}/${step}`,
        how === "unchanged",
      );
    }
    return scribe.write(runId, start, ["step_succeeded", step, record && { outputs: [record] }]);
  }

  function compare(
    ledger: Ledger,
    oracle: Oracle,
    spaces: readonly PartitionSpace[],
    of: readonly Partitions[],
  ): void {
    const facts = ledger.facts();
    for (const asset of ["one", "two"]) {
      spaces.forEach((space, kind) => {
        const found = facts.asset(asset, space);
        const all = [...eachIdentity(encodeSubset(of[kind], space, fullSubset(space.size)))];
        const cells = all.map((identity) => oracle.cells.get(Oracle.nameOf(asset, identity)));
        const where = (test: (cell: OracleCell) => boolean) =>
          cells.flatMap((cell, index) => cell && test(cell) ? [index] : []);
        const made = where((cell) => cell.version !== undefined);
        assert.deepEqual([...found.materialized.indices()], made);
        assert.deepEqual([...found.failed.indices()], where((cell) => cell.failed));
        const middle = facts.seq / 2;
        assert.deepEqual(
          [...found.changedAfter(middle).indices()],
          where((cell) => cell.changedSeq > middle),
        );
        assert.deepEqual(
          [...found.readBefore(middle).indices()],
          where((cell) => cell.version !== undefined && cell.readSeq < middle),
        );
        assert.equal(found.newestChange, Math.max(0, ...made.map((index) => cells[index]?.changedSeq ?? 0)));
        assert.equal(
          found.oldestRead,
          Math.min(Infinity, ...made.map((index) => cells[index]?.readSeq ?? 0)),
        );
        for (const index of made) {
          const { materializedSeq, changedSeq, readSeq, dataVersion, runId } = found.at(index) ?? {};
          const cell = cells[index];
          assert.deepEqual(
            [materializedSeq, changedSeq, readSeq, dataVersion, runId],
            [cell?.seq, cell?.changedSeq, cell?.readSeq, cell?.version, cell?.runId],
          );
        }
      });
    }
  }
});
