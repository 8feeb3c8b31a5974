/** Histories drawn by chance, in which a store must equal the one in memory. */
import assert from "node:assert/strict";
import type { EventBatch } from "../../model/events/batch.ts";
import { memoryStore } from "../../stores/memory.ts";
import type { RunStore } from "../../stores/store.ts";
import {
  created,
  days,
  type Entry,
  failed,
  finished,
  names,
  type Scribe,
  succeeded,
  tableOf,
} from "./scribe.ts";
import { JANUARY, keysOf, spaceOf, type StoreCheck, type World } from "./world.ts";

/** Numbers drawn from a seed: the same on every machine. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * sides);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.roll(list.length)];
  }
}

const NAMES = ["a", "b", "c", "d", "e"];
const ASSETS = ["one", "two", "three"];

/** A run under way. */
interface OpenRun {
  readonly id: string;
  readonly count: number;
  next: number;
}

/** Draws batches. */
class Author {
  readonly #scribe: Scribe;
  readonly #dice: Dice;
  readonly #open: OpenRun[] = [];
  #runs = 0;

  constructor(scribe: Scribe, dice: Dice) {
    this.#scribe = scribe;
    this.#dice = dice;
  }

  /** One to three batches of different runs, for one call. */
  call(): readonly EventBatch[] {
    const batches: EventBatch[] = [];
    for (let left = 1 + this.#dice.roll(3); left > 0; left--) {
      const batch = this.#batch();
      if (batches.every(({ runId }) => runId !== batch.runId)) batches.push(batch);
      else return batches;
    }
    return batches;
  }

  #batch(): EventBatch {
    const what = this.#dice.roll(10);
    if (what === 0) return this.#scribe.write("", this.#catalogueEvent());
    if (what < 4 || this.#open.length === 0) return this.#begin();
    return this.#goOn(this.#dice.pick(this.#open));
  }

  #catalogueEvent(): Entry {
    const asset = this.#dice.pick(ASSETS);
    const first = `2026-01-${String(1 + this.#dice.roll(20)).padStart(2, "0")}`;
    switch (this.#dice.roll(4)) {
      case 0:
        return ["asset_wiped", undefined, { asset, partitions: days(first, 1 + this.#dice.roll(5)) }];
      case 1:
        return ["asset_reported", undefined, {
          asset,
          partition: { key: first, identity: Date.parse(`${first}T00:00Z`) },
          metadata: { first },
        }];
      case 2:
        return ["partitions_added", undefined, {
          name: "d",
          keys: [this.#dice.pick(NAMES), this.#dice.pick(NAMES)],
        }];
      default:
        return ["partitions_removed", undefined, { name: "d", keys: [this.#dice.pick(NAMES)] }];
    }
  }

  #begin(): EventBatch {
    const id = `run-${this.#runs++}`;
    const first = `2026-01-${String(1 + this.#dice.roll(20)).padStart(2, "0")}`;
    const partitions = this.#dice.pick([
      undefined,
      days(first, 1 + this.#dice.roll(10)),
      names(...NAMES.slice(this.#dice.roll(4))),
    ]);
    const chunkSize = partitions ? 1 + this.#dice.roll(3) : 1;
    const step = this.#dice.pick(ASSETS);
    const table = tableOf([{
      step,
      codeVersion: String(this.#dice.roll(2)),
      chunkSize,
      ...(partitions && { partitions }),
    }]);
    this.#open.push({ id, count: table.count, next: 0 });
    return this.#scribe.write(
      id,
      created(table, { tags: { n: id }, ...(this.#dice.roll(2) && { job: "j" }) }),
      ["run_started"],
    );
  }

  #goOn(run: OpenRun): EventBatch {
    const events: Entry[] = [];
    for (let left = 1 + this.#dice.roll(4); left > 0 && run.next < run.count; left--) {
      events.push(...this.#step(run.next++));
    }
    if (run.next === run.count) {
      this.#open.splice(this.#open.indexOf(run), 1);
      events.push(finished(this.#dice.pick(["success", "failed"])));
    }
    return this.#scribe.write(run.id, ...events);
  }

  #step(step: number): readonly Entry[] {
    switch (this.#dice.roll(8)) {
      case 0:
        return failed(step);
      case 1:
        return [["step_skipped", step, { reason: "none" }]];
      case 2:
        return succeeded(step, { outputs: [{ unchanged: true }] });
      case 3:
        return succeeded(step, { outputs: [{ dataVersion: `v${this.#dice.roll(2)}`, metadata: { step } }] });
      case 4:
        return [
          ["step_started", step],
          ["step_log", step, { level: "info", message: `line of ${step}` }],
          ["check_evaluated", step, {
            asset: "one",
            check: this.#dice.pick(["c1", "c2"]),
            passed: this.#dice.roll(2) === 1,
            severity: "error",
            blocking: false,
          }],
          ["step_succeeded", step],
        ];
      case 5:
        return [["step_started", step], ...this.#elements(step), ["step_succeeded", step]];
      default:
        return succeeded(step);
    }
  }

  #elements(step: number): readonly Entry[] {
    const entries: Entry[] = [];
    for (let left = this.#dice.roll(6); left > 0; left--) {
      const element = this.#dice.pick(NAMES);
      const error = { name: "Error", message: "no" };
      entries.push(
        ["element_started", step, { element }],
        this.#dice.pick<Entry>([
          ["element_succeeded", step, { element, item: "i", value: { left } }],
          ["element_failed", step, { element, error }],
          ["element_retrying", step, { element, error, delayMs: left }],
          ["element_skipped", step, { element, reason: "none" }],
          ["element_canceled", step, { element, reason: "over" }],
        ]),
      );
    }
    return entries;
  }
}

async function assertSame(actual: RunStore, expected: RunStore): Promise<void> {
  for (const read of READS) assert.deepEqual(await read(actual), await read(expected), read.name);
}

const READS: readonly ((store: RunStore) => Promise<unknown>)[] = [
  async function lists(store) {
    return [
      await store.runs(),
      await store.runs({ status: ["failed"], limit: 3 }),
      await store.checks({ asset: "one" }),
      store.lastSeq,
    ];
  },
  async function runs(store) {
    const runs = await store.runs();
    return await Promise.all(
      runs.map(async (
        { id },
      ) => [
        await store.steps(id),
        await store.logs(id),
        await store.elements(id),
        await store.checks({ runId: id }),
      ]),
    );
  },
  async function log(store) {
    const events = await store.events({ limit: 10_000 });
    return events.map((
      { type, seq, atMs, runId, step, attempt, payload },
    ) => [type, seq, atMs, runId, step, attempt, type === "run_created" ? null : payload]);
  },
  async function pages(store) {
    return (await store.events({ after: 20, limit: 7 })).map(({ seq }) => seq);
  },
  async function history(store) {
    return await Promise.all(ASSETS.map((asset) => store.materializations(asset, { limit: 1_000 })));
  },
  async function facts(store) {
    const facts = await store.facts();
    return [
      facts.dynamicKeys("d"),
      ASSETS.map((asset) =>
        [JANUARY, spaceOf(NAMES)].map((space) => {
          const of = facts.asset(asset, space);
          return [
            keysOf(of),
            keysOf(of, "failed"),
            Array.from(of.materialized.indices(), (index) => of.at(index)),
            of.newestChange,
            of.oldestRead,
          ];
        })
      ),
    ];
  },
];

/** Plays the history of a seed, and compares. */
export async function playHistory(world: World, seed: number): Promise<void> {
  const dice = new Dice(seed);
  const author = new Author(world.scribe, dice);
  const expected = memoryStore();
  for (let call = 0; call < 40; call++) {
    const batches = author.call();
    await Promise.all([world.store.append(batches), expected.append(batches)]);
    if (dice.roll(12) === 0) await world.reopen();
    if (dice.roll(15) === 0) {
      const runsBeforeMs = 1_700_000_000_000 + dice.roll(world.scribe.seq * 10);
      assert.equal(await world.store.prune({ runsBeforeMs }), await expected.prune({ runsBeforeMs }));
    }
  }
  await world.holds((store) => assertSame(store, expected));
}

export const RANDOM_CHECKS: { readonly [title: string]: StoreCheck } = Object.fromEntries(
  [1, 2, 3, 4, 5, 6, 7, 8].map((
    seed,
  ) => [`equals the store in memory on history ${seed}`, (world: World) => playHistory(world, seed)]),
);
