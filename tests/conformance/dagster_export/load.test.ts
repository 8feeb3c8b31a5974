/** Exported projects as Dagster sees them: everything that is declared is there, and nothing else. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Asset, defineAsset, type Definitions, definitions, type StepSnapshot } from "sluice";
import { encode } from "../../../adapters/dagster/partitions/encoding.ts";
import { OLDEST } from "../../../adapters/dagster/version.ts";
import { everything } from "../../adapters/dagster/graph.ts";
import { askDagster, atScale, findDagster, findOldestDagster } from "../dagster.ts";
import { randomDefinitions } from "../exports/random_definitions.ts";
import { expectedAsset, expectedKeys, expectedStep, isDeparting, type Loaded, sorted } from "./expected.ts";
import { NOW_MS, type Project, writeExport } from "./project.ts";

/** Projects for one version of Dagster, loaded by one process. */
interface Suite {
  readonly title: string;
  readonly python: string | undefined;
  /** The version that is written for: the newest by default. */
  readonly version?: string;
  /** How many random graphs. */
  readonly count: number;
}

const SUITES: readonly Suite[] = [
  {
    title: "an export for Dagster",
    python: findDagster("loading of exports for Dagster"),
    count: atScale(16, 200),
  },
  {
    title: `an export for Dagster ${OLDEST}`,
    python: findOldestDagster(`loading of exports for Dagster ${OLDEST}`),
    version: OLDEST,
    count: atScale(8, 200),
  },
];

for (const suite of SUITES) {
  const folder = mkdtempSync(join(tmpdir(), "sluice-dagster-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const projects = suite.python ? writeProjects(folder, suite) : [];
  const answers: readonly Loaded[] = suite.python
    ? askDagster(suite.python, new URL("load.py", import.meta.url), {
      projects: projects.map((project) => ({ path: project.path, package: project.package, nowMs: NOW_MS })),
    })
    : [];
  describeProjects(suite, projects, answers);
  describeFiles(suite, folder);
}

function writeProjects(folder: string, { version, count }: Suite): readonly Project[] {
  const written = version === undefined ? {} : { targetVersion: version };
  const write = (name: string, graph: Definitions) => writeExport(folder, name, graph, undefined, written);
  // The newest also loads what is written for the oldest, and an installed package has no pyproject.toml about it.
  const older = writeExport(folder, "older", everything, undefined, { targetVersion: OLDEST });
  rmSync(join(older.path, "pyproject.toml"));
  return [
    write("everything", everything),
    older,
    ...Array.from({ length: count }, (_, seed) => write(`random_${seed}`, randomDefinitions(seed))),
    ...atScale(0, 1) === 1 ? [write("large", largeGraph(10_000))] : [],
  ];
}

function describeProjects(
  { title, python }: Suite,
  projects: readonly Project[],
  answers: readonly Loaded[],
): void {
  const each = (check: (loaded: Loaded, project: Project) => void): void =>
    answers.forEach((loaded, place) => {
      try {
        check(loaded, projects[place]);
      } catch (error) {
        throw new Error(`${projects[place].package}: ${error}`, { cause: error });
      }
    });
  (python ? describe : describe.skip)(title, () => {
    test(`loads without an error, and without a warning that the report does not tell (${projects.length})`, () => {
      each(requireLoaded);
    });

    test("has the assets, with all that is said of them", () => each(requireAssets));
    test("has the checks", () => each(requireChecks));
    test("has the steps, with retries, pools, priorities and policies", () => each(requireSteps));
    test("has the jobs and schedules", () => {
      each((loaded, project) => {
        requireJobs(loaded, project);
        requireLimits(loaded, project);
        requireSchedules(loaded, project);
      });
    });

    test("has the keys of the partitions", () => {
      let compared = 0;
      each((loaded, project) => compared += comparePartitions(loaded, project));
      assert.ok(compared > answers.length, `${compared} lists of keys were compared`);
    });
  });
}

function describeFiles({ title, python }: Suite, folder: string): void {
  const ruff = join(dirname(python ?? ""), "ruff");
  (python ? describe : describe.skip)(title, () => {
    test("is laid out as Python's formatter lays it out, and its linter finds nothing", () => {
      for (const args of [["format", "--no-cache", "--check"], ["check", "--no-cache"]]) {
        const { status, stdout, stderr } = spawnSync(ruff, [...args, folder], { encoding: "utf8" });
        assert.equal(status, 0, stdout.slice(-2000) + stderr.slice(-2000));
      }
    });
  });
}

function requireLoaded({ error, warnings }: Loaded, { report }: Project): void {
  assert.equal(error, undefined);
  const others = warnings.filter((text) => !/^UserWarning: .*varying BackfillPolicies/.test(text));
  assert.deepEqual(others, []);
  const tells = report.entries.some(({ differs }) => /unlike backfill policies/.test(differs ?? ""));
  if (warnings.length > 0) assert.ok(tells, "the report tells of unlike policies");
}

function requireAssets({ assets }: Loaded, { snapshot, site }: Project): void {
  const found = assets.map(({ partitions: _, automation, freshness, ...rest }) => ({
    ...rest,
    hasAutomation: automation !== null,
    hasFreshness: freshness !== null,
  }));
  const expected = snapshot.assets.map((asset) => expectedAsset(asset, site));
  assert.deepEqual(ordered(found, ({ key }) => key), ordered(expected, ({ key }) => key));
}

function requireChecks({ checks }: Loaded, { snapshot }: Project): void {
  const expected = snapshot.steps.flatMap((step) => step.check ? [step.check] : step.checks)
    .map(({ asset, name, blocking, description = null }) => ({ asset, name, blocking, description }));
  const nameOf = ({ asset, name }: { readonly asset: string; readonly name: string }) => `${asset}:${name}`;
  assert.deepEqual(ordered(checks, nameOf), ordered(expected, nameOf));
}

function requireSteps({ steps }: Loaded, { snapshot, site }: Project): void {
  const made = snapshot.steps.filter(({ kind }) => kind !== "external");
  const expected = made.map((step) => expectedStep(step, site));
  assert.deepEqual(ordered(steps, ({ op }) => op), ordered(expected, ({ op }) => op));
}

/** How many lists of keys are those that we have. */
function comparePartitions({ assets }: Loaded, { site }: Project): number {
  let compared = 0;
  for (const { key, partitions } of assets) {
    const declared = site.partitionsAt(site.assets.get(key)?.partitions);
    assert.equal(partitions === null, declared === undefined, key);
    if (declared === undefined || isDeparting(declared, site.dagster)) continue;
    assert.deepEqual(partitions, expectedKeys(encode(declared).partitions), key);
    compared++;
  }
  return compared;
}

function requireJobs({ jobs }: Loaded, { snapshot, site }: Project): void {
  for (const { name, assets, tags, priority, concurrency } of snapshot.jobs) {
    const known = site.jobs.get(name) as string;
    const parts = jobs.filter((job) => job.name === known || job.name.startsWith(`${known}_part_`));
    for (const part of parts) {
      assert.equal(part.maxConcurrent, concurrency?.steps ?? null, name);
      assert.equal(part.tags["sluice/key"], tags["sluice/key"] ?? concurrency?.key, name);
      assert.equal(
        part.tags["dagster/priority"],
        priority === undefined ? undefined : String(priority),
        name,
      );
    }
    const wanted = assets.filter((key) => !site.assets.get(key)?.isExternal);
    const whole = wanted.flatMap((key) => {
      const step = site.steps.get(site.assets.get(key)?.step as string) as StepSnapshot;
      return step.subsettable ? [key] : step.outputs.map((output) => output.key);
    });
    assert.deepEqual(sorted(parts.flatMap((part) => part.assets)), sorted(whole), name);
  }
}

/** The limits of the keys of jobs, as the instance has them that the project's dagster.yaml is merged into. */
function requireLimits({ limits }: Loaded, { snapshot }: Project): void {
  const wanted = new Map<string, number>();
  for (const { concurrency: { key, limit = 1 } = {} } of snapshot.jobs) {
    if (key !== undefined) wanted.set(key, Math.min(limit, wanted.get(key) ?? Infinity));
  }
  const found = limits.map(({ key, value, limit }) => [key, value, limit] as const);
  const expected = [...wanted].map(([value, limit]) => ["sluice/key", value, limit] as const);
  const byValue = (one: readonly [string, string, number]) => one[1];
  assert.deepEqual(ordered(found, byValue), ordered(expected, byValue));
}

function requireSchedules({ schedules }: Loaded, { snapshot, site }: Project): void {
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
}

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

function ordered<T>(all: readonly T[], name: (one: T) => string): readonly T[] {
  return all.toSorted((a, b) => name(a) < name(b) ? -1 : 1);
}
