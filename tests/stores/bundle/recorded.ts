/** A run in which everything happens that a run can record, in time that stands still unless it is waited for. */
import {
  createOrchestrator,
  defineAsset,
  defineCheck,
  defineMultiAsset,
  definitions,
  type Orchestrator,
  type OrchestratorOptions,
  output,
  skip,
  staticPartitions,
} from "sluice";
import { virtualClock } from "sluice/testing";

const letters = staticPartitions(["a", "b", "c", "d", "e"]);

const raw = defineAsset({
  key: "raw",
  partitions: letters,
  codeVersion: "7",
  run: ({ partition, log }) => {
    log.info(`making ${partition.key}`, { letter: partition.key, uber: [1, null, { x: true }] });
    return output(partition.key, { metadata: { size: 1 }, dataVersion: `v-${partition.key}` });
  },
  checks: { letter: { run: (value) => ({ passed: value !== "c", severity: "warn", description: "no c" }) } },
});
const many = defineAsset({
  key: "many",
  partitions: letters,
  batch: true,
  backfill: { maxPartitionsPerRun: Infinity },
  deps: { raw },
  run: ({ partitions }) =>
    new Map(partitions.map(({ key }) => [key, key === "b" ? skip("not b") : key])) as never,
  skippable: true,
});
const flaky = defineAsset({
  key: "flaky",
  retry: { maxRetries: 2, delayMs: 1_000 },
  run: ({ attempt, log }) => {
    log.warning("trying");
    if (attempt < 3) throw Object.assign(new TypeError("not yet"), { code: "E_LATER", stack: undefined });
    return 1;
  },
});
const skipped = defineAsset({ key: "skipped", skippable: true, run: () => skip("nothing new") });
const afterSkip = defineAsset({ key: "after_skip", deps: { skipped }, run: () => 1 });
const broken = defineAsset({
  key: "broken",
  run: () => {
    const cause = Object.assign(new Error("inner"), { stack: undefined });
    throw Object.assign(new Error("outer", { cause }), { stack: undefined });
  },
});
const behind = defineAsset({ key: "behind", deps: { broken, flaky }, run: () => 1 });
const far = defineAsset({ key: "far", deps: { behind }, run: () => 1 });
const pair = defineMultiAsset({
  name: "pair",
  outputs: { left: { key: "left" }, right: { key: "right", codeVersion: "2" } },
  run: () => ({ left: 1, right: output(2, { metadata: { right: 2 } }) }),
});
const check = defineCheck({ asset: flaky, name: "one", blocking: true, run: ({ value }) => value === 1 });

/** All of it. */
export const recorded = definitions({
  assets: [raw, many, flaky, skipped, afterSkip, broken, behind, far, pair.left, pair.right],
  checks: [check],
});

/** Runs it, and gives the run's id. */
export async function record(
  options: Pick<OrchestratorOptions, "store">,
): Promise<{ readonly sluice: Orchestrator; readonly id: string }> {
  const clock = virtualClock(Date.UTC(2026, 10, 21));
  let chance = 0;
  const sluice = createOrchestrator(recorded, {
    ...options,
    defaultIO: "memory",
    clock,
    random: { next: () => (chance = (chance + 0.137) % 1) },
    concurrency: 1,
  });
  let isOver = false;
  const running = sluice.materialize("*", { partitions: "all", tags: { by: "fixture" } })
    .finally(() => isOver = true);
  while (!isOver) await clock.advance(100);
  return { sluice, id: (await running).id };
}
