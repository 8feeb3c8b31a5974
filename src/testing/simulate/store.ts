/** The one store of a simulated world, and how each of its processes reaches it. */
import type { EventBatch } from "../../model/events/batch.ts";
import { memoryStore } from "../../stores/memory.ts";
import { storeError } from "../../stores/refusal.ts";
import type { RunStore } from "../../stores/store.ts";
import { chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import { AppendQueue } from "./append_queue.ts";
import type { Life } from "./life.ts";

/**
 * Refuses a commit of a process that does not hold the lease any more. A test may put another one in its place, to see
 * that what it lets through is noticed.
 */
export type Fence = (isHolder: boolean) => void;

/** The fence as it is. */
export const closedFence: Fence = (isHolder) => {
  if (isHolder) return;
  throw storeError("STORE_LOCKED", "simulated", "Another process has taken over the store simulated.", {
    hint: "This one stood still for longer than its lease.",
  });
};

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
  /** The store itself, where nothing fails. */
  readonly raw: RunStore = memoryStore();
  calls = 0;
  commits = 0;
  /** The process that holds the lease. */
  holder: Life | undefined = undefined;
  readonly #faults: Faults;
  readonly #fence: Fence;
  readonly #listener: StoreListener;

  readonly #seed: number;

  constructor(seed: number, faults: Faults, fence: Fence, listener: StoreListener) {
    this.#seed = seed;
    this.#faults = faults;
    this.#fence = fence;
    this.#listener = listener;
  }

  /** The store as a process reaches it, which takes the lease over by that. */
  open(life: Life): RunStore {
    this.holder = life;
    const { raw } = this;
    const queue = new AppendQueue((batches) => this.#append(life, batches));
    const ask = <T>(work: () => Promise<T>): Promise<T> => this.#ask(life, work);
    return {
      name: "simulated",
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
      materializations: (asset, filter) => ask(() => raw.materializations(asset, filter)),
      checks: (filter) => ask(() => raw.checks(filter)),
      backfill: (id) => ask(() => raw.backfill(id)),
      backfills: (filter) => ask(() => raw.backfills(filter)),
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

  async #append(life: Life, batches: readonly EventBatch[]): Promise<void> {
    await life.alive();
    this.commits++;
    if (this.#isSlow(this.commits)) await new Promise<void>((resolve) => life.clock.after(SLOW_MS, resolve));
    if (this.#faults.strikes("crash-before")) this.#listener.crash(life);
    if (this.#faults.strikes("pause")) this.#listener.pause(life);
    await life.alive();
    try {
      this.#call();
      this.#fence(this.holder === life);
      await this.raw.append(batches);
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
