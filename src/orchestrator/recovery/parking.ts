/** Recoveries on record: counted as long as they bring nothing to its end, and given up after a while. */
import { EVENT_KINDS, type SluiceEvent } from "../../model/events/event.ts";
import type { RunRecord, StepRecord } from "../../model/events/record.ts";
import { isFinalStep } from "../../model/events/status.ts";
import type { Parts } from "../parts.ts";

/** Steps that a recovery names; more of them are not told apart by whoever looks for the one that kills. */
const MOST_STEPS = 100;
/** Names in a reason. */
const MOST_NAMES = 10;
/** Events of a run that are looked at together. */
const PAGE = 10_000;

/**
 * Records that a run is gone on with, before anything of it is: a body may end the process at once. A run that was gone on
 * with too often is recorded as parked instead. Gives whether it is to go on.
 */
export async function noteRecovery(
  parts: Parts,
  run: RunRecord,
  steps: readonly StepRecord[],
): Promise<boolean> {
  const isParked = run.status === "interrupted" && run.recoveries >= parts.maxRecoveries;
  const underWay = steps.filter(({ attempts, status }) =>
    status === "undoing" || (attempts > 0 && !isFinalStep(status))
  );
  const tape = parts.engine.recorder.open(run.id);
  if (isParked) tape.add("run_parked", { reason: await reasonFor(parts, run, steps, underWay) });
  else {
    const count = run.status === "parked" ? 1 : run.recoveries + 1;
    const numbers = underWay.slice(0, MOST_STEPS).map(({ step }) => step);
    tape.push(EVENT_KINDS.run_recovered, -1, 0, { count, steps: numbers });
  }
  await tape.flush();
  tape.close();
  return !isParked;
}

/** Says which steps were under way each time: the one that ends the process is among them. */
async function reasonFor(
  parts: Parts,
  { id, recoveries }: RunRecord,
  steps: readonly StepRecord[],
  underWay: readonly StepRecord[],
): Promise<string> {
  const deaths = [...await earlierDeaths(parts, id, recoveries), underWay.map(({ step }) => step)];
  const counts = new Map<number, number>();
  for (const step of deaths.flat()) counts.set(step, (counts.get(step) ?? 0) + 1);
  const often = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_NAMES);
  const names = often.map(([step, count]) => `${nameOf(steps[step])} (${count} of ${deaths.length} times)`);
  const what = names.length === 0
    ? "No step is on record as begun when its process died."
    : `Under way when its process died: ${names.join(", ")}.`;
  const times = recoveries === 1 ? "1 recovery" : `${recoveries} recoveries in a row`;
  return `${times} brought no step to its end. ${what}`;
}

/** The steps that each of the last recoveries has named. */
async function earlierDeaths(
  { store }: Parts,
  runId: string,
  count: number,
): Promise<readonly (readonly number[])[]> {
  const deaths: (readonly number[])[] = [];
  let page: readonly SluiceEvent[] = [];
  do {
    page = await store.events({ runId, after: page.at(-1)?.seq ?? 0, limit: PAGE });
    for (const event of page) if (event.type === "run_recovered") deaths.push(event.payload.steps);
  } while (page.length === PAGE);
  return deaths.slice(-count);
}

function nameOf({ name, partitionKeys }: StepRecord): string {
  return partitionKeys.length === 0 ? name : `${name} ${partitionKeys[0]}`;
}
