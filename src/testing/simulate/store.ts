/** The one store of a simulated world, and how each of its processes reaches it. */
import type { EventBatch } from "../../model/events/batch.ts";
import type { Fence } from "../../model/step/fence.ts";
import { memoryStore } from "../../stores/memory.ts";
import { storeError } from "../../stores/refusal.ts";
import type { RunStore } from "../../stores/store.ts";
import { chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import { AppendQueue } from "./append_queue.ts";
import type { Guards } from "./guards.ts";
import type { Life } from "./life.ts";

/** Where the history of a world lies. */
export interface StoreSource {
  /** Opens it as a process does that takes it over; what was opened before goes on as if nothing had been. */
  open(life: Life): Promise<RunStore>;
  /** Ends it. */
  close(): Promise<void>;
}

/** One store in memory, which has no lease of its own. */
export function memorySource(): StoreSource {
  const store = memoryStore();
  return { open: () => Promise.resolve(store), close: () => store.close() };
}

/** How long a slow commit takes. */
const SLOW_MS = 40;

/** What happens to a world through its store. */
export interface StoreListener {
  /** Events are there, by whoever wrote them. Throws when a rule does not hold. */
  committed(batches: readonly EventBatch[], life: Life): Promise<void>;
  /** A commit of a process failed: what it would have said of these runs is lost. */
  failed(batches: readonly EventBatch[], life: Life): void;
  /** A process dies. */
  crash(life: Life): void;
  /** A process stands still. */
  pause(life: Life): void;
}

/** A store that lives as long as the world. */
export class SharedStore {
  calls = 0;
  commits = 0;
  /** The process that holds the lease. */
  holder: Life | undefined = undefined;
  readonly #seed: number;
  readonly #source: StoreSource;
  readonly #faults: Faults;
  readonly #guards: Guards;
  readonly #listener: StoreListener;
  #raw: RunStore | undefined = undefined;

  constructor(seed: number, source: StoreSource, faults: Faults, guards: Guards, listener: StoreListener) {
    this.#seed = seed;
    this.#source = source;
    this.#faults = faults;
    this.#guards = guards;
    this.#listener = listener;
  }

  /** The store itself as the latest process has it, where nothing fails. */
  get raw(): RunStore {
    if (!this.#raw) throw new Error("no process has opened the store");
    return this.#raw;
  }

  /** The place of a process among those that have owned the history. */
  static fenceOf(life: Life): Fence {
    return { history: "simulated", number: life.number };
  }

  /** The store as a process reaches it, which takes the lease over by that. */
  async open(life: Life): Promise<RunStore> {
    const raw = this.#raw = await this.#source.open(life);
    this.holder = life;
    const queue = new AppendQueue((batches) => this.#append(life, raw, batches));
    const ask = <T>(work: () => Promise<T>): Promise<T> => this.#ask(life, work);
    return {
      name: "simulated",
      fence: raw.fence ?? SharedStore.fenceOf(life),
      get lastSeq() {
        return raw.lastSeq;
      },
      append: (batches) => queue.append(batches),
      facts: () => ask(() => raw.facts()),
      run: (id) => ask(() => raw.run(id)),
      runs: (filter) => ask(() => raw.runs(filter)),
      steps: (id, range) => ask(() => raw.steps(id, range)),
      plan: (id) => ask(() => raw.plan(id)),
      events: (filter) => ask(() => raw.events(filter)),
      logs: (id, filter) => ask(() => raw.logs(id, filter)),
      elements: (id, filter) => ask(() => raw.elements(id, filter)),
      materializations: (asset, filter) => ask(() => raw.materializations(asset, filter)),
      checks: (filter) => ask(() => raw.checks(filter)),
      backfill: (id) => ask(() => raw.backfill(id)),
      backfills: (filter) => ask(() => raw.backfills(filter)),
      triggers: () => ask(() => raw.triggers()),
      ticks: (filter) => ask(() => raw.ticks(filter)),
      prune: (retention) => ask(() => raw.prune(retention)),
      close: () => Promise.resolve(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }

  async #ask<T>(life: Life, work: () => Promise<T>): Promise<T> {
    await life.alive();
    this.#call();
    const answer = await work();
    await life.alive();
    return answer;
  }

  async #append(life: Life, raw: RunStore, batches: readonly EventBatch[]): Promise<void> {
    await life.alive();
    this.commits++;
    if (this.#isSlow(this.commits)) await new Promise<void>((resolve) => life.clock.after(SLOW_MS, resolve));
    if (this.#faults.strikes("crash-before")) this.#listener.crash(life);
    if (this.#faults.strikes("pause")) this.#listener.pause(life);
    await life.alive();
    try {
      this.#call();
      this.#guards.commit(this.holder === life);
      await raw.append(batches);
    } catch (error) {
      this.#listener.failed(batches, life);
      throw error;
    }
    await this.#listener.committed(batches, life);
    if (this.#faults.strikes("crash-after")) this.#listener.crash(life);
    await life.alive();
  }

  /** Some commits take their time, and those of the same process that come meanwhile wait behind them. */
  #isSlow(commit: number): boolean {
    return chance(this.#seed, "slow commit", commit) < 0.15;
  }

  #call(): void {
    this.calls++;
    if (this.#faults.strikes("call")) {
      throw storeError("STORE_INVALID", "simulated", "A call of the store simulated failed.");
    }
  }
}
