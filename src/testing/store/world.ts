/** What the cases of the store contract work with. */
import assert from "node:assert/strict";
import type { EventBatch } from "../../model/events/batch.ts";
import type { AssetFacts } from "../../model/events/facts.ts";
import { dailyPartitions, staticPartitions } from "../../model/partitions/definition.ts";
import { openSpace, type PartitionSpace } from "../../model/partitions/space.ts";
import type { RunStore } from "../../stores/store.ts";
import { Scribe } from "./scribe.ts";

/** One store over storage of its own. */
export interface StoreFixture {
  /** The store, without any event. */
  readonly store: RunStore;
  /** Closes the store and opens what it kept; absent where nothing outlives a store. */
  readonly reopen?: () => Promise<RunStore>;
  /**
   * Folds the log of the store again and gives what was different before, one line each; absent where there is
   * nothing but the log.
   */
  readonly refold?: () => Promise<readonly string[]>;
  /** Closes the store and removes the storage. */
  readonly close?: () => Promise<void>;
}

/** The cell of an asset without partitions. */
export const UNIT: PartitionSpace = openSpace(undefined, { nowMs: 0, dynamicKeys: () => [] });

/** The days of January 2026. */
export const JANUARY: PartitionSpace = openSpace(
  dailyPartitions({ start: "2026-01-01", end: "2026-02-01" }),
  {
    nowMs: Date.UTC(2027, 0, 1),
    dynamicKeys: () => [],
  },
);

/** The space of some names. */
export function spaceOf(names: readonly string[]): PartitionSpace {
  return openSpace(staticPartitions(names), { nowMs: 0, dynamicKeys: () => [] });
}

/** The keys of the partitions of a set of facts. */
export function keysOf(facts: AssetFacts, which: "materialized" | "failed" = "materialized"): string[] {
  return Array.from(facts[which].indices(), (index) => facts.space.keyAt(index));
}

/** A store and the history that is written to it. */
export class World {
  readonly scribe: Scribe = new Scribe();
  store: RunStore;
  readonly #fixture: StoreFixture;

  constructor(fixture: StoreFixture) {
    this.#fixture = fixture;
    this.store = fixture.store;
  }

  /** Appends batches, one call for each. */
  async append(...batches: readonly EventBatch[]): Promise<void> {
    for (const batch of batches) await this.store.append([batch]);
  }

  /** Closes the store and opens it again, where that is possible. */
  async reopen(): Promise<void> {
    if (this.#fixture.reopen) this.store = await this.#fixture.reopen();
  }

  /** Checks what must hold now, after closing and opening again, and after the log was folded once more. */
  async holds(check: (store: RunStore) => Promise<void>): Promise<void> {
    await check(this.store);
    if (this.#fixture.reopen) {
      await this.reopen();
      await check(this.store);
    }
    if (!this.#fixture.refold) return;
    assert.deepEqual(await this.#fixture.refold(), []);
    await check(this.store);
  }
}

/** One thing that a store must do. */
export type StoreCheck = (world: World) => Promise<void>;
