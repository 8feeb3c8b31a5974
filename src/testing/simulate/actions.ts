/** What a simulated world does: runs, backfills, repetitions; some of them canceled. */
import type { Definitions } from "../../model/definitions.ts";
import type { Clock } from "../../model/ports.ts";
import type { Orchestrator } from "../../orchestrator.ts";
import { chance } from "./chance.ts";

/** Something to do with an orchestrator. */
export type Action = (sluice: Orchestrator, clock: Clock) => Promise<unknown>;

/** Longest time before a run is canceled. */
const LONGEST_MS = 4_000;

/** What to do in a round: one thing, or two at once. */
export function chooseActions(definitions: Definitions, seed: number, round: number): readonly Action[] {
  const count = chance(seed, "actions", round) < 0.3 ? 2 : 1;
  return Array.from({ length: count }, (_, nth) => chooseAction(definitions, seed, `${round}/${nth}`));
}

function chooseAction(definitions: Definitions, seed: number, place: string): Action {
  const draw = chance(seed, "action", place);
  const isCanceled = chance(seed, "cancel", place) < 0.1;
  const signalOf = (clock: Clock) => isCanceled ? { signal: canceling(seed, place, clock) } : {};
  if (draw < 0.5) {
    return (sluice, clock) => sluice.materialize("*", { partitions: "all", ...signalOf(clock) });
  }
  if (draw < 0.65) {
    return (sluice, clock) => materializeSome(definitions, seed, place, sluice, signalOf(clock));
  }
  if (draw < 0.85) {
    const partitionsPerRun = 1 + Math.floor(chance(seed, "cut", place) * 4);
    return (sluice, clock) =>
      sluice.backfill({ partitions: "all", scope: "all", partitionsPerRun }, signalOf(clock));
  }
  return async (sluice, clock) => {
    const [last] = await sluice.runs({ status: ["failed", "canceled"], limit: 1 });
    if (last) await sluice.rerun(last.id, signalOf(clock));
  };
}

/** One asset and all that is made from it. */
async function materializeSome(
  { assets }: Definitions,
  seed: number,
  place: string,
  sluice: Orchestrator,
  options: { readonly signal?: AbortSignal },
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
