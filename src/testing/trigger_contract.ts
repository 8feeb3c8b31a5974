/** What every trigger must do, as cases for any test runner. */
import assert from "node:assert/strict";
import type { Awaitable } from "../model/assets/result.ts";
import type { Definitions } from "../model/definitions.ts";
import { createOrchestrator, type Orchestrator } from "../orchestrator.ts";
import type { Trigger, TriggerHost } from "../triggers/contract.ts";
import { type VirtualClock, virtualClock } from "./clock.ts";
import type { ContractCase } from "./io_contract.ts";

/** A trigger, and how it is made to come due. */
export interface TriggerFixture {
  /** The trigger, not started. */
  readonly trigger: Trigger;
  /** What it starts runs of. */
  readonly definitions: Definitions;
  /**
   * Lets what it waits for happen once, so that it asks for a run: by the clock, or by an event of its own. Resolves when
   * that has happened; the trigger may take its time.
   */
  readonly fire: (clock: VirtualClock) => Awaitable<void>;
  /** Removes what it needs. */
  readonly close?: () => Awaitable<void>;
}

/** The trigger to be held to the contract. */
export interface TriggerContractOptions {
  /** Stands before the names of the cases. */
  readonly name: string;
  /** Makes a trigger; called once for each case. */
  readonly open: () => Awaitable<TriggerFixture>;
  /** The time at which each case begins, epoch milliseconds. Default 2026-01-01 in Greenwich. */
  readonly startMs?: number;
}

/** One world with a trigger in it. */
interface World extends TriggerFixture {
  readonly sluice: Orchestrator;
  readonly clock: VirtualClock;
  /** How many runs there are by now. */
  readonly runs: () => Promise<number>;
  /** Fires, and gives the trigger time to react. */
  readonly due: () => Promise<void>;
}

/** What a trigger may take to react, in milliseconds of its clock. */
const REACTION_MS = 5_000;

/**
 * The contract of a trigger as named cases, independent of each other and of any test runner: it starts runs between its
 * start and its stop and at no other time, starts again after a stop, and records what it did.
 *
 * @example
 * ```ts
 * import { defineAsset, definitions, type Trigger, type TriggerHost, tickRunId } from "sluice";
 * import { triggerContract } from "sluice/testing";
 *
 * // Comes due when somebody rings.
 * function doorbell(): { trigger: Trigger; ring: () => Promise<void> } {
 *   let host: TriggerHost | undefined;
 *   let rings = 0;
 *   return {
 *     trigger: {
 *       id: "doorbell:front",
 *       type: "doorbell",
 *       get isActive() {
 *         return host !== undefined;
 *       },
 *       start: (given) => void (host ??= given),
 *       stop: () => void (host = undefined),
 *     },
 *     ring: async () => {
 *       const key = String(++rings);
 *       const id = tickRunId("doorbell:front", key);
 *       const launched = await host?.launch({ id, select: "tea" });
 *       if (launched) await host?.record({ trigger: "doorbell:front", key, status: "requested", runs: [id] });
 *     },
 *   };
 * }
 *
 * const tea = defineAsset({ key: "tea", run: () => "hot" });
 * const cases = triggerContract({
 *   name: "doorbell",
 *   open: () => {
 *     const { trigger, ring } = doorbell();
 *     return { trigger, definitions: definitions({ assets: [tea] }), fire: ring };
 *   },
 * });
 * for (const { run } of cases) await run();
 * ```
 */
export function triggerContract(
  { name, open, startMs = Date.UTC(2026, 0, 1) }: TriggerContractOptions,
): readonly ContractCase[] {
  return Object.entries(CHECKS).map(([title, check]) => ({
    name: `${name}: ${title}`,
    run: async () => {
      const fixture = await open();
      const clock = virtualClock(startMs);
      const { definitions, trigger } = fixture;
      const sluice = createOrchestrator(definitions, {
        store: "memory",
        defaultIO: "memory",
        clock,
        triggers: [trigger],
      });
      const due = async () => {
        await fixture.fire(clock);
        await clock.advance(REACTION_MS);
      };
      const runs = async () => (await sluice.runs({ limit: 1_000 })).length;
      try {
        await check({ ...fixture, sluice, clock, runs, due });
      } finally {
        await sluice.stop();
        await settleRuns(sluice, clock);
        await sluice.close();
        await fixture.close?.();
      }
    },
  }));
}

type Check = (world: World) => Promise<void>;

const CHECKS: { readonly [title: string]: Check } = {
  "is not active before it is started, and starts nothing then": async ({ trigger, due, runs }) => {
    assert.equal(trigger.isActive, false);
    assert.ok(trigger.id !== "" && trigger.type !== "");
    await due();
    assert.equal(await runs(), 0);
  },

  "starts a run when it comes due, and records the tick": async ({ trigger, sluice, due, runs }) => {
    await sluice.start();
    assert.equal(trigger.isActive, true);
    await due();
    assert.ok(await runs() > 0, "no run was started");
    const ticks = await sluice.ticks({ limit: 1_000 });
    const requested = ticks.filter(({ status }) => status === "requested");
    assert.ok(requested.length > 0, "no tick with the status requested is on record");
    const known = new Set((await sluice.runs({ limit: 1_000 })).map(({ id }) => id));
    for (const { runs } of requested) {
      assert.ok(runs.length > 0, "a tick that requests names its runs");
      for (const id of runs) assert.ok(known.has(id), `the run ${id} of a tick is not on record`);
    }
    const units = new Set((await sluice.triggers()).filter(({ type }) => type).map(({ id }) => id));
    for (const { trigger } of ticks) {
      assert.ok(units.has(trigger), `ticks are recorded of ${trigger}, which is no unit`);
    }
  },

  "starts nothing after it was stopped, and starts again": async ({ trigger, sluice, due, runs }) => {
    await sluice.start();
    await due();
    await sluice.stop();
    assert.equal(trigger.isActive, false);
    const before = await runs();
    await due();
    assert.equal(await runs(), before, "a run was started after the stop");
    await sluice.stop();
    await sluice.start();
    assert.equal(trigger.isActive, true);
    await due();
    assert.ok(await runs() > before, "no run was started after the second start");
  },

  "stays as it is when it is started twice, and stops twice": async (world) => {
    const { sluice, trigger, due, runs } = world;
    await sluice.start();
    await trigger.start(unusable(world));
    await due();
    assert.ok(await runs() > 0, "the second start has taken the place of the first");
    await sluice.stop();
    await trigger.stop();
    assert.equal(trigger.isActive, false);
  },

  "stops in bounded time, also while it is at work": async ({ sluice, fire, clock, trigger }) => {
    await sluice.start();
    const firing = Promise.resolve(fire(clock)).catch(() => {});
    await sluice.stop();
    await firing;
    assert.equal(trigger.isActive, false);
  },

  "starts nothing while it is paused": async ({ sluice, due, runs }) => {
    await sluice.start();
    const ids = (await sluice.triggers()).filter(({ isOn }) => isOn).map(({ id }) => id);
    for (const id of ids) await sluice.pauseTrigger(id);
    await due();
    assert.equal(await runs(), 0);
    for (const id of ids) await sluice.resumeTrigger(id);
    await due();
    assert.ok(await runs() > 0, "no run was started after it was resumed");
  },
};

/** A host that must not be used: the trigger has one already. */
function unusable({ definitions, clock }: World): TriggerHost {
  const refuse = () => Promise.reject(new Error("a second start has taken the host of another"));
  return {
    definitions,
    clock,
    random: { next: () => 0 },
    signal: new AbortController().signal,
    history: new Proxy({}, { get: () => refuse }) as TriggerHost["history"],
    launch: refuse,
    cancel: refuse,
    addPartitions: refuse,
    removePartitions: refuse,
    record: refuse,
    move: refuse,
    noteJump: refuse,
    onSwitch: () => () => {},
    subscribe: () => () => {},
  };
}

/** Lets runs that were started come to their end. */
async function settleRuns(sluice: Orchestrator, clock: VirtualClock): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const open = await sluice.runs({ status: ["queued", "running", "canceling"], limit: 1 });
    if (open.length === 0) return;
    await clock.advance(1_000);
  }
}
