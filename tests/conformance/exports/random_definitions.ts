/**
 * Definitions drawn from a seed: valid ones, in which every feature occurs sooner or later. They are there to be looked
 * at, not to be run: bodies give nothing.
 */
import {
  type Asset,
  assetRef,
  condition,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineMultiAsset,
  defineResource,
  defineSchedule,
  type Definitions,
  definitions,
  files,
  freshBy,
  freshWithin,
  type KeyContext,
  type Partitions,
  RETRY_BY_CLASS,
  type RunConcurrency,
  type Schedule,
  type StepConcurrency,
  timeWindowMapping,
} from "sluice";
import { z } from "zod";
import { Draw } from "./random.ts";
import { drawMapping } from "./random_mapping.ts";
import { drawPartitions, ZONES } from "./random_partitions.ts";
import { drawSensors } from "./random_sensors.ts";
import { drawDescription, drawKey, drawText, drawWord } from "./random_text.ts";

/** What is drawn before the assets, and shared by them. */
interface World {
  readonly draw: Draw;
  readonly partitions: readonly Partitions[];
  readonly assets: Asset[];
  readonly keys: Set<string>;
}

const db = defineResource({ name: "db", setup: () => ({}) });
const api = defineResource({
  name: "api",
  setup: () => ({}),
  breaker: { failures: 3, withinMs: 60_000, openMs: 10_000 },
});
const run = () => null as never;

/** Definitions of a seed. The same seed gives the same. */
export function randomDefinitions(seed: number): Definitions {
  const draw = new Draw(seed);
  const world: World = {
    draw,
    partitions: Array.from({ length: draw.between(1, 4) }, () => drawPartitions(draw)),
    assets: [],
    keys: new Set(),
  };
  const count = draw.between(3, 16);
  while (world.assets.length < count) addAssets(world);
  const { assets } = world;
  const checks = drawChecks(world);
  const jobs = drawJobs(world);
  return definitions({
    module: import.meta.url,
    assets,
    checks,
    jobs,
    schedules: drawSchedules(world),
    sensors: drawSensors(draw, assets, jobs, alike),
  });
}

function addAssets(world: World): void {
  const { draw, assets } = world;
  if (draw.chance(0.12)) assets.push(drawExternal(world));
  else if (draw.chance(0.15)) assets.push(...drawMulti(world));
  else assets.push(drawAsset(world));
}

function newKey({ draw, keys }: World): string {
  for (;;) {
    const key = drawKey(draw);
    const folded = key.normalize("NFKC").toLowerCase();
    if (keys.has(folded)) continue;
    keys.add(folded);
    return key;
  }
}

function drawAbout({ draw }: World) {
  return {
    ...draw.maybe(0.4, () => ({ description: drawDescription(draw) })),
    ...draw.maybe(0.5, () => ({ group: draw.one(["raw", "mart", "mart/finance", "class"]) })),
    ...draw.maybe(
      0.3,
      () => ({ tags: { tier: draw.one(["gold", "", "1.2-rc"]), "team/owner": drawWord(draw) } }),
    ),
    ...draw.maybe(0.3, () => ({ owners: draw.one([["team:data"], ["ann@example.org", "team:a-b.c"]]) })),
    ...draw.maybe(0.3, () => ({ kinds: draw.one([["table"], ["duckdb", "dbt"]]) })),
    ...draw.maybe(
      0.3,
      () => ({ metadata: { note: drawText(draw), rows: draw.between(0, 9), flags: [true, null] } }),
    ),
    ...draw.maybe(0.5, () => ({ codeVersion: draw.one(["1", "2.0", drawText(draw)]) })),
    ...draw.maybe(0.2, () => ({ io: draw.one([files({ format: "ndjson" }), files({ format: "text" })]) })),
    ...draw.maybe(0.25, () => ({ automation: drawCondition(draw) })),
    ...draw.maybe(0.2, () => ({
      freshness: draw.chance(0.5)
        ? freshWithin({ failMs: 7_200_000, ...draw.maybe(0.5, () => ({ warnMs: 3_600_000 })) })
        : freshBy({ deadlineCron: "0 9 * * *", lowerBoundMs: 3_600_000, timezone: draw.one(ZONES) }),
    })),
  };
}

function drawRules({ draw }: World) {
  return {
    ...draw.maybe(0.3, () => ({
      retry: {
        maxRetries: draw.between(0, 5),
        delayMs: draw.one([500, 2_000, 60_000]),
        ...draw.maybe(0.5, () => ({ backoff: draw.one(["constant", "linear", "exponential", "doubling"]) })),
        ...draw.maybe(0.3, () => ({ jitter: draw.one(["full", "plus-minus"]) })),
        ...draw.maybe(0.3, () => ({ maxDelayMs: 90_000 })),
        ...draw.maybe(0.2, () => ({ byClass: RETRY_BY_CLASS })),
      },
    })),
    ...draw.maybe(0.2, () => ({ timeoutMs: draw.one([1_500, 60_000]) })),
    ...draw.maybe(0.2, () => ({ pool: draw.one(["db", "db/heavy"]) })),
    ...draw.maybe(0.15, () => ({ concurrency: drawConcurrency(draw) })),
    ...draw.maybe(0.2, () => ({ priority: draw.between(-2, 9) })),
    ...draw.maybe(0.15, () => ({ resources: draw.one([{ db }, { db, api }]) })),
    ...draw.maybe(0.15, () => ({ hooks: { onFailure: () => {}, timeoutMs: 1_000 } })),
    ...draw.maybe(
      0.1,
      () => ({ isolation: "process" as const, ...draw.maybe(0.5, () => ({ memoryMb: 512 })) }),
    ),
    ...draw.maybe(0.15, () => ({ config: z.object({ limit: z.number().default(1) }) })),
  };
}

function drawConcurrency(draw: Draw): StepConcurrency {
  const key = draw.one(["tenant/a", drawText(draw), ({ partition }: KeyContext) => partition ?? "none"]);
  return { key: key === "" ? "k" : key, ...draw.maybe(0.5, () => ({ limit: draw.between(1, 3) })) };
}

/** Dependencies on assets that are there, each with a mapping where one is needed, or where one can be had. */
function drawUpstream(world: World, partitions: Partitions | undefined) {
  const { draw, assets } = world;
  const deps: Record<string, { asset: Asset; mapping?: never; optional?: boolean }> = {};
  const after: Asset[] = [];
  const wanted = Math.min(assets.length, draw.between(0, 3));
  for (let n = 0; n < wanted; n++) {
    const asset = draw.one(assets);
    if (Object.values(deps).some((dep) => dep.asset === asset) || after.includes(asset)) continue;
    const mapping = drawMapping(draw, partitions, asset.partitions as Partitions | undefined);
    if (mapping === "none" && draw.chance(0.2)) after.push(asset);
    else if (mapping === "none") deps[`in${n}`] = { asset, ...draw.maybe(0.1, () => ({ optional: true })) };
    else if (mapping) deps[`in${n}`] = { asset, mapping: mapping as never };
  }
  return { deps, after };
}

function drawAsset(world: World): Asset {
  const { draw } = world;
  const key = newKey(world);
  const partitions = draw.chance(0.6) ? draw.one(world.partitions) : undefined;
  const { deps, after } = drawUpstream(world, partitions);
  const isTime = partitions?.kind === "time";
  const self = isTime && draw.chance(0.15)
    ? { self: { asset: assetRef(key), mapping: timeWindowMapping({ startOffset: -1, endOffset: -1 }) } }
    : {};
  const skippable = draw.chance(0.15);
  return defineAsset({
    key,
    deps: { ...deps, ...self },
    after,
    ...draw.maybe(partitions ? 1 : 0, () => ({ partitions })),
    ...drawAbout(world),
    ...drawRules(world),
    ...(partitions && draw.chance(0.2) && { batch: true }),
    ...draw.maybe(0.15, () => ({ elements: true })),
    ...(isTime && draw.chance(0.15) && { dependsOnPast: true }),
    ...(partitions && draw.chance(0.3) &&
      { backfill: { maxPartitionsPerRun: draw.one([Infinity, 1, 10]) } }),
    ...(skippable ? { skippable: true } : draw.maybe(0.25, () => ({
      checks: {
        plain: () => true,
        ...draw.maybe(0.5, () => ({
          gate: { severity: draw.one(["warn", "error"]), blocking: draw.chance(0.5), run: () => true },
        })),
      },
    }))),
    ...draw.maybe(0.15, () => ({ undo: { run: () => {}, keepsValue: draw.chance(0.5) } })),
    run,
  } as never) as Asset;
}

function drawExternal(world: World): Asset {
  const { draw } = world;
  const partitions = draw.chance(0.5) ? draw.one(world.partitions) : undefined;
  const { automation: _, ...about } = drawAbout(world) as { automation?: unknown };
  return defineExternalAsset(
    { key: newKey(world), ...(partitions && { partitions }), ...about } as never,
  ) as Asset;
}

function drawMulti(world: World): readonly Asset[] {
  const { draw } = world;
  const partitions = draw.chance(0.5) ? draw.one(world.partitions) : undefined;
  const { deps, after } = drawUpstream(world, partitions);
  const outputs = Array.from(
    { length: draw.between(2, 3) },
    (_, index) => [`out${index}`, { key: newKey(world), ...drawAbout(world) }],
  );
  const made = defineMultiAsset({
    name: `multi_${draw.between(0, 1e9)}`,
    outputs: Object.fromEntries(outputs),
    deps,
    after,
    ...(partitions && { partitions }),
    ...drawRules(world),
    subsettable: draw.chance(0.5),
    skippable: draw.chance(0.2),
    ...draw.maybe(0.15, () => ({ undo: () => {} })),
    run,
  } as never) as { readonly [name: string]: Asset };
  return Object.values(made);
}

function drawChecks({ draw, assets }: World) {
  return assets.filter((asset) => asset["~step"].kind !== "external" && draw.chance(0.15)).map((
    asset,
    index,
  ) =>
    defineCheck({
      asset,
      name: `check${index}`,
      description: drawDescription(draw),
      severity: draw.one(["warn", "error"]),
      blocking: draw.chance(0.4),
      run: () => true,
    })
  );
}

function drawJobs({ draw, assets }: World) {
  const runnable = assets.filter((asset) => asset["~step"].kind !== "external");
  if (runnable.length === 0) return [];
  return Array.from({ length: draw.between(0, 2) }, (_, index) =>
    defineJob({
      name: `job${index}`,
      selection: alike(draw, runnable),
      description: drawDescription(draw),
      tags: draw.chance(0.5) ? { by: drawWord(draw) } : {},
      ...draw.maybe(0.3, () => ({ hooks: { onRunEnd: () => {} } })),
      ...draw.maybe(0.2, () => ({ priority: draw.between(-1, 5) })),
      ...draw.maybe(0.5, () => ({ concurrency: drawRunConcurrency(draw) })),
      ...draw.maybe(0.2, () => ({ compensate: draw.one([false, "always"]) })),
    }));
}

function drawRunConcurrency(draw: Draw): RunConcurrency {
  if (draw.chance(0.3)) return { steps: draw.between(1, 4) };
  return {
    key: draw.one(["tenant", "tenant", drawText(draw) || "k"]),
    ...draw.maybe(0.5, () => ({ limit: draw.between(1, 3) })),
    ...draw.maybe(0.5, () => ({ whenBusy: draw.one(["queue", "skip", "cancelPrevious"] as const) })),
  };
}

function drawSchedules({ draw, assets }: World): readonly Schedule[] {
  const runnable = assets.filter((asset) => asset["~step"].kind !== "external");
  if (runnable.length === 0) return [];
  return Array.from({ length: draw.between(0, 3) }, (_, index) => {
    const target = alike(draw, runnable);
    const windows = hasWindows(target[0].partitions as Partitions | undefined) && draw.chance(0.4);
    return defineSchedule({
      name: `schedule${index}`,
      ...(!windows && {
        cron: draw.one([["0 2 * * *"], ["30 2 * * *", "15 * * * *"], ["0 6 * * 1-5"], ["*/20 * * * *"]]),
        timezone: draw.one(ZONES),
        ...draw.maybe(0.2, () => ({ start: "2026-02-01" })),
        ...draw.maybe(0.2, () => ({ end: "2028-03-01T12:30" })),
      }),
      target,
      partitions: draw.one(["last", "all"]),
      enabled: draw.chance(0.7),
      ...drawPolicies(draw),
      description: drawDescription(draw),
      tags: draw.chance(0.5) ? { by: drawWord(draw) } : {},
    });
  });
}

function drawPolicies(draw: Draw) {
  return {
    ...draw.chance(0.7)
      ? { catchUp: draw.chance(0.3) }
      : { misfire: draw.one(["skip", "fire-once", { policy: "fire-all", cap: 7 }] as const) },
    ...draw.maybe(
      0.3,
      () => ({ overlap: draw.one(["skip", "queue-one", "allow", "cancel-previous"] as const) }),
    ),
    ...draw.maybe(0.2, () => ({ jitterMs: draw.between(0, 60_000) })),
    ...draw.maybe(0.15, () => ({ request: () => ({}) })),
  };
}

/** Some assets that share one partition definition, whole multi-assets together. */
function alike(draw: Draw, assets: readonly Asset[]): readonly Asset[] {
  const first = draw.one(assets);
  const rest = assets.filter((asset) => asset.partitions === first.partitions && draw.chance(0.6));
  const steps = new Set([first, ...rest].map((asset) => asset["~step"]));
  return assets.filter((asset) => steps.has(asset["~step"]));
}

function hasWindows(partitions: Partitions | undefined): boolean {
  if (partitions?.kind === "time") return true;
  return partitions?.kind === "multi" &&
    Object.values(partitions.dimensions).filter(({ kind }) => kind === "time").length === 1;
}

function drawCondition(draw: Draw) {
  const { and, or, not, since, anyDeps, newlyUpdated, missing, codeVersionChanged } = condition;
  return draw.one([
    condition.eager,
    condition.onCron("0 6 * * *", draw.one(ZONES)),
    condition.onMissing,
    and(condition.eager, not(condition.executionFailed)),
    or(since(newlyUpdated, condition.cronTickPassed("0 0 * * *")), condition.newlyTrue(codeVersionChanged)),
    and(condition.inLatestTimeWindow(3_600_000), not(anyDeps(missing)), condition.sinceLastHandled(missing)),
    and(condition.allChecks(condition.checkPassed, { blockingOnly: true }), condition.allDeps(newlyUpdated)),
  ]);
}
