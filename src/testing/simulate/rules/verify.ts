/** What must be so after every commit and at the end, compared with what the store says. */
import type { RunStore } from "../../../stores/store.ts";
import { writeBundle } from "../../../stores/bundle/write.ts";
import { replay } from "../../replay.ts";
import { InvariantError } from "../contract.ts";
import type { Rules } from "./rules.ts";

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** What the store shows of a run is what its events add up to. */
export async function compareWithModel(store: RunStore, rules: Rules, runId: string): Promise<void> {
  const record = await store.run(runId);
  const model = rules.runs.get(runId);
  if (!record || !model) {
    throw new InvariantError("I7", `the run ${runId} is not in the store that recorded it`);
  }
  const { total: _, undone = 0, undoFailed = 0, ...counts } = record.steps;
  const shown = { ...counts, undone, undoFailed };
  const added = {
    success: model.countOf("success"),
    failed: model.countOf("failed"),
    skipped: model.countOf("skipped"),
    upstreamFailed: model.countOf("upstream_failed"),
    canceled: model.countOf("canceled"),
    undone: model.countOf("undone"),
    undoFailed: model.countOf("undo_failed"),
  };
  const isSame = record.status === model.status && record.recoveries === model.recoveries &&
    Object.entries(added).every(([state, count]) => shown[state as keyof typeof shown] === count);
  if (isSame) return;
  const text = JSON.stringify({ status: model.status, recoveries: model.recoveries, ...added });
  throw new InvariantError(
    "I7",
    `the store shows run ${runId} as ${
      JSON.stringify({ status: record.status, recoveries: record.recoveries, ...shown })
    }, and its events add up to ${text}`,
  );
}

/** All is over: every run folds to what the store shows, and every backfill made what was asked for. */
export async function verifyEnd(store: RunStore, rules: Rules): Promise<void> {
  if (rules.open.length > 0) throw new InvariantError("I8", `these never end: ${rules.open.join(", ")}`);
  for (const runId of rules.runs.keys()) await verifyReplay(store, runId);
  for (const { id } of await store.backfills({ limit: NO_LIMIT })) await verifyBackfill(store, id);
}

async function verifyReplay(store: RunStore, runId: string): Promise<void> {
  const { run, steps } = await replay(writeBundle(runId, (filter) => store.events(filter)));
  const shown = { run: await store.run(runId), steps: await store.steps(runId) };
  const folded = JSON.stringify({ run, steps });
  const stored = JSON.stringify(shown);
  if (folded === stored) return;
  const at = [...folded].findIndex((character, place) => character !== stored[place]);
  throw new InvariantError(
    "I7",
    `the run ${runId} folds to ...${folded.slice(at - 60, at + 60)}..., and the store shows ...${
      stored.slice(at - 60, at + 60)
    }...`,
  );
}

/** What of a stored backfill plan counts here. */
interface PlanJson {
  readonly plan: { readonly steps: readonly { readonly step: string; readonly count: number }[] };
}

/** Each partition that was asked for is in one run at most, and in one exactly where all went well. */
async function verifyBackfill(store: RunStore, id: string): Promise<void> {
  const backfill = await store.backfill(id);
  const made = new Map<string, Set<string>>();
  for (const runId of backfill?.runs ?? []) {
    for (const { name, partitionKeys } of await store.steps(runId)) {
      const cells = made.get(name) ?? new Set();
      made.set(name, cells);
      for (const key of partitionKeys.length > 0 ? partitionKeys : [""]) {
        if (cells.has(key)) {
          throw new InvariantError("I9", `the backfill ${id} has ${name} ${key} in two runs`);
        }
        cells.add(key);
      }
    }
  }
  for (const { step, count } of (backfill?.plan as PlanJson).plan.steps) {
    const { size } = made.get(step) ?? new Set();
    if (size > count || (size < count && backfill?.status === "success")) {
      throw new InvariantError(
        "I9",
        `the backfill ${id} is to make ${count} of ${step}, and has ${size} in its runs`,
      );
    }
  }
}
