import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineJob,
  defineSchedule,
  definitions,
  monthlyPartitions,
  multiPartitions,
  type Schedule,
  type ScheduleSpec,
  SluiceError,
  staticPartitions,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01" });
const regions = staticPartitions(["eu", "us"]);
const run = () => 1;
const plain = defineAsset({ key: "plain", run });
const daily = defineAsset({ key: "daily", partitions: days, run });
const monthly = defineAsset({ key: "monthly", partitions: monthlyPartitions({ start: "2026-01-01" }), run });
const regional = defineAsset({ key: "regional", partitions: regions, run });
const cells = defineAsset({
  key: "cells",
  partitions: multiPartitions({ date: days, region: regions }),
  run,
});
const unlisted = defineAsset({ key: "unlisted", run });
const outside = defineExternalAsset({ key: "outside" });
const nightly = defineJob({ name: "nightly", selection: "daily" });
const assets = [plain, daily, monthly, regional, cells, outside];

function refusals(...schedules: readonly Schedule[]): readonly string[] {
  try {
    definitions({ assets, jobs: [nightly], schedules });
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error.issues.map(({ code, path, message }) => {
      assert.ok(message.includes(path[1]), message);
      return `${code} ${path.join(".")}`;
    });
  }
  return [];
}

function schedule(spec: Partial<ScheduleSpec>): Schedule {
  return defineSchedule({ name: "s", target: plain, cron: "0 2 * * *", ...spec });
}

describe("defineSchedule", () => {
  test("fills in what is not said", () => {
    const { site: _, ...rest } = defineSchedule({ name: "nightly", cron: "0 2 * * *", target: nightly });
    assert.deepEqual(rest, {
      kind: "schedule",
      name: "nightly",
      crons: ["0 2 * * *"],
      timezone: "UTC",
      target: nightly,
      partitions: "last",
      enabled: true,
      catchUp: false,
      misfire: { policy: "fire-once", cap: 100 },
      overlap: "skip",
      declared: [],
      jitterMs: 0,
      request: undefined,
      requestTimeoutMs: 60_000,
      startMs: undefined,
      endMs: undefined,
      description: undefined,
      config: {},
      tags: {},
    });
    assert.ok(Object.isFrozen(rest.crons));
  });

  test("takes catchUp for a misfire policy, and refuses both where they contradict each other", () => {
    const of = (more: Partial<ScheduleSpec>) =>
      defineSchedule({ name: "s", cron: "@daily", target: plain, ...more });
    assert.deepEqual(of({ catchUp: true }).misfire, { policy: "fire-all", cap: 100 });
    assert.deepEqual(of({ misfire: { policy: "fire-all", cap: 3 } }).catchUp, true);
    assert.deepEqual(of({ misfire: "skip", catchUp: false }).misfire.policy, "skip");
    assert.throws(() => of({ misfire: "skip", catchUp: true }), {
      code: "DEFINITION_INVALID",
      message: /catchUp: true and misfire: skip contradict each other/,
    });
  });

  test("reads its start and its end in its zone", () => {
    const { startMs, endMs } = defineSchedule({
      name: "s",
      cron: "@daily",
      timezone: "Europe/Berlin",
      target: plain,
      start: "2026-03-29T02:30",
      end: new Date(Date.UTC(2027, 0, 1)),
    });
    assert.deepEqual([startMs, endMs], [Date.UTC(2026, 2, 29, 1), Date.UTC(2027, 0, 1)]);
    const bad = (more: object, message: RegExp) =>
      assert.throws(() => defineSchedule({ name: "s", cron: "@daily", target: plain, ...more }), { message });
    bad({ start: "tomorrow" }, /tomorrow/);
    bad({ start: "2026-01-02", end: "2026-01-02" }, /ends before it starts/);
    bad({ cron: undefined, start: "2026-01-02" }, /a start or an end and no cron/);
    bad({ start: "2026-01-02", timezone: "Europe/Nowhere" }, /Europe\/Nowhere/);
  });

  test("leaves runs that follow each other to a job that has a key", () => {
    const job = defineJob({ name: "keyed", selection: "*", concurrency: { key: "k" } });
    const of = (overlap: ScheduleSpec["overlap"]) =>
      definitions({
        assets: [plain],
        jobs: [job],
        schedules: [defineSchedule({ name: "s", cron: "@daily", target: job, ...overlap && { overlap } })],
      });
    assert.throws(() => of("queue-one"), /so does the concurrency key of the job keyed/);
    assert.throws(() => of("cancel-previous"), /so does the concurrency key of the job keyed/);
    of("allow");
    of("skip");
    of(undefined);
  });

  test("has no zone of its own without a cron", () => {
    const { crons, timezone } = defineSchedule({ name: "s", target: daily });
    assert.deepEqual([crons, timezone], [[], undefined]);
  });

  test("refuses fields of the wrong shape where they are written", () => {
    for (
      const [field, value] of [
        ["target", undefined],
        ["target", null],
        ["cron", 5],
        ["cron", []],
        ["cron", ["0 2 * * *", 5]],
        ["timezone", 1],
        ["partitions", "first"],
        ["enabled", "yes"],
        ["catchUp", 1],
        ["misfire", "never"],
        ["misfire", { policy: "fire-all", cap: 0 }],
        ["misfire", { policy: "skip", most: 3 }],
        ["overlap", "queue"],
        ["request", "now"],
        ["requestTimeoutMs", 0],
        ["jitterMs", -1],
        ["jitterMs", Infinity],
        ["start", 5],
        ["end", {}],
        ["config", []],
        ["tags", "a"],
        ["description", 3],
      ] as const
    ) {
      const spec = { name: "s", cron: "0 2 * * *", target: plain, [field]: value } as never;
      assert.throws(() => defineSchedule(spec), (error) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "DEFINITION_INVALID");
        assert.deepEqual(error.issues[0].path, ["schedules", "s", field]);
        return true;
      }, `${field}: ${String(value)}`);
    }
    assert.throws(() => defineSchedule(null as never), /takes one record/);
  });
});

describe("definitions with schedules", () => {
  test("hold them by name, in the order given", () => {
    const all = definitions({
      assets,
      jobs: [nightly],
      schedules: [schedule({ name: "b" }), schedule({ name: "a", target: nightly })],
    });
    assert.deepEqual([...all.schedules.keys()], ["b", "a"]);
  });

  test("accept what can be scheduled", () => {
    assert.deepEqual(
      refusals(
        schedule({ name: "a", cron: ["0 2 * * *", "30 14 * * 1-5"], timezone: "Europe/Berlin" }),
        schedule({ name: "b", target: "daily or plain" }),
        schedule({ name: "c", target: [daily, "plain"] }),
        schedule({ name: "d", target: regional, partitions: "all" }),
        defineSchedule({ name: "e", target: cells }),
        defineSchedule({ name: "f", target: monthly }),
        schedule({ name: "g", target: "+plain or outside" }),
      ),
      [],
    );
  });

  test("refuse what never ticks and what cannot be chosen", () => {
    const other = defineJob({ name: "other", selection: "daily" });
    assert.deepEqual(refusals(schedule({ cron: "61 * * * *" })), ["CRON_INVALID schedules.s.cron.0"]);
    assert.deepEqual(refusals(schedule({ cron: ["0 2 * * *", "x"] })), ["CRON_INVALID schedules.s.cron.1"]);
    assert.deepEqual(refusals(schedule({ cron: ["0 2 * * *", "0 3 * * *"], timezone: "Mars/Base" })), [
      "TIMEZONE_UNKNOWN schedules.s.timezone",
    ]);
    assert.deepEqual(refusals(defineSchedule({ name: "s", target: plain })), [
      "DEFINITION_INVALID schedules.s.cron",
    ]);
    assert.deepEqual(refusals(defineSchedule({ name: "s", target: regional })), [
      "DEFINITION_INVALID schedules.s.cron",
    ]);
    assert.deepEqual(refusals(defineSchedule({ name: "s", target: daily, timezone: "UTC" })), [
      "DEFINITION_INVALID schedules.s.timezone",
    ]);
    assert.deepEqual(refusals(schedule({ target: "nothing" })), ["SELECTION_INVALID schedules.s.target"]);
    assert.deepEqual(refusals(schedule({ target: outside })), ["SELECTION_EMPTY schedules.s.target"]);
    assert.deepEqual(refusals(schedule({ target: other })), ["DEPENDENCY_UNLISTED schedules.s.target"]);
    assert.deepEqual(refusals(schedule({ target: [daily, monthly] })), [
      "DEFINITION_INVALID schedules.s.target",
    ]);
    assert.deepEqual(refusals(schedule({ target: unlisted })), ["DEPENDENCY_UNLISTED schedules.s.target"]);
    assert.deepEqual(refusals(schedule({ config: { plain: 1 } })), [
      "CONFIG_INVALID schedules.s.config.plain",
    ]);
    assert.deepEqual(refusals(schedule({}), schedule({ name: "S" })), ["KEY_DUPLICATE schedules.S"]);
    assert.deepEqual(refusals(schedule({ name: "a b" })), ["DEFINITION_INVALID schedules.a b"]);
  });
});
