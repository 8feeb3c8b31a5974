import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  assetSensor,
  condition,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineResource,
  defineSchedule,
  defineSensor,
  definitions,
  fileSensor,
  freshnessSensor,
  freshWithin,
  httpSensor,
  multiPartitions,
  runSensor,
  SluiceError,
  staticPartitions,
  takeSnapshot,
} from "sluice";
import {
  FEATURES,
  featuresOf,
  isLoss,
  reportLosses,
  requireCarried,
  type Verdict,
  type VerdictTable,
} from "sluice/adapters";

const days = dailyPartitions({ start: "2026-01-01", end: "2027-01-01", endOffset: 1 });
const run = () => 1;

const source = defineExternalAsset({ key: "source", partitions: days });
const orders = defineAsset({
  key: "orders",
  after: [source],
  partitions: days,
  retry: { maxRetries: 2, delayMs: 5, backoff: "linear", jitter: "full", maxDelayMs: 9 },
  timeoutMs: 5,
  pool: "db",
  automation: condition.not(condition.missing),
  freshness: freshWithin({ failMs: 60_000 }),
  io: "memory",
  checks: { some: { severity: "warn", blocking: true, run: () => true } },
  run,
});
const plain = defineAsset({ key: "plain", run });
const cells = defineAsset({
  key: "cells",
  deps: { orders },
  partitions: multiPartitions({ day: days, region: staticPartitions(["eu"]) }),
  run,
});
const check = defineCheck({ asset: cells, name: "full", run: () => true });
const all = definitions({
  assets: [source, orders, cells],
  checks: [check],
  jobs: [defineJob({ name: "j", selection: "*", tags: { a: "b" } })],
  schedules: [
    defineSchedule({
      name: "s",
      cron: ["0 1 * * *", "0 2 * * *"],
      timezone: "Europe/Berlin",
      target: orders,
    }),
    defineSchedule({
      name: "p",
      cron: "0 1 * * *",
      target: orders,
      misfire: { policy: "fire-all", cap: 3 },
      overlap: "queue-one",
      jitterMs: 5,
      request: () => ({}),
      end: "2027-01-01",
    }),
    defineSchedule({ name: "w", target: cells, partitions: "all", enabled: false, catchUp: true }),
  ],
});
const snapshot = takeSnapshot(all);

describe("featuresOf", () => {
  test("tells sensors apart by what they look at", () => {
    const sensors = [
      fileSensor({ name: "a", glob: "*", target: orders, enabled: false }),
      assetSensor({ name: "b", assets: orders, target: plain }),
      assetSensor({ name: "c", assets: [orders, plain], when: "all", target: plain }),
      runSensor({ name: "d", status: "failed", jobs: "j", target: plain, tags: { a: "b" } }),
      runSensor({ name: "e", status: "failed", target: plain }),
      httpSensor({ name: "f", url: "https://example.com", target: plain }),
      freshnessSensor({ name: "g", assets: orders, target: plain }),
      defineSensor({ name: "h", evaluate: () => undefined }),
    ];
    const jobs = [defineJob({ name: "j", selection: "plain" })];
    const uses = featuresOf(takeSnapshot(definitions({ assets: [source, orders, plain], jobs, sensors })))
      .filter(({ subject }) => subject.startsWith("sensor "))
      .map(({ subject, feature }) => `${subject.slice(-1)} ${feature}`);
    assert.deepEqual(uses, [
      "a sensor.files",
      "a sensor.partitions",
      "a sensor.disabled",
      "b sensor.assets",
      "c sensor.assets.all",
      "d sensor.runs",
      "d job.tags",
      "e sensor.runs.all",
      "f sensor.http",
      "g sensor.freshness",
      "h sensor.custom",
    ]);
  });

  test("tells keys with a name, beside a pool and by a function apart, and finds breakers", () => {
    const api = defineResource({
      name: "api",
      setup: () => 1,
      breaker: { failures: 1, withinMs: 1_000, openMs: 1_000 },
    });
    const assets = [
      defineAsset({ key: "a", concurrency: { key: "k" }, resources: { api }, run }),
      defineAsset({ key: "b", concurrency: { key: "k" }, pool: "db", run }),
      defineAsset({ key: "c", concurrency: { key: () => "k", limit: 2 }, run }),
    ];
    const taken = takeSnapshot(definitions({ assets }));
    const found = featuresOf(taken).filter(({ feature }) => /^(?:concurrency|breaker|pool)/.test(feature));
    assert.deepEqual(found.map(({ feature, subject }) => `${subject}: ${feature}`), [
      "step a: concurrency",
      "step a: breaker",
      "step b: pool",
      "step b: concurrency.pool",
      "step c: concurrency.computed",
    ]);
    assert.deepEqual(taken.steps.map(({ concurrency }) => concurrency), [
      { key: "k", limit: 1 },
      { key: "k", limit: 1 },
      { limit: 2 },
    ]);
  });

  test("finds every use by subject", () => {
    const uses = Object.groupBy(featuresOf(snapshot), ({ subject }) => subject);
    const of = (subject: string) => uses[subject]?.map(({ feature }) => feature);
    assert.deepEqual(of("asset source"), [
      "asset.external",
      "partitions.time",
      "partitions.time.end",
      "partitions.time.offset",
    ]);
    assert.deepEqual(of("asset orders"), [
      "asset",
      "partitions.time",
      "partitions.time.end",
      "partitions.time.offset",
      "io.memory",
      "automation.condition",
      "freshness.window",
    ]);
    assert.deepEqual(of("step orders"), [
      "dependency.order",
      "mapping.time",
      "check.inline",
      "check.blocking",
      "check.warn",
      "retry",
      "retry.backoff",
      "retry.jitter",
      "retry.cap",
      "timeout",
      "pool",
    ]);
    assert.deepEqual(of("asset cells"), [
      "asset",
      "partitions.two",
      "partitions.time",
      "partitions.time.end",
      "partitions.time.offset",
      "partitions.static",
      "io",
    ]);
    assert.deepEqual(of("step cells"), ["dependency", "mapping.dimension"]);
    assert.deepEqual(of("step cells:full")?.slice(-2), ["check.step", "check.partitioned"]);
    assert.deepEqual(of("job j"), ["job", "job.tags"]);
    assert.deepEqual(of("schedule s"), ["schedule", "schedule.crons", "schedule.zone", "schedule.last"]);
    assert.deepEqual(of("schedule p"), [
      "schedule",
      "schedule.last",
      "schedule.catchUp",
      "schedule.misfire.cap",
      "schedule.overlap.queueOne",
      "schedule.jitter",
      "schedule.request",
      "schedule.bounds",
    ]);
    assert.deepEqual(of("schedule w"), [
      "schedule.windows",
      "schedule.all",
      "schedule.catchUp",
      "schedule.disabled",
    ]);
  });

  test("uses no name that is not in the table", () => {
    for (const { feature } of featuresOf(snapshot)) assert.ok(feature in FEATURES, feature);
  });
});

describe("the loss report", () => {
  const native: Verdict = { kind: "native", how: "As it is." };
  const table = (changes: Partial<VerdictTable>): VerdictTable => ({
    ...Object.fromEntries(
      Object.keys(FEATURES).map((feature) => [feature, native]),
    ) as unknown as VerdictTable,
    ...changes,
  });
  const report = (changes: Partial<VerdictTable>) =>
    reportLosses(snapshot, { name: "none", version: "1", verdicts: table(changes) });

  test("answers for every use, with the special answer in the place of the general one", () => {
    assert.equal(report({}).entries.length, featuresOf(snapshot).length);
    const special = { feature: "pool", subject: "step orders", kind: "emulated", how: "Otherwise." } as const;
    const extra = { feature: "schedule.zone", subject: "schedule x", kind: "native", how: "Ticks." } as const;
    const { entries } = reportLosses(
      snapshot,
      { name: "none", version: "1", verdicts: table({}) },
      [special, extra],
    );
    assert.equal(entries.length, featuresOf(snapshot).length + 1);
    assert.deepEqual(entries.find(({ feature }) => feature === "pool"), special);
    assert.deepEqual(entries.at(-1), extra);
  });

  test("stops a strict export for any loss, and every export for a fatal one", () => {
    const lossy = report({ pool: { kind: "refused", how: "No pools.", advice: "Do without." } });
    assert.equal(lossy.entries.filter(isLoss).length, 1);
    requireCarried(lossy, false);
    assert.throws(() => requireCarried(lossy, true), (error) => {
      assert.ok(error instanceof SluiceError);
      assert.deepEqual(error.issues.map(({ code, path }) => [code, ...path]), [
        ["EXPORT_LOSSY", "step orders", "pool"],
      ]);
      assert.equal(error.issues[0].hint, "Do without.");
      return true;
    });
    const fatal = report({
      "io.memory": { kind: "refused", how: "Another process cannot read it.", isFatal: true },
      timeout: { kind: "emulated", how: "By the step.", differs: "It counts the start of the process." },
    });
    assert.throws(() => requireCarried(fatal, false), /EXPORT_REFUSED: asset orders/);
    assert.equal(fatal.entries.filter(isLoss).length, 2);
  });
});
