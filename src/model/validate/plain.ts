/** Declarations in which no rule can find anything: most of a large graph, known by a few comparisons. */
import type { Asset, StepDeclaration } from "../assets/declaration.ts";
import { isSoundRetryPolicy } from "../policy.ts";

/** Whether an asset that is its own step needs no closer look at its names, policies and body. */
export function isPlain(asset: Asset, step: StepDeclaration): boolean {
  return step.kind === "asset" && isPlainAsset(asset) && isPlainStep(step);
}

function isPlainAsset({ group, owners, kinds, tags, automation, freshness }: Asset): boolean {
  return group === "default" && owners.length === 0 && kinds.length === 0 && !hasAny(tags) &&
    automation === undefined && freshness === undefined;
}

function isPlainStep(step: StepDeclaration): boolean {
  const {
    run,
    checks,
    batch,
    pool,
    concurrency,
    dependsOnPast,
    retry,
    backfill,
    timeoutMs = 1,
    priority,
    triggerRule,
  } = step;
  return typeof run === "function" && checks.length === 0 && !batch && pool === undefined &&
    concurrency === undefined && !dependsOnPast &&
    backfill === undefined && triggerRule === undefined &&
    (retry === undefined || isSoundRetryPolicy(retry)) &&
    timeoutMs > 0 && timeoutMs < Infinity && Number.isFinite(priority);
}

function hasAny(record: object): boolean {
  for (const _ in record) return true;
  return false;
}
