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

/** Records that a run that was gone on with too often is left alone. Gives whether that is so. */
export async function parkInVain(
  parts: Parts,
  run: RunRecord,
  steps: readonly StepRecord[],
): Promise<boolean> {
  if (run.status !== "interrupted" || run.recoveries < parts.maxRecoveries) return false;
  const reason = await reasonFor(parts, run, steps, underWay(steps));
  await record(parts, run.id, EVENT_KINDS.run_parked, { reason });
  return true;
}

/** Records that a run is gone on with, before anything of it is: a body may end the process at once. */
export async function noteRecovery(
  parts: Parts,
  run: RunRecord,
  steps: readonly StepRecord[],
  earlier: readonly string[] = [],
): Promise<void> {
  const count = run.status === "parked" ? 1 : run.recoveries + 1;
  const numbers = underWay(steps).slice(0, MOST_STEPS).map(({ step }) => step);
  await record(parts, run.id, EVENT_KINDS.run_recovered, {
    count,
    steps: numbers,
    ...(earlier.length > 0 && { earlier: earlier.slice(0, MOST_STEPS) }),
  });
}

function underWay(steps: readonly StepRecord[]): readonly StepRecord[] {
  return steps.filter(({ attempts, status }) =>
    status === "undoing" || (attempts > 0 && !isFinalStep(status))
  );
}

async function record({ engine }: Parts, runId: string, kind: number, payload: unknown): Promise<void> {
  const tape = engine.recorder.open(runId);
  tape.push(kind, -1, 0, payload);
  await tape.flush();
  tape.close();
}

/** Says which steps were under way each time: the one that ends the process is among them. */
async function reasonFor(
  parts: Parts,
  { id, recoveries }: RunRecord,
  steps: readonly StepRecord[],
  open: readonly StepRecord[],
): Promise<string> {
  const deaths = [...await earlierDeaths(parts, id, recoveries), open.map(({ step }) => step)];
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
