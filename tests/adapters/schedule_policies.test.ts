/** Policies of schedules that engines carry: bounds, and what becomes of runs that overlap. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  dailyPartitions,
  defineAsset,
  defineJob,
  defineSchedule,
  definitions,
  type Schedule,
  type ScheduleSpec,
  takeSnapshot,
} from "sluice";
import { exportAirflow } from "../../adapters/airflow/export.ts";
import { clockTicks, openClock, ownTicks } from "../../adapters/airflow/time/clock.ts";
import { exportPrefect } from "../../adapters/prefect/export.ts";

const plain = defineAsset({ key: "plain", run: () => 1 });
const dated = defineAsset({
  key: "dated",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-06-01", timezone: "Europe/Berlin" }),
  run: () => 1,
});
const keyed = defineJob({ name: "keyed", selection: plain, concurrency: { key: "tenant", limit: 3 } });
const FROM_MS = Date.UTC(2026, 0, 1);
const options = { name: "shop", module: "shop.ts", command: ["sluice"], ticksFromMs: FROM_MS };

function scheduled(spec: Partial<ScheduleSpec>): Schedule {
  return defineSchedule({ name: "s", cron: "30 2 * * *", timezone: "Europe/Berlin", target: plain, ...spec });
}

function snapshotOf(spec: Partial<ScheduleSpec>) {
  return takeSnapshot(
    definitions({ assets: [plain, dated], jobs: [keyed], schedules: [scheduled(spec)] }),
  );
}

function airflowDag(spec: Partial<ScheduleSpec>): string {
  const { files } = exportAirflow(snapshotOf(spec), options);
  const found = files.find(({ path }) => /shop_s_\w+\.py$/.test(path));
  return found?.text ?? assert.fail(files.map(({ path }) => path).join(" "));
}

function prefectDeployment(spec: Partial<ScheduleSpec>): string {
  const { files } = exportPrefect(snapshotOf(spec), options);
  const text = files.find(({ path }) => path === "prefect.yaml")?.text ?? "";
  return text.slice(text.lastIndexOf('- name: "s"'));
}

describe("bounds of a schedule in Airflow", () => {
  test("are the dates of the Dag, of which the last counts", () => {
    const dag = airflowDag({ start: "2026-02-01", end: "2026-03-01T12:30" });
    assert.match(dag, /start_date=datetime\(2026, 2, 1, tzinfo=ZoneInfo\("Europe\/Berlin"\)\)/);
    assert.match(dag, /end_date=datetime\(2026, 3, 1, 12, 29, 59, tzinfo=ZoneInfo\("Europe\/Berlin"\)\)/);
    assert.doesNotMatch(airflowDag({}), /start_date|end_date/);
  });

  const cases: readonly (readonly [string, Partial<ScheduleSpec>, number])[] = [
    ["plain, up to a tick", { start: "2026-02-01T02:30", end: "2026-02-04T02:30" }, 3],
    ["plain, made up for", { start: "2026-02-01T02:31", end: "2026-02-04T02:31", catchUp: true }, 3],
    ["windows within", { target: dated, start: "2026-02-01", end: "2026-02-11" }, 10],
    ["windows that begin later", { target: dated, start: "2025-12-01", end: "2026-01-11" }, 9],
    ["windows that end before", { target: dated, start: "2026-05-30", end: "2026-09-01" }, 3],
  ];
  for (const [name, spec, count] of cases) {
    test(`leave the ticks that are meant: ${name}`, () => {
      const snapshot = snapshotOf(spec);
      const [schedule] = snapshot.schedules;
      const place = schedule.partitions;
      const partitions = place === undefined ? undefined : snapshot.partitions[place];
      for (const level of [301, 302, 303]) {
        const clock = openClock(schedule, snapshot, { level, ticksFromMs: FROM_MS });
        const airflow = [...clockTicks(clock, FROM_MS)].map(({ atMs }) => atMs);
        assert.equal(airflow.length, count);
        const own = [...ownTicks(schedule, partitions, FROM_MS)].map(({ atMs }) => atMs);
        assert.deepEqual(airflow, own.slice(0, count));
      }
    });
  }
});

describe("runs of a schedule that overlap", () => {
  test("wait in Airflow, where one may", () => {
    assert.match(airflowDag({ overlap: "queue-one" }), /max_active_runs=1,/);
    assert.match(airflowDag({ overlap: "allow", target: keyed }), /max_active_runs=3,/);
    assert.doesNotMatch(airflowDag({ overlap: "allow" }), /max_active_runs/);
  });

  test("wait in Prefect, or are canceled before they begin", () => {
    const limit = /concurrency_limit:\s+limit: (\d+)\s+collision_strategy: "?(\w+)"?/;
    const limitOf = (spec: Partial<ScheduleSpec>) => limit.exec(prefectDeployment(spec))?.slice(1);
    assert.deepEqual(limitOf({ overlap: "skip" }), ["1", "CANCEL_NEW"]);
    assert.deepEqual(limitOf({ overlap: "queue-one" }), ["1", "ENQUEUE"]);
    assert.deepEqual(limitOf({ overlap: "allow", target: keyed }), ["3", "ENQUEUE"]);
    assert.equal(limitOf({ overlap: "allow" }), undefined);
    assert.equal(limitOf({}), undefined);
  });
});
