/** Exported projects, run by Dagster: values are those of a local run, and the event log tells what the steps said. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Definitions } from "sluice";
import { askDagster, atScale, findDagster } from "../dagster.ts";
import { type Case, cases, moduleOf, weather } from "../exports/cases.ts";
import { type Answer, type Event, requireSame } from "./facts.ts";
import { writeExport, type Written } from "./project.ts";
import { TOLD, TYPES } from "./told.ts";

const python = findDagster("runs of exports for Dagster");
const days = ["weather/raw", "weather/day"];
/** Ten days of the weather, most of them as one range. */
const shortWeather: Case = {
  ...weather,
  runs: [
    { assets: days, partitions: { start: "2012-01-01", end: "2012-01-08" } },
    { assets: days, partitions: ["2012-01-09", "2012-01-10"] },
  ],
};
const chosen: readonly Case[] = [...cases, atScale(0, 1) === 1 ? weather : shortWeather];
const folder = mkdtempSync(join(tmpdir(), "sluice-dagster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const answers = new Map<string, Answer>();
const harsh: Case = {
  name: "harsh",
  runs: [
    { assets: ["class", "caf\u00e9/x"] },
    { assets: ["crash", "behind"] },
    { assets: ["halves", "reader"], partitions: { start: "eu", end: "asia" } },
    { assets: ["checked"], partitions: ["us"] },
  ],
  status: "success",
};
const told: Case = {
  name: "told",
  runs: [
    { assets: ["whole"] },
    { assets: ["ranged"], partitions: { start: "a", end: "b" } },
    { assets: ["halved"], partitions: { start: "a", end: "b" } },
  ],
  status: "failed",
};
const lost: Case = { name: "lost", runs: [{}], status: "failed" };

/** A case, the module it is exported from, and how. */
interface Exported {
  readonly one: Case;
  readonly module: string;
  readonly written?: Written;
}

const beside = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const exported: readonly Exported[] = [
  ...chosen.map((one) => ({ one, module: moduleOf(one) })),
  { one: harsh, module: beside("harsh.ts") },
  { one: told, module: beside("told.ts") },
  { one: lost, module: beside("../exports/graphs/retries.ts"), written: { command: ["no-such-command"] } },
];
if (python) {
  const projects = await Promise.all(exported.map(async ({ one, module, written }) => {
    const { default: definitions } = await import(module) as { readonly default: Definitions };
    const { path, package: name } = writeExport(folder, one.name, definitions, module, written);
    return { path, package: name, env: { ...one.env, SLUICE_IO: join(path, "values") }, runs: one.runs };
  }));
  const found = askDagster<readonly Answer[]>(python, new URL("execute.py", import.meta.url), { projects });
  exported.forEach(({ one }, place) => answers.set(one.name, found[place]));
}

function eventsOf(name: string): readonly Event[] {
  const { error, runs } = answers.get(name) as Answer;
  assert.equal(error, undefined);
  return runs.flatMap(({ events }) => events);
}

function made(name: string, asset: string): readonly Event[] {
  return eventsOf(name).filter((event) => event.kind === "made" && event.asset === asset);
}

(python ? describe : describe.skip)("an export that Dagster runs", () => {
  for (const one of chosen) {
    test(`gives the values of a local run, and tells the same of them: ${one.name}`, async () => {
      await requireSame(one, answers.get(one.name) as Answer, join(folder, one.name));
    });
  }
});

(python ? describe : describe.skip)("the event log of an export that Dagster runs", () => {
  test("tells metadata and versions", () => {
    const [even] = made("multi_asset", "split/even");
    assert.deepEqual(even.metadata, { rows: 5, first: 0 });
    assert.ok(even.dataVersion);
    const [numbers] = made("diamond", "raw/numbers");
    assert.equal(numbers.codeVersion, "1");
    assert.equal(numbers.dataVersion?.length, 64);
  });

  test("tells metadata of every type, of assets and of checks, of one partition and of several", () => {
    const isMade = ({ kind }: Event) => kind === "made" || kind === "checked";
    const events = eventsOf("told").filter(isMade);
    const names = events.map(({ asset, partition, check }) => [asset, check ?? partition].join(" "));
    assert.deepEqual(names.sort(), [
      "halved a",
      "ranged a",
      "ranged b",
      "whole ",
      "whole beside",
      "whole inside",
    ]);
    for (const { asset, partition, metadata = {}, types = {} } of events) {
      const known = Object.keys(TOLD);
      const picked = Object.fromEntries(known.map((name) => [name, metadata[name]]));
      assert.deepEqual(picked, { ...TOLD }, `${asset}`);
      assert.deepEqual(
        Object.fromEntries(known.map((name) => [name, types[name]])),
        { ...TYPES },
        `${asset}`,
      );
      assert.equal(metadata.own, asset === "ranged" ? partition : undefined);
    }
  });

  test("tells each partition of a range", () => {
    const keys = made("ranges", "readings").map(({ partition }) => partition);
    assert.equal(keys.length, 8);
    assert.deepEqual([keys[0], keys.at(-1)], ["2026-03-25", "2026-04-01"]);
    const cells = made("cells", "sales").map(({ partition }) => partition);
    assert.deepEqual(cells, ["2026-03-01|eu", "2026-03-01|us", "2026-03-02|eu", "2026-03-02|us"]);
  });

  test("tries again what asks for it", () => {
    const kinds = eventsOf("retries").map(({ kind, step }) => `${kind} ${step ?? ""}`);
    assert.equal(kinds.filter((kind) => kind === "STEP_UP_FOR_RETRY flaky").length, 2);
    assert.equal(kinds.filter((kind) => kind === "STEP_SUCCESS flaky").length, 1);
  });

  test("skips what is downstream of a skip, and claims no materialization", () => {
    assert.deepEqual(made("skips", "news"), []);
    const skipped = eventsOf("skips").filter(({ kind }) => kind === "STEP_SKIPPED").map(({ step }) => step);
    assert.deepEqual(skipped, ["digest"]);
    assert.equal(made("skips", "size").length, 1);
  });

  test("tells what checks found, and stops behind one that blocks", () => {
    const checks = eventsOf("failing_check").filter(({ kind }) => kind === "checked")
      .map(({ check, passed, severity, metadata }) => [check, passed, severity, metadata]);
    assert.deepEqual(checks, [
      ["many", false, "WARN", { rows: 3 }],
      ["some", true, "ERROR", {}],
      ["small", false, "ERROR", { sum: 6 }],
    ]);
    assert.deepEqual(made("failing_check", "never"), []);
  });
});

(python ? describe : describe.skip)("an export that Dagster runs, in hard cases,", () => {
  const runOf = (index: number) => (answers.get("harsh") as Answer).runs[index];

  test("takes keys and names of checks that Dagster's decorators refuse", () => {
    assert.equal((answers.get("harsh") as Answer).error, undefined);
    const { success, events } = runOf(0);
    assert.equal(success, true, JSON.stringify(events));
    assert.deepEqual(events.filter(({ kind }) => kind === "made").map(({ asset }) => asset), [
      "class",
      "caf\u00e9/x",
    ]);
    const checks = events.filter(({ kind }) => kind === "checked").map((
      { check, passed },
    ) => [check, passed]);
    assert.deepEqual(checks, [["has-rows", true], ["is.long-enough", true]]);
  });

  test("tries a process again that dies without a word, and then fails", () => {
    const { success, events } = runOf(1);
    assert.equal(success, false);
    assert.deepEqual(events.map(({ kind, step }) => `${kind} ${step}`), [
      "STEP_UP_FOR_RETRY crash",
      "STEP_RESTARTED crash",
      "STEP_FAILURE crash",
    ]);
  });

  test("fails for good, and says why, where the command of the steps is missing", () => {
    const events = eventsOf("lost").filter(({ step }) => step === "flaky");
    assert.deepEqual(events.map(({ kind }) => kind), ["STEP_FAILURE"]);
    assert.match(events[0].error ?? "", /could not be started: .*no-such-command.* runner\.py/);
  });

  test("claims only the partitions of a range that were made", () => {
    const { success, events } = runOf(2);
    assert.equal(success, true, JSON.stringify(events));
    const made = events.filter(({ kind }) => kind === "made").map(({ asset, partition }) =>
      `${asset} ${partition}`
    );
    assert.deepEqual(made, ["halves eu", "halves asia"]);
    assert.ok(events.some(({ kind, step }) => kind === "STEP_SKIPPED" && step === "reader"));
  });

  test("checks the partition of the run", () => {
    const { success, events } = runOf(3);
    assert.equal(success, true, JSON.stringify(events));
    const [check] = events.filter(({ kind }) => kind === "checked");
    assert.deepEqual([check.check, check.passed, check.metadata], ["known", true, { of: "us" }]);
  });
});
