/** What the schedules and sensors of an export ask Dagster for. */
import { afterAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  dailyPartitions,
  defineAsset,
  defineJob,
  defineSchedule,
  definitions,
  dynamicPartitions,
  multiPartitions,
  staticPartitions,
} from "sluice";
import { z } from "zod";
import { askDagster, findDagster } from "../dagster.ts";
import { writeExport } from "./project.ts";

interface Answer {
  readonly ticks: readonly {
    readonly skip: string | null;
    readonly keys: readonly (string | null)[];
    readonly runKeys: readonly (string | null)[];
    readonly config: readonly unknown[];
    readonly tags: readonly unknown[];
  }[];
  readonly sensors: readonly (readonly (readonly string[])[])[];
}

const timezone = "America/New_York";
const start = "2026-03-01";
const days = dailyPartitions({ start, timezone, exclusions: ["0 0 * * 0"], end: "2026-03-20" });
const regions = staticPartitions(["eu", "us"]);
const shops = dynamicPartitions("shops");
const cells = multiPartitions({ day: days, region: regions });
const growing = multiPartitions({ day: days, region: regions, shop: shops });
const run = () => 1;
const config = z.object({ limit: z.number() });

const daily = defineAsset({ key: "daily", partitions: days, config, run });
const named = defineAsset({ key: "named", partitions: regions, run });
const shopped = defineAsset({ key: "shopped", partitions: shops, run });
const celled = defineAsset({ key: "celled", partitions: cells, run });
const grown = defineAsset({ key: "grown", partitions: growing, run });
const whole = defineAsset({ key: "whole", config, run });
const both = defineJob({
  name: "both",
  selection: [daily, whole],
  config: { daily: { limit: 1 }, whole: { limit: 2 } },
});

const graph = definitions({
  assets: [daily, named, shopped, celled, grown, whole],
  jobs: [both],
  schedules: [
    defineSchedule({ name: "last", cron: "0 4 * * *", timezone, target: daily, tags: { by: "clock" } }),
    defineSchedule({ name: "all", cron: "0 4 * * *", timezone, target: daily, partitions: "all" }),
    defineSchedule({ name: "windows", target: daily }),
    defineSchedule({ name: "names", cron: "@daily", target: named }),
    defineSchedule({ name: "shops", cron: "@daily", target: shopped, partitions: "all" }),
    defineSchedule({ name: "cells", cron: "0 4 * * *", timezone, target: celled }),
    defineSchedule({ name: "grown", cron: "0 4 * * *", timezone, target: grown }),
    defineSchedule({ name: "whole", cron: "@daily", target: whole, config: { whole: { limit: 3 } } }),
    defineSchedule({
      name: "job",
      cron: "0 4 * * *",
      timezone,
      target: both,
      config: { daily: { limit: 9 } },
    }),
  ],
});

/** Local times in New York, which sets its clock on 2026-03-08. */
const TICKS = [
  ["last", "2026-03-04T04:00-05:00"],
  ["all", "2026-03-04T04:00-05:00"],
  ["windows", "2026-03-04T00:00-05:00"],
  ["windows", "2026-03-08T00:00-05:00"],
  ["windows", "2026-03-09T00:00-04:00"],
  ["windows", "2026-03-20T00:00-04:00"],
  ["windows", "2026-03-21T00:00-04:00"],
  ["names", "2026-03-04T00:00Z"],
  ["shops", "2026-03-04T00:00Z"],
  ["cells", "2026-03-04T04:00-05:00"],
  ["grown", "2026-03-04T04:00-05:00"],
  ["whole", "2026-03-04T00:00Z"],
  ["job", "2026-03-04T04:00-05:00"],
  ["last", "2026-03-01T04:00-05:00"],
] as const;

const folder = mkdtempSync(join(tmpdir(), "sluice-dagster-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const python = findDagster("schedules of exports for Dagster");
const answer: Answer = python ? ask(python) : { ticks: [], sensors: [] };

function ask(path: string): Answer {
  const project = writeExport(folder, "scheduled", graph, undefined);
  const place = project.snapshot.partitions.findIndex((partitions) =>
    partitions.kind === "multi" && Object.keys(partitions.dimensions).length === 3
  );
  return askDagster(path, new URL("evaluate.py", import.meta.url), {
    path: project.path,
    package: project.package,
    dynamic: { shops: ["a", "b"] },
    ticks: TICKS.map(([schedule, at]) => ({ schedule, atMs: Date.parse(at) })),
    sensors: [`new_cells_${place + 1}`],
  });
}

function at(index: number): Answer["ticks"][number] {
  return answer.ticks[index];
}

(python ? describe : describe.skip)("the schedules of an export for Dagster", () => {
  test("run the last partition, or all, as they are at the tick", () => {
    assert.deepEqual(at(0).keys, ["2026-03-03"]);
    assert.deepEqual(at(0).tags, [{ by: "clock" }]);
    assert.match(String(at(0).runKeys[0]), /^2026-03-04T04:00:00-05:00 2026-03-03$/);
    assert.deepEqual(at(1).keys, ["2026-03-02", "2026-03-03"]);
    assert.deepEqual(at(7).keys, ["us"]);
    assert.deepEqual(at(8).keys, ["a", "b"]);
    assert.deepEqual(at(13).keys, []);
    assert.match(String(at(13).skip), /no partition yet/);
  });

  test("run every cell of the last window", () => {
    assert.deepEqual(at(9).keys, ["2026-03-03|eu", "2026-03-03|us"]);
    assert.deepEqual(at(10).keys, [
      "2026-03-03|eu|a",
      "2026-03-03|eu|b",
      "2026-03-03|us|a",
      "2026-03-03|us|b",
    ]);
  });

  test("follow the ends of windows, but not of those that are left out or never come", () => {
    assert.deepEqual(at(2).keys, ["2026-03-03"]);
    assert.deepEqual(at(3).keys, ["2026-03-07"]);
    assert.deepEqual(at(4).keys, [], "the window of the Sunday is left out");
    assert.deepEqual(at(5).keys, ["2026-03-19"]);
    assert.deepEqual(at(6).keys, [], "behind the end");
    assert.match(String(at(6).skip), /No window ends/);
  });

  test("hand on config, over that of the job", () => {
    assert.deepEqual(at(11).config, [{ ops: { whole: { config: { config: { limit: 3 } } } } }]);
    assert.deepEqual(at(12).keys, ["2026-03-03"]);
    assert.deepEqual(at(12).config, [{
      ops: { daily: { config: { config: { limit: 9 } } }, whole: { config: { config: { limit: 2 } } } },
    }]);
  });

  test("have a sensor that adds the cells of growing partitions", () => {
    const [[keys]] = answer.sensors;
    assert.equal(keys.length, 16 * 2 * 2 - 4, "the tick has added four");
    assert.equal(keys[0], "2026-03-02|eu|a");
  });
});
