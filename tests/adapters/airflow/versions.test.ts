/** What is written for older versions of Airflow, which have fewer classes and count otherwise. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  condition,
  dailyPartitions,
  defineAsset,
  defineSchedule,
  type Definitions,
  definitions,
  takeSnapshot,
} from "sluice";
import { exportAirflow } from "../../../adapters/airflow/export.ts";

/** A bounded schedule, and an asset that follows it. */
function graphOf(timezone: string): Definitions {
  const days = dailyPartitions({ start: "2026-01-01", end: "2026-02-01", timezone });
  const first = defineAsset({ key: "first", partitions: days, run: () => 1 });
  const after = defineAsset({
    key: "after",
    deps: { first },
    partitions: days,
    automation: condition.eager,
    run: () => 2,
  });
  return definitions({
    assets: [first, after],
    schedules: [defineSchedule({ name: "daily", target: [first], catchUp: true })],
  });
}

function textsFor(targetVersion: string, timezone = "Europe/Berlin"): readonly string[] {
  const { files } = exportAirflow(takeSnapshot(graphOf(timezone)), {
    name: "demo",
    module: "definitions.ts",
    command: ["sluice"],
    ticksFromMs: Date.UTC(2026, 0, 1),
    targetVersion,
  });
  const fileOf = (start: string) =>
    files.find(({ path }) => path.startsWith(`dags/demo_${start}`))?.text ?? "";
  return [fileOf("daily"), fileOf("auto")];
}

describe("exportAirflow, for Airflow 3.1", () => {
  test("bounds where data intervals begin, so that the first window is made and none behind the last", () => {
    const [daily, auto] = textsFor("3.1.8");
    assert.match(daily, /CronDataIntervalTimetable\("0 0 \* \* \*", timezone="Europe\/Berlin"\)/);
    assert.match(daily, /start_date=datetime\(2026, 1, 1, tzinfo=ZoneInfo\("Europe\/Berlin"\)\)/);
    assert.match(daily, /end_date=datetime\(2026, 1, 31, tzinfo=ZoneInfo\("Europe\/Berlin"\)\)/);
    assert.match(daily, /PARTITION = IntervalStart\(write="%Y-%m-%d", zone="Europe\/Berlin"\)/);
    assert.match(auto, /schedule=None/);
  });
});

describe("exportAirflow, for Airflow 3.2", () => {
  test("has keys of runs translated, since Airflow writes them in UTC", () => {
    const window =
      /PARTITION = WindowKey\(\s*read="%Y-%m-%dT%H:%M%z",\s*write="%Y-%m-%d",\s*zone="Europe\/Berlin",?\s*\)/;
    const [daily, auto] = textsFor("3.2.2");
    assert.match(daily, /key_format="%Y-%m-%dT%H:%M%z"/);
    assert.match(daily, /start_date=datetime\(2026, 1, 2, tzinfo=ZoneInfo\("Europe\/Berlin"\)\)/);
    assert.match(daily, window);
    assert.match(auto, window);
  });

  test("takes keys of runs as they are where the windows are in UTC", () => {
    for (const text of textsFor("3.2.2", "UTC")) assert.match(text, /PARTITION = RunKey\(\)/);
  });
});

describe("exportAirflow, from Airflow 3.3 on", () => {
  test("takes keys of runs as they are in every zone", () => {
    for (const version of ["3.3.2", "3.4.0b2"]) {
      for (const text of textsFor(version)) assert.match(text, /PARTITION = RunKey\(\)/);
    }
  });

  test("asks for a pre-release by its name", () => {
    const { files } = exportAirflow(takeSnapshot(graphOf("UTC")), {
      name: "demo",
      command: ["sluice"],
      ticksFromMs: 0,
      targetVersion: "3.4.0b2",
    });
    for (const name of ["pyproject.toml", "README.md"]) {
      assert.match(files.find(({ path }) => path === name)?.text ?? "", /"apache-airflow>=3\.4\.0b2,<4"/);
    }
  });

  test("is told apart from older versions in the report", () => {
    const differs = (targetVersion: string) =>
      exportAirflow(takeSnapshot(graphOf("Europe/Berlin")), {
        name: "demo",
        command: ["sluice"],
        ticksFromMs: 0,
        targetVersion,
      }).report.entries.find(({ feature }) => feature === "partitions.time")?.differs ?? "";
    assert.match(differs("3.1.8"), /have no partition key/);
    assert.match(differs("3.2.2"), /are in UTC/);
    assert.match(differs("3.3.2"), /no list of the partitions/);
  });
});
