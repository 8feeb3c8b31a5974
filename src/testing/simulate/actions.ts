/** What a simulated world does: runs, backfills, repetitions; some of them canceled. */
import type { Definitions } from "../../model/definitions.ts";
import { SluiceError } from "../../model/issue.ts";
import type { RunConfig } from "../../model/job.ts";
import type { Clock } from "../../model/ports.ts";
import type { Orchestrator, RunOptions } from "../../orchestrator.ts";
import { chance } from "./chance.ts";

/** Something to do with an orchestrator. */
export type Action = (sluice: Orchestrator, clock: Clock) => Promise<unknown>;

/** The key of which one run may be under way. */
const KEY = "simulated";

/** Longest time before a run is canceled. */
const LONGEST_MS = 4_000;

/** What actions are chosen for. */
export interface ActionWorld {
  readonly definitions: Definitions;
  readonly seed: number;
  readonly config: RunConfig;
}

/** What to do in a round: one thing, or two at once. */
export function chooseActions(world: ActionWorld, round: number): readonly Action[] {
  const count = chance(world.seed, "actions", round) < 0.3 ? 2 : 1;
  return Array.from({ length: count }, (_, nth) => chooseAction(world, `${round}/${nth}`));
}

function chooseAction(world: ActionWorld, place: string): Action {
  const { seed, config } = world;
  const draw = chance(seed, "action", place);
  const isCanceled = chance(seed, "cancel", place) < 0.1;
  const isUndoable = world.definitions.steps.some(({ undo }) => undo);
  const optionsAt = (clock: Clock): RunOptions => ({
    config,
    ...(isUndoable && chooseCompensation(seed, place)),
    ...chance(seed, "keyed", place) < 0.3 &&
      { concurrency: { key: KEY }, priority: chance(seed, "first", place) },
    ...(isCanceled && { signal: canceling(seed, place, clock) }),
  });
  if (draw < 0.5) {
    return (sluice, clock) => sluice.materialize("*", { partitions: "all", ...optionsAt(clock) });
  }
  if (draw < 0.65) return (sluice, clock) => materializeSome(world, place, sluice, optionsAt(clock));
  if (draw < 0.85) {
    const partitionsPerRun = 1 + Math.floor(chance(seed, "cut", place) * 4);
    return (sluice, clock) =>
      sluice.backfill({ partitions: "all", scope: "all", partitionsPerRun }, optionsAt(clock));
  }
  return async (sluice, clock) => {
    const [last] = await sluice.runs({ status: ["failed", "canceled"], limit: 1 });
    if (!last) return;
    if (isUndoable && draw > 0.92) await compensate(sluice, last.id);
    else await repeat(sluice, last.id, optionsAt(clock));
  };
}

function chooseCompensation(seed: number, place: string): Pick<RunOptions, "compensate"> {
  const draw = chance(seed, "compensate", place);
  return draw < 0.3 ? { compensate: false } : draw < 0.5 ? { compensate: "always" } : {};
}

/** There may be nothing left to undo. */
async function compensate(sluice: Orchestrator, id: string): Promise<void> {
  await refusable(sluice.compensate(id));
}

/** A run that undoes another one is not repeated. */
async function repeat(sluice: Orchestrator, id: string, options: RunOptions): Promise<void> {
  await refusable(sluice.rerun(id, options));
}

async function refusable(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== "PLAN_INVALID") throw error;
  }
}

/** One asset and all that is made from it. */
async function materializeSome(
  { definitions: { assets }, seed }: ActionWorld,
  place: string,
  sluice: Orchestrator,
  options: RunOptions,
): Promise<unknown> {
  const made = assets.filter((asset) => asset["~step"].run);
  const chosen = made[Math.floor(chance(seed, "asset", place) * made.length)];
  return await sluice.materialize(chosen ? `${chosen.key}+` : "*", { partitions: "all", ...options });
}

function canceling(seed: number, place: string, clock: Clock): AbortSignal {
  const controller = new AbortController();
  const delayMs = Math.floor(chance(seed, "cancel after", place) * LONGEST_MS);
  clock.after(delayMs, () => controller.abort("simulated cancellation"));
  return controller.signal;
}
