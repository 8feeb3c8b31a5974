/** Graphs of every kind, decided by a seed. */
import {
  type Asset,
  defineAsset,
  defineCheck,
  defineResource,
  type Definitions,
  definitions,
  type Each,
  type PoolOptions,
  shortCircuit,
  skip,
  staticPartitions,
  type TriggerRule,
} from "sluice";
import { chance } from "../../../src/testing/simulate/chance.ts";

const LETTERS = staticPartitions(["a", "b", "c", "d"]);

const RULES: readonly TriggerRule[] = [
  "all_failed",
  "all_done",
  "all_done_min_one_success",
  "all_skipped",
  "one_success",
  "one_failed",
  "one_done",
  "none_failed",
  "none_failed_min_one_success",
  "none_skipped",
  "always",
];

/** The pools that the graphs use. */
export const POOLS: { readonly [pool: string]: number | PoolOptions } = {
  narrow: 1,
  wide: {
    slots: 3,
    breaker: { failures: 2, withinMs: 4_000, openMs: 2_000, maxOpenMs: 8_000, counts: "all" },
  },
};

const api = defineResource({
  name: "api",
  setup: () => "api",
  breaker: { failures: 2, withinMs: 3_000, openMs: 1_000, trials: 2, counts: "all" },
});

/** Definitions of 12 to 20 assets with partitions, batches, pools, keys, breakers, retries, priorities, skips, checks and cut backfills. */
export function graphOf(seed: number): Definitions {
  const count = 12 + Math.floor(chance(seed, "size") * 9);
  const assets: Asset[] = [];
  for (let index = 0; index < count; index++) assets.push(assetOf(seed, index, assets));
  const checks = assets.filter((asset) => !asset.partitions && chance(seed, "check", asset.key) < 0.25).map((
    asset,
  ) =>
    defineCheck({
      asset,
      name: "whole",
      blocking: chance(seed, "blocking", asset.key) < 0.5,
      run: () => chance(seed, "passes", asset.key) < 0.8,
    })
  );
  return definitions({ assets, checks });
}

function assetOf(seed: number, index: number, earlier: readonly Asset[]): Asset {
  const key = `n${index}`;
  const draw = (what: string) => chance(seed, what, index);
  const isPartitioned = draw("partitions") < 0.4;
  const upstream = earlier.filter((asset, at) =>
    at >= index - 6 && chance(seed, "edge", at, index) < 0.35 &&
    (isPartitioned || !asset.partitions || draw("all") < 0.9)
  );
  const rule = draw("rule") < 0.25 ? RULES[Math.floor(draw("which rule") * RULES.length)] : undefined;
  const read = rule !== undefined ? [] : upstream.filter((_, at) => chance(seed, "read", at, index) < 0.8);
  const isSkippable = draw("skippable") < 0.15;
  const fansOut = draw("elements") < 0.3;
  const pool = draw("pool") < 0.15 ? "narrow" : draw("pool") < 0.3 ? "wide" : undefined;
  const spec = {
    key,
    deps: Object.fromEntries(read.map((asset) => [asset.key, asset])),
    after: upstream.filter((asset) => !read.includes(asset)),
    ...(rule !== undefined && { triggerRule: rule }),
    ...(isPartitioned && { partitions: LETTERS }),
    ...(isPartitioned && draw("batch") < 0.3 && { batch: true }),
    ...(isPartitioned && draw("cut") < 0.3 && { backfill: { maxPartitionsPerRun: 2 } }),
    ...(draw("retry") < 0.6 && {
      retry: {
        maxRetries: 1 + Math.floor(draw("retries") * 3),
        delayMs: 500,
        backoff: "exponential",
        jitter: "full",
      },
    }),
    ...(draw("timeout") < 0.2 && { timeoutMs: 1_200 }),
    ...(draw("priority") < 0.3 && { priority: Math.floor(draw("priority") * 10) }),
    ...(pool !== undefined && { pool }),
    ...(draw("api") < 0.15 && { resources: { api } }),
    ...(draw("key") < 0.2 && { concurrency: { key: draw("which key") < 0.5 ? "x" : "y", limit: 2 } }),
    ...(isSkippable && { skippable: true }),
    ...(fansOut && { elements: true }),
    ...(draw("version") < 0.3 && { codeVersion: "1" }),
    ...(!isSkippable && draw("inline") < 0.15 &&
      { checks: { fine: { run: () => draw("fine") < 0.7, blocking: false } } }),
    ...(draw("undo") < 0.3 && {
      undo: async ({ load, partitions, log, name }: UndoContext) => {
        const values = draw("batch") < 0.3 ? partitions.map(({ key }) => load(key)) : [load()];
        log.info(`undoing ${name}`, { values: (await Promise.allSettled(values)).length });
      },
    }),
    run: async (context: Context) => {
      const { inputs, partitions, log, run } = context;
      log.info(`making ${key}`, { reads: Object.keys(inputs).length });
      for (const value of Object.values(inputs)) if (isCollection(value)) await value.load();
      if (fansOut) await fanOut(seed, index, context);
      if (isSkippable && chance(seed, "skips", index, run.id) < 0.3) {
        const isCut = chance(seed, "cuts off", index, run.id) < 0.4;
        const rules = chance(seed, "respects", index) < 0.5 ? "respect" : "ignore";
        return isCut ? shortCircuit("nothing at all", { rules }) : skip("nothing new");
      }
      if (!isPartitioned || draw("batch") >= 0.3) return index;
      return new Map(partitions.map((partition) => [partition.key, index]));
    },
  };
  return defineAsset(spec as never) as Asset;
}

/** Elements, some with others in them, that fail now and then and are tried again by themselves. */
async function fanOut(seed: number, index: number, { each, run, attempt }: Context): Promise<void> {
  const fails = (path: string, nth: number) =>
    chance(seed, "element", index, run.id, path, attempt, nth) < (nth === 1 ? 0.4 : 0.1);
  const retry = { maxRetries: 1, delayMs: 700 };
  const count = 1 + Math.floor(chance(seed, "elements", index) * 4);
  const items = Array.from({ length: count }, (_, item) => item);
  await each(
    items,
    { key: (item) => `e${item}`, concurrency: 2, retry },
    async (item, { each, path, attempt }) => {
      if (item % 2 === 0) {
        await each(["x", "y"], { retry, timeoutMs: 5_000 }, (letter, { path, attempt }) => {
          if (fails(path, attempt)) throw new Error(`no ${path}`);
          return letter === "y" ? skip("no y") : path;
        });
      }
      if (fails(path, attempt)) throw new Error(`no ${path}`);
      return { path };
    },
  );
}

/** What the undo steps use of their context. */
interface UndoContext extends Pick<Context, "partitions" | "log"> {
  readonly name: string;
  readonly load: (partition?: string) => Promise<unknown>;
}

/** What the bodies use of their context. */
interface Context {
  readonly each: Each;
  readonly attempt: number;
  readonly inputs: { readonly [name: string]: unknown };
  readonly partitions: readonly { readonly key: string }[];
  readonly log: { info(message: string, fields: { readonly [name: string]: unknown }): void };
  readonly run: { readonly id: string };
}

function isCollection(value: unknown): value is { load(): Promise<unknown> } {
  return typeof value === "object" && value !== null && "load" in value;
}
