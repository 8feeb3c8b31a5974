/** Plans saved by `sluice plan --save`, read back against the definitions and partitions of now. */
import type { Facts } from "../model/events/facts.ts";
import type { Partitions } from "../model/partitions/definition.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import { openPlanning, type PlanningContext } from "../planner/context.ts";
import { parseBackfillPlan, parsePlan } from "../planner/json.ts";
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { Call } from "./command.ts";
import { readJsonFile } from "./values.ts";

type Reader = Pick<Call, "session" | "host">;

/** Reads a saved run plan. Throws PLAN_INVALID or PLAN_OUTDATED. */
export async function readSavedPlan(file: string, reader: Reader): Promise<RunPlan> {
  const json = readJsonFile(file, reader.host.cwd);
  return parsePlan(json, await openKeys(reader));
}

/** Reads a saved backfill plan. Throws PLAN_INVALID or PLAN_OUTDATED. */
export async function readSavedBackfill(file: string, reader: Reader): Promise<BackfillPlan> {
  const json = readJsonFile(file, reader.host.cwd);
  return parseBackfillPlan(json, await openKeys(reader));
}

/** A planning context that knows which partitions there are, and nothing of what was made: a saved plan asks no more. */
async function openKeys({ session, host }: Reader): Promise<PlanningContext> {
  const orchestrator = await session.orchestrator("read");
  const keys = await readDynamicKeys(orchestrator);
  const facts: Facts = {
    seq: 0,
    dynamicKeys: (name) => keys.get(name) ?? [],
    asset(key) {
      throw new Error(`Nothing is known of ${key}: a saved plan is read without facts.`);
    },
  };
  return openPlanning(orchestrator.definitions, facts, host.clock.now());
}

/** The keys of every dynamic definition, also of those that are a dimension. */
async function readDynamicKeys(orchestrator: Orchestrator): Promise<ReadonlyMap<string, readonly string[]>> {
  const keys = new Map<string, readonly string[]>();
  const note = (partitions: Partitions, space: PartitionSpace): void => {
    if (partitions.kind === "dynamic") {
      keys.set(partitions.name, Array.from({ length: space.size }, (_, index) => space.keyAt(index)));
    }
    if (partitions.kind === "multi" && space.kind === "multi") {
      for (const { name, space: axis } of space.dimensions) note(partitions.dimensions[name], axis);
    }
  };
  for (const asset of orchestrator.definitions.assets) {
    if (asset.partitions && usesDynamicKeys(asset.partitions)) {
      note(asset.partitions, (await orchestrator.partitions(asset)).space);
    }
  }
  return keys;
}

function usesDynamicKeys(partitions: Partitions): boolean {
  return partitions.kind === "dynamic" ||
    (partitions.kind === "multi" && Object.values(partitions.dimensions).some(usesDynamicKeys));
}
