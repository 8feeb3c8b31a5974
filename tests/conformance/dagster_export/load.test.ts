/** Exported projects as Dagster sees them: everything that is declared is there, and nothing else. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type Asset,
  type AssetSnapshot,
  defineAsset,
  type Definitions,
  definitions,
  type Partitions,
  type Snapshot,
  type StepSnapshot,
} from "sluice";
import { carriedOwners } from "../../../adapters/dagster/definitions/fields.ts";
import { encode } from "../../../adapters/dagster/partitions/encoding.ts";
import { openSite, type Site } from "../../../adapters/dagster/site.ts";
import { windowDepartures } from "../../../adapters/dagster/ticks/departures.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { everything } from "../../adapters/dagster/graph.ts";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { NOW_MS, type Project, writeExport } from "./project.ts";

interface Keys {
  readonly count?: number;
  readonly dynamic?: string;
  readonly dimensions?: { readonly [name: string]: Keys };
}

interface LoadedAsset {
  readonly key: string;
  readonly parents: readonly string[];
  readonly group: string;
  readonly tags: { readonly [name: string]: string };
  readonly kinds: readonly string[];
  readonly owners: readonly string[];
  readonly codeVersion: string | null;
  readonly description: string | null;
  readonly metadata: { readonly [name: string]: unknown };
  readonly isExecutable: boolean;
  readonly partitions: Keys | null;
  readonly automation: string | null;
  readonly freshness: string | null;
}

interface LoadedStep {
  readonly op: string;
  readonly keys: readonly string[];
  readonly retry: { readonly maxRetries: number; readonly delay: number | null } | null;
  readonly pool: string | null;
  readonly priority: string | null;
  readonly canSubset: boolean;
  readonly backfill: number | null;
  readonly config: boolean;
  readonly checks: readonly (readonly [asset: string, check: string])[];
}

interface Loaded {
  readonly error?: string;
  readonly warnings: readonly string[];
  readonly assets: readonly LoadedAsset[];
  readonly checks: readonly {
    readonly asset: string;
    readonly name: string;
    readonly blocking: boolean;
    readonly description: string | null;
  }[];
  readonly steps: readonly LoadedStep[];
  readonly jobs: readonly { readonly name: string; readonly assets: readonly string[] }[];
  readonly schedules: readonly {
    readonly name: string;
    readonly crons: readonly string[];
    readonly timezone: string;
    readonly running: boolean;
    readonly description: string | null;
  }[];
}

const python = findDagster("loading of exports for Dagster");
const folder = mkdtempSync(join(tmpdir(), "sluice-dagster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const projects: Project[] = python
  ? [
    writeExport(folder, "everything", everything, undefined),
    ...Array.from(
      { length: atScale(16, 200) },
      (_, seed) => writeExport(folder, `random_${seed}`, randomDefinitions(seed), undefined),
    ),
  ]
  : [];
if (python && atScale(0, 1) === 1) projects.push(writeExport(folder, "large", largeGraph(10_000), undefined));
const answers: readonly Loaded[] = python
  ? askDagster(python, new URL("load.py", import.meta.url), {
    projects: projects.map((project) => ({ path: project.path, package: project.package, nowMs: NOW_MS })),
  })
  : [];

function each(check: (loaded: Loaded, project: Project) => void): void {
  answers.forEach((loaded, place) => {
    try {
      check(loaded, projects[place]);
    } catch (error) {
      throw new Error(`${projects[place].package}: ${error}`, { cause: error });
    }
  });
}

function sorted<T>(items: Iterable<T>): readonly T[] {
  return [...new Set(items)].sort();
}

(python ? describe : describe.skip)("an export for Dagster", () => {
  test(`loads without an error, and without a warning that the report does not tell (${projects.length})`, () => {
    each(({ error, warnings }, { report }) => {
      assert.equal(error, undefined);
      const others = warnings.filter((text) => !/^UserWarning: .*varying BackfillPolicies/.test(text));
      assert.deepEqual(others, []);
      const tells = report.entries.some(({ differs }) => /unlike backfill policies/.test(differs ?? ""));
      if (warnings.length > 0) assert.ok(tells, "the report tells of unlike policies");
    });
  });

  test("has the assets, with all that is said of them", () => {
    each(({ assets }, { snapshot }) => {
      const expected = expectedAssets(snapshot);
      const found = assets.map(({ partitions: _, automation, freshness, ...rest }) => ({
        ...rest,
        hasAutomation: automation !== null,
        hasFreshness: freshness !== null,
      }));
      assert.deepEqual(byKey(found), byKey(expected));
    });
  });

  test("has the checks", () => {
    each(({ checks }, { snapshot }) => {
      const expected = snapshot.steps.flatMap((step) => step.check ? [step.check] : step.checks)
        .map(({ asset, name, blocking, description = null }) => ({ asset, name, blocking, description }));
      const nameOf = ({ asset, name }: { readonly asset: string; readonly name: string }) =>
        `${asset}:${name}`;
      const order = <T extends { readonly asset: string; readonly name: string }>(all: readonly T[]) =>
        all.toSorted((a, b) => nameOf(a) < nameOf(b) ? -1 : 1);
      assert.deepEqual(order(checks), order(expected));
    });
  });

  test("has the steps, with retries, pools, priorities and policies", () => {
    each(({ steps }, { snapshot }) => {
      const { ops } = openSite(snapshot);
      const expected = snapshot.steps.filter(({ kind }) => kind !== "external")
        .map((step) => expectedStep(step, ops.get(step.name) as string));
      const order = (all: readonly LoadedStep[]) => all.toSorted((a, b) => a.op < b.op ? -1 : 1);
      assert.deepEqual(order(steps), order(expected));
    });
  });
});

(python ? describe : describe.skip)("an export for Dagster, beside its steps,", () => {
  test("has the keys of the partitions", () => {
    let compared = 0;
    each(({ assets }, { snapshot }) => {
      const declared = new Map(snapshot.assets.map((asset) => [asset.key, asset]));
      for (const { key, partitions } of assets) {
        const place = declared.get(key)?.partitions;
        assert.equal(partitions === null, place === undefined, key);
        if (place === undefined || isDeparting(snapshot.partitions[place])) continue;
        assert.deepEqual(partitions, expectedKeys(encode(snapshot.partitions[place]).partitions), key);
        compared++;
      }
    });
    assert.ok(compared > answers.length, `${compared} lists of keys were compared`);
  });

  test("has the jobs and schedules", () => {
    each(({ jobs, schedules }, { snapshot }) => {
      const site = openSite(snapshot);
      for (const { name, assets } of snapshot.jobs) {
        const parts = jobs.filter((job) =>
          job.name === site.jobs.get(name) || job.name.startsWith(`${site.jobs.get(name)}_part_`)
        );
        const wanted = assets.filter((key) => !site.assets.get(key)?.isExternal);
        const whole = wanted.flatMap((key) => {
          const step = site.steps.get(site.assets.get(key)?.step as string) as StepSnapshot;
          return step.subsettable ? [key] : step.outputs.map((output) => output.key);
        });
        assert.deepEqual(sorted(parts.flatMap((part) => part.assets)), sorted(whole), name);
      }
      for (const { name, crons, timezone, enabled, description = null } of snapshot.schedules) {
        const found = schedules.find((schedule) => schedule.name === site.schedules.get(name));
        assert.ok(found, name);
        assert.equal(found.running, enabled);
        assert.equal(found.description, description);
        if (crons.length > 0) {
          assert.deepEqual(found.crons, crons);
          assert.equal(found.timezone, timezone);
        }
      }
    });
  });

  test("is laid out as Python's formatter lays it out, and its linter finds nothing", () => {
    const ruff = join(dirname(python as string), "ruff");
    for (const args of [["format", "--no-cache", "--check"], ["check", "--no-cache"]]) {
      const { status, stdout, stderr } = spawnSync(ruff, [...args, folder], { encoding: "utf8" });
      assert.equal(status, 0, stdout.slice(-2000) + stderr.slice(-2000));
    }
  });
});

/** Layers of a hundred assets, each made from two of the layer before. */
function largeGraph(count: number): Definitions {
  const assets: Asset[] = [];
  for (let index = 0; index < count; index++) {
    const [one, other] = [assets[index - 100], assets[index - 137]];
    const deps = { ...one && { one }, ...other && { other } };
    const made = defineAsset({ key: `layer/asset-${index}`, group: `g${index % 20}`, deps, run: () => 1 });
    assets.push(made as Asset);
  }
  return definitions({ assets });
}

function byKey<T extends { readonly key: string }>(all: readonly T[]): readonly T[] {
  return all.toSorted((a, b) => a.key < b.key ? -1 : 1);
}

function expectedAssets(snapshot: Snapshot) {
  const site = openSite(snapshot);
  return snapshot.assets.map((asset) => expectedAsset(asset, site));
}

function expectedAsset(asset: AssetSnapshot, { steps, groups }: Site) {
  const { key, kinds, tags, codeVersion, description = null, metadata, owners, group } = asset;
  const step = steps.get(asset.step) as StepSnapshot;
  const made = step.outputs.map((output) => output.key);
  const carried = carriedOwners(asset);
  const others = owners.filter((owner) => !carried.includes(owner));
  return {
    key,
    parents: sorted(
      step.inputs.map((input) => input.key).filter((each) => each === key || !made.includes(each)),
    ),
    group: groups.get(group) as string,
    tags: { ...tags, ...Object.fromEntries(kinds.map((kind) => [`dagster/kind/${kind}`, ""])) },
    kinds: sorted(kinds),
    owners: [...carried],
    codeVersion: codeVersion || null,
    description,
    metadata: { ...metadata, ...others.length > 0 && { "sluice/owners": others } },
    isExecutable: !asset.isExternal,
    hasAutomation: asset.automation !== undefined,
    hasFreshness: asset.freshness !== undefined,
  };
}

function expectedStep(step: StepSnapshot, op: string): LoadedStep {
  const { retry, pool = null, priority, subsettable, outputs, batch, maxPartitionsPerRun } = step;
  const policy = maxPartitionsPerRun === undefined ? batch ? 0 : null : maxPartitionsPerRun ?? 0;
  const jitter = retry?.jitter ?? "none";
  const backoff = retry?.backoff ?? "constant";
  return {
    op,
    keys: sorted(outputs.map(({ key }) => key)),
    retry: retry
      ? {
        maxRetries: retry.maxRetries,
        delay: retry.delayMs === undefined ? null : retry.delayMs / 1000,
        backoff: backoff === "constant" ? null : backoff.toUpperCase(),
        jitter: jitter === "none" ? null : jitter === "full" ? "FULL" : "PLUS_MINUS",
      } as LoadedStep["retry"]
      : null,
    pool,
    priority: priority === 0 ? null : String(Math.round(priority)),
    canSubset: subsettable && outputs.length > 1,
    backfill: step.kind === "check" ? null : policy,
    config: step.takesConfig,
    checks: (step.check ? [step.check] : step.checks).map(({ asset, name }) => [asset, name] as const)
      .toSorted((a, b) => a[1] < b[1] ? -1 : 1),
  };
}

/** Whether Dagster's windows are not ours, as the report says, at some time before now. */
function isDeparting(partitions: Partitions): boolean {
  if (partitions.kind === "multi") return Object.values(partitions.dimensions).some(isDeparting);
  if (partitions.kind !== "time") return false;
  const { cron, timezone, startMs } = partitions;
  return windowDepartures(cron, timezone, { fromMs: startMs, untilMs: NOW_MS }).length > 0;
}

function expectedKeys(partitions: Partitions): Keys {
  if (partitions.kind === "dynamic") return { dynamic: partitions.name };
  if (partitions.kind === "multi") {
    const dimensions = Object.entries(partitions.dimensions).map((
      [name, leaf],
    ) => [name, expectedKeys(leaf)]);
    return { dimensions: Object.fromEntries(dimensions) };
  }
  const space = openSpace(partitions, { nowMs: NOW_MS, dynamicKeys: () => [] });
  const keys = Array.from({ length: space.size }, (_, index) => space.keyAt(index));
  const sha256 = createHash("sha256").update(keys.join("\n")).digest("hex");
  return { count: keys.length, first: keys.slice(0, 1), last: keys.slice(-1), sha256 } as Keys;
}
