/** What every run store must do, as cases for any test runner. */
import type { Awaitable } from "../model/assets/result.ts";
import type { ContractCase } from "./io_contract.ts";
import { ASSET_CHECKS } from "./store/assets.ts";
import { ELEMENT_CHECKS } from "./store/elements.ts";
import { EVENT_CHECKS } from "./store/events.ts";
import { RANDOM_CHECKS } from "./store/random.ts";
import { RETENTION_CHECKS } from "./store/retention.ts";
import { RUN_CHECKS } from "./store/runs.ts";
import { TICK_CHECKS } from "./store/ticks.ts";
import { UNDO_CHECKS } from "./store/undo.ts";
import { type StoreFixture, World } from "./store/world.ts";

/** The store to be held to the contract. */
export interface StoreContractOptions {
  /** Stands before the names of the cases. */
  readonly name: string;
  /** Gives a fixture without any event; called once for each case. */
  readonly open: () => Awaitable<StoreFixture>;
}

/**
 * The contract of a run store as named cases, independent of each other and of any test runner. What must hold is
 * asked of the store itself, and where the fixture can, again after closing and opening it, and after its log was
 * folded once more.
 *
 * @example
 * ```ts
 * import { memoryStore } from "sluice";
 * import { storeContract } from "sluice/testing";
 *
 * const cases = storeContract({ name: "memory", open: () => ({ store: memoryStore() }) });
 * for (const { run } of cases) await run();
 * ```
 */
export function storeContract({ name, open }: StoreContractOptions): readonly ContractCase[] {
  const checks = {
    ...RUN_CHECKS,
    ...EVENT_CHECKS,
    ...ELEMENT_CHECKS,
    ...ASSET_CHECKS,
    ...UNDO_CHECKS,
    ...TICK_CHECKS,
    ...RETENTION_CHECKS,
    ...RANDOM_CHECKS,
  };
  return Object.entries(checks).map(([title, check]) => ({
    name: `${name}: ${title}`,
    run: async () => {
      const fixture = await open();
      try {
        await check(new World(fixture));
      } finally {
        await fixture.close?.();
      }
    },
  }));
}
