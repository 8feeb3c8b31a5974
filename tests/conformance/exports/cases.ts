/** Graphs that are run here and, exported, in a real engine; their values must be the same to the byte. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { createOrchestrator, type Definitions } from "sluice";

/** One run of a case: what an engine is asked to do in one go. */
export interface CaseRun {
  /** The keys of the assets that are run, all by default. */
  readonly assets?: readonly string[];
  /** The partitions: one run each for a list in engines that run one at a time; a range is one run where that can be. */
  readonly partitions?: readonly string[] | { readonly start: string; readonly end: string };
  /** The job whose config counts. */
  readonly job?: string;
  /** Whether it fails, and another one follows all the same. */
  readonly fails?: true;
}

/** A graph, and how it is run. */
export interface Case {
  /** The name of its module below `graphs/`. */
  readonly name: string;
  /** What is run, one after the other. */
  readonly runs: readonly CaseRun[];
  /** How the last run ends. */
  readonly status: "success" | "failed";
  /** Variables of the environment of the steps. */
  readonly env?: { readonly [name: string]: string };
}

/** Every case but the weather example, whose runs take longer. */
export const cases: readonly Case[] = [
  { name: "diamond", runs: [{}], status: "success" },
  { name: "multi_asset", runs: [{}], status: "success" },
  {
    name: "regions",
    runs: [{ assets: ["shops", "rates"], partitions: ["eu", "us", "asia"] }, { assets: ["total"] }],
    status: "success",
  },
  {
    name: "cells",
    runs: [
      {
        assets: ["sales"],
        partitions: ["2026-03-01|eu", "2026-03-01|us", "2026-03-02|eu", "2026-03-02|us"],
      },
      { assets: ["sales/daily"], partitions: ["2026-03-01", "2026-03-02"] },
    ],
    status: "success",
  },
  { name: "ranges", runs: [{ partitions: { start: "2026-03-25", end: "2026-04-01" } }], status: "success" },
  { name: "retries", runs: [{}], status: "success" },
  { name: "fan_out", runs: [{}], status: "success" },
  { name: "hooked", runs: [{}], status: "success" },
  {
    name: "watched",
    runs: [{ job: "watch" }, { job: "spoil", fails: true }, { job: "listen" }],
    status: "success",
  },
  { name: "undone", runs: [{ job: "sell", fails: true }, { job: "listen" }], status: "success" },
  { name: "failing_check", runs: [{}], status: "failed" },
  { name: "skips", runs: [{}], status: "success" },
  { name: "cut_off", runs: [{}], status: "success" },
  { name: "configured", runs: [{ job: "large_sample" }], status: "success" },
  {
    name: "secretive",
    runs: [{}],
    status: "success",
    env: { SLUICE_TEST_TOKEN: "s3cr3t-\u00e9\u2028" },
  },
];

/** The weather example: 91 days, partly as ranges, and what is made of whole months. */
export const weather: Case = {
  name: "weather",
  runs: [
    {
      assets: ["weather/raw", "weather/day"],
      partitions: { start: "2012-01-01", end: "2012-03-29" },
    },
    { assets: ["weather/raw", "weather/day"], partitions: ["2012-03-30", "2012-03-31"] },
    { assets: ["weather/month"], partitions: ["2012-01", "2012-02", "2012-03"] },
  ],
  status: "success",
};

/** The path of a case's module. */
export function moduleOf({ name }: Case): string {
  const path = name === "weather" ? "../../../examples/weather/definitions.ts" : `./graphs/${name}.ts`;
  return fileURLToPath(new URL(path, import.meta.url));
}

/** Runs a case here, with values below a folder, and gives the values. What else is of interest `look` asks for. */
export async function runLocally(
  one: Case,
  folder: string,
  look: (orchestrator: ReturnType<typeof createOrchestrator>, definitions: Definitions) => Promise<void> =
    async () => {},
): Promise<ReadonlyMap<string, string>> {
  const before = { ...process.env };
  Object.assign(process.env, one.env);
  try {
    const { default: definitions } = await import(moduleOf(one)) as { readonly default: Definitions };
    await using orchestrator = createOrchestrator(definitions, { store: "memory", folder });
    for (const run of one.runs) await runOnce(orchestrator, definitions, run);
    await look(orchestrator, definitions);
  } finally {
    for (const name of Object.keys(one.env ?? {})) {
      if (before[name] === undefined) delete process.env[name];
    }
  }
  return valuesBelow(join(folder, "values"));
}

async function runOnce(
  orchestrator: ReturnType<typeof createOrchestrator>,
  definitions: Definitions,
  { assets, partitions, job }: CaseRun,
): Promise<void> {
  const sliced = partitions !== undefined && { partitions };
  if (job !== undefined) return void await orchestrator.runJob(job, { ...sliced });
  await orchestrator.materialize(assets?.map((key) => definitions.asset(key)) ?? "*", { ...sliced });
}

/** The values below a folder by path, as Latin-1 text, without receipts and unfinished files. */
export function valuesBelow(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile()
  );
  const paths = files.map((file) => join(file.parentPath, file.name)).filter((path) =>
    !/[\\/]\.[^\\/]+[\\/]/.test(path.slice(folder.length))
  );
  return new Map(paths.sort().map((path) => [relative(folder, path), readFileSync(path, "latin1")]));
}
