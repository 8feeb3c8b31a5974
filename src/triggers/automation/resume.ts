/** What a process left that died between starting a run and recording what asked for it. */
import type { StoredSubset } from "../../model/partitions/stored.ts";
import { type AssetMemory, shapeOf } from "../../planner/automation/memory.ts";
import type { AutomationProgram } from "../../planner/automation/program.ts";
import type { TriggerHost } from "../contract.ts";
import { tickRunId } from "../launch.ts";
import { AUTOMATION, unitOf } from "./records.ts";

/**
 * Records the evaluation of a number, if its run is on record: what the run is to make was requested. Gives what is to be
 * remembered of the assets that it makes; nothing where there is no such run.
 */
export async function resumeEvaluation(
  host: TriggerHost,
  { byKey }: AutomationProgram,
  memories: ReadonlyMap<string, AssetMemory>,
  evaluation: number,
): Promise<ReadonlyMap<string, AssetMemory>> {
  const key = String(evaluation);
  const id = tickRunId(AUTOMATION, key);
  const found = new Map<string, AssetMemory>();
  const [created] = await host.history.events({ runId: id, limit: 1 });
  if (created?.type !== "run_created") return found;
  const { steps } = created.payload;
  for (let position = 0; position < steps.nodeCount; position++) {
    const { outputs, partitions } = steps.node(position);
    for (const { asset } of outputs) {
      const conditioned = byKey.get(asset);
      if (!conditioned) continue;
      const past = memories.get(asset) ?? firstMemory(created, shapeOf(conditioned.asset.partitions));
      found.set(asset, asRequested(past, partitions, created.atMs));
    }
  }
  const tick = { key, status: "requested" as const, runs: [id] };
  await Promise.all(
    Array.from(found, ([asset, cursor]) => host.record({ ...tick, trigger: unitOf(asset), cursor })),
  );
  return found;
}

/** Of an asset that was looked at for the first time then. */
function firstMemory(
  { seq, atMs }: { readonly seq: number; readonly atMs: number },
  shape: string,
): AssetMemory {
  return { v: 1, seq, atMs, shape, kept: {} };
}

function asRequested(past: AssetMemory, partitions: StoredSubset, atMs: number): AssetMemory {
  return { ...past, requested: partitions, standing: partitions, requestedMs: atMs };
}
