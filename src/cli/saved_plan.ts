/** Plans saved by `sluice plan --save`, read back against the definitions and partitions of now. */
import type { BackfillPlan, RunPlan } from "../planner/plan.ts";
import type { Call } from "./command.ts";
import { readJsonFile } from "./values.ts";

type Reader = Pick<Call, "session" | "host">;

/** Reads a saved run plan. Throws PLAN_INVALID or PLAN_OUTDATED. */
export async function readSavedPlan(file: string, { session, host }: Reader): Promise<RunPlan> {
  const json = readJsonFile(file, host.cwd);
  return await (await session.orchestrator("read")).parsePlan(json);
}

/** Reads a saved backfill plan. Throws PLAN_INVALID or PLAN_OUTDATED. */
export async function readSavedBackfill(file: string, { session, host }: Reader): Promise<BackfillPlan> {
  const json = readJsonFile(file, host.cwd);
  return await (await session.orchestrator("read")).parseBackfillPlan(json);
}
