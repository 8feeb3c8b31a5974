/** Plans saved by `sluice plan --save`. */
import type { RunPlan } from "../planner/plan.ts";
import type { Session } from "./command.ts";
import { readJsonFile } from "./values.ts";

/**
 * Reads a saved plan back, against the definitions and partitions of now.
 *
 * @throws {SluiceError} PLAN_INVALID, PLAN_OUTDATED.
 */
export async function readSavedPlan(name: string, session: Session, cwd: string): Promise<RunPlan> {
  const json = readJsonFile(name, cwd);
  const orchestrator = await session.orchestrator("read");
  return await orchestrator.parsePlan(json);
}
