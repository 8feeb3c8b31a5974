import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Definitions, takeSnapshot } from "sluice";
import { identifierOf } from "../../../adapters/python/identifier.ts";
import metered from "../exports/graphs/metered.ts";
import { meteredModule, requireTurns } from "../exports/metered.ts";
import automatic from "./automatic.ts";
import dynamic from "./dynamic.ts";
import { exportPrefect } from "../../../adapters/prefect/export.ts";
import { variableName } from "../../../adapters/prefect/names.ts";
import { commandLine } from "../../cli/support/step.ts";
import { writeFiles } from "../../support/files.ts";
import {
  type Case,
  type CaseRun,
  cases,
  moduleOf,
  runLocally,
  valuesBelow,
  weather,
} from "../exports/cases.ts";
import { findPython } from "../python.ts";
import { askPrefect } from "./prefect.ts";

const python = findPython("SLUICE_PREFECT_PYTHON", "Runs in Prefect");
const folder = mkdtempSync(join(tmpdir(), "sluice-prefect-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface RanTask {
  readonly name: string;
  readonly type: string;
  readonly state: string;
  readonly runs: number;
}

interface Ran {
  readonly type: string;
  readonly name: string;
  readonly message: string | null;
  readonly tasks: readonly RanTask[];
}

interface Answer {
  readonly cases: readonly (readonly Ran[])[];
  readonly events: readonly {
    readonly event: string;
    readonly asset: string;
    readonly payload: { readonly [name: string]: unknown };
  }[];
  readonly warnings: readonly string[];
}

const all: readonly Case[] = [...cases, weather];
/** All cases are run by one process, on one server, and before any test: it takes longer than a test may. */
const answer = python ? await runAll() : undefined;

function ran(): Answer {
  assert.ok(answer);
  return answer;
}

async function runAll(): Promise<Answer> {
  const questions: unknown[] = [];
  for (const one of all) {
    const { default: definitions } = await import(moduleOf(one)) as { readonly default: Definitions };
    const project = join(folder, one.name);
    const { files } = exportPrefect(takeSnapshot(definitions), {
      name: "shop",
      module: moduleOf(one),
      command: commandLine,
      ticksFromMs: 0,
    });
    writeFiles(project, files);
    questions.push({
      folder: project,
      env: { ...one.env, SLUICE_IO: valuesOf(one) },
      runs: one.runs.map((run) => ({ flow: flowOf(run), parameters: parametersOf(run) })),
    });
  }
  questions.push(meteredQuestion(), automaticQuestion(), dynamicQuestion());
  return askPrefect(python as string, new URL("run.py", import.meta.url), { cases: questions });
}

/** Flows that look at events, which arrive a moment after the runs that they tell of. */
function automaticQuestion(): unknown {
  const project = join(folder, "automatic");
  const module = fileURLToPath(new URL("./automatic.ts", import.meta.url));
  const options = { name: "shop", module, command: commandLine, ticksFromMs: 0 };
  writeFiles(project, exportPrefect(takeSnapshot(automatic), options).files);
  const looks = ["freshness base", "automation eager", "automation missing", "automation ticked"];
  const flows = [
    "all base",
    ...looks,
    "freshness base",
    ...looks.slice(1),
    "freshness ticked",
    "freshness never",
    "schedule daily",
  ];
  return {
    folder: project,
    env: { SLUICE_IO: join(project, "values") },
    runs: flows.map((each, place) => {
      const [kind, key] = each.split(" ");
      const isRun = kind === "all";
      return {
        flow: isRun ? "shop.all" : `shop.${kind}.${kind === "schedule" ? key : identifierOf(key)}`,
        parameters: isRun ? { steps: [key] } : {},
        awaited: place === 0 ? [] : place < 5 ? ["base"] : ["eager", "missing", "ticked"],
      };
    }),
  };
}

/** Two runs at once, of steps with one key. */
function meteredQuestion(): unknown {
  const project = join(folder, "metered");
  const options = { name: "shop", module: meteredModule, command: commandLine, ticksFromMs: 0 };
  writeFiles(project, exportPrefect(takeSnapshot(metered), options).files);
  const together = ["a", "b"].map((partition) => ({
    flow: "shop.all",
    parameters: { steps: ["metered"], partition },
  }));
  return { folder: project, env: { SLUICE_IO: join(project, "values") }, runs: [{ together }] };
}

/** Runs with the keys that a variable holds, and with one that it did not hold before. */
function dynamicQuestion(): unknown {
  const project = join(folder, "dynamic");
  const module = fileURLToPath(new URL("./dynamic.ts", import.meta.url));
  const options = { name: "shop", module, command: commandLine, ticksFromMs: 0 };
  writeFiles(project, exportPrefect(takeSnapshot(dynamic), options).files);
  const variable = variableName("shops");
  const all = (steps: readonly string[], partition?: string | readonly string[]) => ({
    flow: "shop.all",
    parameters: { steps, ...(partition !== undefined && { partition }) },
  });
  return {
    folder: project,
    env: { SLUICE_IO: join(project, "values") },
    runs: [
      { ...all(["sales"], ["a", "it's"]), variables: { [variable]: ["a", "it's"] } },
      all(["sales"], "later"),
      { flow: "shop.backfill", parameters: {}, variables: { [variable]: ["a", "it's", "later"] } },
    ],
  };
}

function valuesOf({ name }: Case): string {
  return join(folder, name, "values");
}

function flowOf({ job }: CaseRun): string {
  return job === undefined ? "shop.all" : `shop.job.${job}`;
}

function parametersOf({ assets, partitions }: CaseRun) {
  const steps = assets && { steps: assets };
  if (partitions === undefined) return { ...steps };
  if (!("start" in partitions)) return { ...steps, partition: partitions };
  return { ...steps, partition: `${partitions.start}...${partitions.end}`, partitions_per_task: 31 };
}

async function outcomeOf(name: string): Promise<{ readonly runs: readonly Ran[] }> {
  const { cases: outcomes } = ran();
  return { runs: outcomes[all.findIndex((one) => one.name === name)] };
}

function statesOf({ tasks }: Ran): { readonly [name: string]: string } {
  return Object.fromEntries(tasks.map(({ name, state, runs }) => [name, `${state} ${runs}`]));
}

describe("an exported flow", () => {
  const check = python ? test : test.skip;

  check("leaves the same values as a local run, to the byte", async () => {
    for (const one of all) {
      const expected = await runLocally(one, join(folder, "local", one.name));
      const found = valuesBelow(valuesOf(one));
      assert.deepEqual([...found.keys()], [...expected.keys()], one.name);
      assert.deepEqual(found, expected, one.name);
      assert.ok(found.size > 0, one.name);
    }
  });

  check("is Completed only when nothing failed", async () => {
    for (const one of all) {
      const { runs } = await outcomeOf(one.name);
      const types = runs.map(({ type }) => type);
      const expected = runs.map((_, place) =>
        one.runs[place].fails || place === runs.length - 1 && one.status === "failed" ? "FAILED" : "COMPLETED"
      );
      assert.deepEqual(types, expected, `${one.name}: ${runs.map(({ message }) => message).join("; ")}`);
    }
  });

  check("tries again what may be, and says how often", async () => {
    const { runs: [run] } = await outcomeOf("retries");
    assert.deepEqual(statesOf(run), { after: "Completed 1", flaky: "Completed 3" });
  });

  check("skips what skips, and does not reach what is behind it", async () => {
    const { runs: [run] } = await outcomeOf("skips");
    assert.deepEqual(statesOf(run), {
      digest: "NotReady 0",
      news: "Skipped 1",
      size: "Completed 1",
      source: "Completed 1",
    });
  });

  check("undoes what a failed run has made, and says so", async () => {
    const { runs: [run] } = await outcomeOf("undone");
    const undone = Object.entries(statesOf(run)).filter(([name]) => name.startsWith("undo "));
    assert.deepEqual(undone, [
      ["undo box", "Completed 1"],
      ["undo order", "Completed 1"],
      ["undo papers", "Completed 1"],
      ["undo payment", "Completed 2"],
      ["undo stock", "Failed 1"],
    ]);
    assert.match(String(run.message), /the van is full Then 4 undone, 1 not undone\.$/);
  });

  check("stops behind a blocking check, and only there", async () => {
    const { runs: [run] } = await outcomeOf("failing_check");
    assert.deepEqual(statesOf(run), {
      never: "NotReady 0",
      rows: "Completed 1",
      sum: "Completed 1",
      "sum:small": "Failed 1",
    });
  });

  check("takes ranges in one process where it is told to", async () => {
    const { runs: [first, second] } = await outcomeOf("weather");
    assert.equal(first.tasks.length, 6);
    assert.equal(first.tasks[0].name, "weather/day [2012-01-01...2012-01-31]");
    assert.equal(second.tasks.length, 4);
  });

  check("leaves an event for each materialization and check, with its facts", async () => {
    const { events } = ran();
    const of = (event: string, asset: string) =>
      events.filter((each) => each.event === event && each.asset === `sluice://${asset}`).map(({ payload }) =>
        payload
      );
    const made = "prefect.asset.materialization.succeeded";
    const [even] = of(made, "split/even");
    assert.deepEqual(even.metadata, { rows: 5, first: 0 });
    const [rows] = of(made, "rows");
    assert.deepEqual(rows.checks, { many: false, some: true });
    assert.equal(of("sluice.check.failed", "rows").length, 1);
    assert.equal(of("sluice.check.failed", "sum").length, 1);
    assert.equal(of("sluice.check.passed", "rows").length, 1);
    assert.equal(of(made, "news").length, 0);
    assert.equal(of(made, "digest").length, 0);
    assert.deepEqual(of(made, "shops").map(({ partition }) => partition).sort(), ["asia", "eu", "us"]);
    const months = of(made, "weather/month").map(({ partition }) => partition);
    assert.deepEqual(months.sort(), ["2012-01", "2012-02", "2012-03"]);
  });

  check("is made when it is due, and told of when it is not fresh", async () => {
    const runs = ran().cases.at(-2) ?? [];
    const told = runs.map(({ name, tasks }) =>
      `${name} ${tasks.map((task) => task.name.split(" ")[0]).join()}`
    );
    assert.deepEqual(told, [
      "Completed base",
      "Completed ",
      "Completed eager",
      "Completed missing",
      "Completed ticked",
      "Completed ",
      "Skipped ",
      "Skipped ",
      "Skipped ",
      "Completed ",
      "Failed ",
      "Completed ticked",
    ]);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    assert.deepEqual(runs.at(-1)?.tasks.map(({ name }) => name), [`ticked [${yesterday}]`]);
  });

  check("lets one step of a key go on at a time, of two runs at once", () => {
    const [run] = ran().cases.at(-3) ?? [];
    assert.deepEqual(Object.keys(statesOf(run)), ["metered [a]", "metered [b]"]);
    requireTurns(join(folder, "metered", "values"), "metered");
  });

  check("makes the keys that a variable of the server holds, and no others", () => {
    const [first, early, whole] = ran().cases.at(-1) ?? [];
    assert.deepEqual(Object.keys(statesOf(first)), ["sales [a]", "sales [it's]"]);
    assert.equal(first.type, "COMPLETED");
    assert.equal(early.type, "FAILED");
    assert.match(String(early.message), /There is no partition 'later'/);
    assert.equal(whole.type, "COMPLETED");
    assert.deepEqual(Object.keys(statesOf(whole)), ["sales [a]", "sales [it's]", "sales [later]", "total"]);
    const values = [...valuesBelow(join(folder, "dynamic", "values")).values()].map((value) => value.trim());
    assert.deepEqual(
      values.sort(),
      [
        '{"shop":"a","sold":1}',
        '{"shop":"it\'s","sold":4}',
        '{"shop":"later","sold":5}',
        "10",
      ].sort(),
    );
  });

  check("uses nothing that Prefect warns of", async () => {
    assert.deepEqual(ran().warnings, []);
  });
});
