/** What is left of what a run has made, when later runs have undone some of it. */
import type { StepRecord } from "../../model/events/record.ts";
import type { Parts } from "../parts.ts";
import { compensatedBy } from "./mode.ts";

/** The steps of a run as recorded, less those that later runs have undone. */
export async function withoutUndone(
  { store, definitions }: Parts,
  id: string,
  steps: readonly StepRecord[],
  except?: string,
): Promise<readonly StepRecord[]> {
  if (!definitions.steps.some(({ undo }) => undo)) return steps;
  const children = await store.runs({ parent: id, limit: Number.MAX_SAFE_INTEGER });
  const undone = new Set<number>();
  for (const child of children) {
    if (compensatedBy(child.tags) !== id || child.id === except) continue;
    for (const { step, status } of await store.steps(child.id)) if (status === "undone") undone.add(step);
  }
  return undone.size === 0 ? steps : steps.filter(({ step }) => !undone.has(step));
}
