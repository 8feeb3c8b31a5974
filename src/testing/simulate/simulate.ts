/** Simulation: the user's definitions in a world of virtual time, chosen chance and faults. */
import type { Definitions } from "../../model/definitions.ts";
import { COUNT, requireOptions, type Shapes } from "../../model/validate/options.ts";
import { type DaysOptions, InvariantError, type Simulation, type SimulationOptions } from "./contract.ts";
import { say } from "./rules/rules.ts";
import { type Guards, guards } from "./guards.ts";
import { memorySource, type StoreSource } from "./store.ts";
import { World } from "./world.ts";

/** How many of the last events a failure shows. */
const MOST_SHOWN = 12;

const DAYS: Shapes<Pick<DaysOptions, "days">> = Object.freeze({ days: COUNT });

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

/**
 * Lets days pass over definitions in a simulated world: their schedules, conditions and sensors start what is due, in virtual time,
 * while the store fails and processes die or stand still and are replaced. A year takes seconds. After every event the
 * invariants of docs/testing.md are checked, among them that an instant of a schedule has one run at most, and one exactly where the
 * schedule makes up for all of them (`misfire: { policy: "fire-all", cap: 10_000 }` and `overlap: "allow"`).
 *
 * @throws {InvariantError} When an invariant does not hold, with the last events and how to replay the seed.
 * @throws {SluiceError} USAGE for days that are none.
 * @example
 * ```ts
 * import { defineAsset, defineSchedule, definitions } from "sluice";
 * import { simulate } from "sluice/testing";
 * import assert from "node:assert/strict";
 *
 * const report = defineAsset({ key: "report", run: () => "all is well" });
 * const nightly = defineSchedule({
 *   name: "nightly",
 *   cron: "30 2 * * *",
 *   timezone: "Europe/Berlin",
 *   target: report,
 *   misfire: { policy: "fire-all", cap: 10_000 },
 *   overlap: "allow",
 * });
 * const all = definitions({ assets: [report], schedules: [nightly] });
 *
 * const world = await simulate(all, { seed: 7, days: 3, faults: 2 });
 * assert.equal(world.runs.length, 3);
 * ```
 */
export async function simulate(definitions: Definitions, options: DaysOptions): Promise<Simulation> {
  requireOptions<Pick<DaysOptions, "days">>({ days: options.days }, DAYS, {
    what: "simulate()",
    code: "USAGE",
    path: ["simulate"],
    needed: ["days"],
  });
  return await simulateWorld(definitions, options);
}

/** The same over another store, and with other guards in the place of those that there are: for tests of Sluice itself. */
export async function simulateWorld(
  definitions: Definitions,
  options: SimulationOptions | DaysOptions,
  own: Partial<Guards> & { readonly source?: StoreSource } = {},
): Promise<Simulation> {
  const { source = memorySource(), ...others } = own;
  const world = new World(definitions, options, { ...guards, ...others }, source);
  try {
    return await world.run();
  } catch (error) {
    const name = "days" in options ? "simulate" : "simulateRuns";
    const { seed, replay = (seed) => `${name}(definitions, { seed: ${seed}, ... })` } = options;
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
