/** What the elements of an earlier run have come to, for the run that goes on from it. */
import type { StepRecord } from "../../model/events/record.ts";
import { type EarlierElements, recalledOf } from "../../runtime/elements/run_elements.ts";
import type { RunStore } from "../../stores/store.ts";

/** Finds the elements of steps that an earlier run began and did not finish, by name and partitions. */
export function earlierElements(
  store: RunStore,
  runId: string,
  steps: readonly StepRecord[],
): EarlierElements {
  const begun = new Map<string, number>();
  for (const { step, name, partitionKeys, status, attempts } of steps) {
    if (attempts > 0 && status !== "success") begun.set(nameOf(name, partitionKeys), step);
  }
  return (name, partitionKeys) => {
    const step = begun.get(nameOf(name, partitionKeys));
    return step === undefined ? undefined : read(store, runId, step);
  };
}

async function read(store: RunStore, runId: string, step: number) {
  const records = await store.elements(runId, { step, status: ["success", "skipped"] });
  return recalledOf(records).map((recalled) => ({ from: runId, ...recalled }));
}

function nameOf(name: string, partitionKeys: readonly string[]): string {
  return JSON.stringify([name, ...partitionKeys]);
}
