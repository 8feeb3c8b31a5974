/** A recorded run, folded again. */
import { SluiceError } from "../model/issue.ts";
import type { SluiceEvent } from "../model/events/event.ts";
import type { CheckResultRecord, LogLine, RunRecord, StepRecord } from "../model/events/record.ts";
import { openBundleText } from "../stores/bundle/open.ts";

/** What the events of a run bundle add up to. */
export interface ReplayedRun {
  /** The run. */
  readonly run: RunRecord;
  /** Its steps, upstream first. */
  readonly steps: readonly StepRecord[];
  /** What its bodies logged, in order. */
  readonly logs: readonly LogLine[];
  /** The verdicts of its checks, newest first. */
  readonly checks: readonly CheckResultRecord[];
  /** Its events, in order. */
  readonly events: readonly SluiceEvent[];
}

/**
 * Folds the events of a run bundle by the rules of this version: what a run of an older version, or of another machine,
 * looks like here. No body is called.
 *
 * @param bundle The text of the bundle, or its lines as `exportRun` gives them.
 * @throws {SluiceError} STORE_INVALID for what is no bundle, was cut off or changed; STORE_NEWER.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions } from "sluice";
 * import { replay } from "sluice/testing";
 * import assert from "node:assert/strict";
 *
 * const one = defineAsset({ key: "one", run: ({ log }) => log.info("made") });
 * await using sluice = createOrchestrator(definitions({ assets: [one] }), { store: "memory", defaultIO: "memory" });
 * const { id, record } = await sluice.materialize(one);
 *
 * const { run, steps, logs } = await replay(sluice.exportRun(id));
 * assert.deepEqual(run, record);
 * assert.deepEqual(steps, await sluice.steps(id));
 * assert.equal(logs[0].message, "made");
 * ```
 */
export async function replay(
  bundle: string | Iterable<string> | AsyncIterable<string>,
): Promise<ReplayedRun> {
  const text = typeof bundle === "string" ? bundle : (await Array.fromAsync(bundle)).join("");
  await using store = await openBundleText(text, "the bundle");
  const limit = Number.MAX_SAFE_INTEGER;
  const [run] = await store.runs({ limit: 1 });
  if (!run) {
    throw new SluiceError({
      code: "STORE_INVALID",
      message: "The bundle has no run in it.",
      path: ["bundle"],
    });
  }
  return {
    run,
    steps: await store.steps(run.id),
    logs: await store.logs(run.id, { limit }),
    checks: await store.checks({ runId: run.id, limit }),
    events: await store.events({ runId: run.id, limit }),
  };
}
