/** Simulation: the user's definitions in a world of virtual time, chosen chance and faults. */
import type { Definitions } from "../../model/definitions.ts";
import { InvariantError, type Simulation, type SimulationOptions } from "./contract.ts";
import { say } from "./rules/rules.ts";
import { type Guards, guards } from "./guards.ts";
import { memorySource, type StoreSource } from "./store.ts";
import { World } from "./world.ts";

/** How many of the last events a failure shows. */
const MOST_SHOWN = 12;

/**
 * Runs definitions in a simulated world that one number decides: in virtual time, with bodies that end in an order that
 * chance chooses, over a store in memory that fails, and processes that die or stand still at a commit and are replaced
 * by others that recover what they left. The run loop, recovery and all that is recorded are those of every other run.
 * After every event the invariants of docs/testing.md are checked. The bodies run as they are, inline; they must not
 * wait for real time.
 *
 * @throws {InvariantError} When an invariant does not hold, with the last events and how to replay the seed.
 * @example
 * ```ts
 * import { defineAsset, definitions } from "sluice";
 * import { simulateRuns } from "sluice/testing";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", retry: { maxRetries: 2, delayMs: 1_000 }, run: () => [1, 2, 3] });
 * const total = defineAsset({ key: "total", deps: { orders }, run: ({ inputs }) => inputs.orders.length });
 * const all = definitions({ assets: [orders, total] });
 *
 * const world = await simulateRuns(all, { seed: 7, faults: 3, steps: 20 });
 * assert.equal(world.faults.length, 3);
 * assert.ok(world.steps >= 20);
 * assert.equal((await simulateRuns(all, { seed: 7, faults: 3, steps: 20 })).hash, world.hash);
 * ```
 */
export async function simulateRuns(
  definitions: Definitions,
  options: SimulationOptions,
): Promise<Simulation> {
  return await simulateWorld(definitions, options);
}

/** The same over another store, and with other guards in the place of those that there are: for tests of Sluice itself. */
export async function simulateWorld(
  definitions: Definitions,
  options: SimulationOptions,
  own: Partial<Guards> & { readonly source?: StoreSource } = {},
): Promise<Simulation> {
  const { source = memorySource(), ...others } = own;
  const world = new World(definitions, options, { ...guards, ...others }, source);
  try {
    return await world.run();
  } catch (error) {
    const { seed, replay = (seed) => `simulateRuns(definitions, { seed: ${seed}, ... })` } = options;
    const last = world.rules.events.slice(-MOST_SHOWN).map((event) => `  ${say(event)}`);
    const what = error instanceof Error ? error.message : String(error);
    const text = [`Seed ${seed}. ${what}`, "The last events:", ...last, `Replay it: ${replay(seed)}`].join(
      "\n",
    );
    if (!(error instanceof InvariantError)) throw new Error(text, { cause: error });
    throw Object.assign(new InvariantError(error.invariant, ""), { message: text, cause: error });
  } finally {
    await source.close();
  }
}
