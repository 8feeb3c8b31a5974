import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  allMapping,
  condition,
  customMapping,
  dailyPartitions,
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineJob,
  defineMultiAsset,
  defineSchedule,
  definitions,
  diffSnapshots,
  dynamicPartitions,
  files,
  freshWithin,
  multiPartitions,
  parseSnapshot,
  SluiceError,
  type Snapshot,
  staticPartitions,
  takeSnapshot,
} from "sluice";

const days = dailyPartitions({ start: "2026-01-01", timezone: "Europe/Berlin" });
const regions = staticPartitions(["eu", "us"]);
const run = () => 1;

function graph(reverse = false) {
  const source = defineExternalAsset({ key: "src/feed", partitions: days, owners: ["team:ops"] });
  const orders = defineAsset({
    key: "raw/orders",
    description: "Orders of a day.",
    group: "raw",
    tags: { tier: "gold" },
    owners: ["ann@example.org"],
    kinds: ["table"],
    metadata: { since: new Date(0), limits: [1, null] },
    codeVersion: "2",
    io: files({ format: "ndjson" }),
    after: [source],
    partitions: days,
    retry: { maxRetries: 2, delayMs: 500 },
    timeoutMs: 60_000,
    pool: "db",
    backfill: { maxPartitionsPerRun: Infinity },
    automation: condition.eager,
    freshness: freshWithin({ failMs: 86_400_000 }),
    checks: { any: { blocking: true, run: () => true } },
    run,
  });
  const cells = defineAsset({
    key: "mart/cells",
    deps: { orders },
    partitions: multiPartitions({ date: days, region: regions }),
    run,
  });
  const pairs = defineMultiAsset({
    name: "pairs",
    outputs: { left: { key: "left" }, right: { key: "right" } },
    deps: { orders: { asset: orders, mapping: allMapping() } },
    run: () => ({ left: 1, right: 2 }),
  });
  const gate = defineCheck({ asset: cells, name: "gate", severity: "warn", run: () => true });
  const assets = [source, orders, cells, pairs.left, pairs.right];
  const nightly = defineJob({ name: "nightly", selection: ["group:raw   +1", cells], tags: { by: "job" } });
  const morning = defineSchedule({
    name: "morning",
    cron: ["0 6 * * *", "0 7 * * *"],
    timezone: "Europe/Berlin",
    target: orders,
    tags: { by: "clock" },
  });
  const ends = defineSchedule({ name: "ends", target: cells, enabled: false });
  return definitions({
    assets: reverse ? assets.toReversed() : assets,
    checks: [gate],
    jobs: [nightly],
    schedules: reverse ? [ends, morning] : [morning, ends],
    module: import.meta.url,
  });
}

describe("takeSnapshot", () => {
  const snapshot = takeSnapshot(graph());
  const asset = (key: string) => snapshot.assets.find((one) => one.key === key);
  const step = (name: string) => snapshot.steps.find((one) => one.name === name);

  test("is the same whatever the order of declarations", () => {
    assert.equal(JSON.stringify(takeSnapshot(graph(true))), JSON.stringify(snapshot));
    assert.deepEqual(snapshot.assets.map(({ key }) => key), [
      "left",
      "mart/cells",
      "raw/orders",
      "right",
      "src/feed",
    ]);
  });

  test("says all that was declared of an asset and its step", () => {
    assert.deepEqual(asset("raw/orders"), {
      key: "raw/orders",
      step: "raw/orders",
      isExternal: false,
      partitions: 1,
      description: "Orders of a day.",
      group: "raw",
      tags: { tier: "gold" },
      owners: ["ann@example.org"],
      kinds: ["table"],
      metadata: { since: "1970-01-01T00:00:00.000Z", limits: [1, null] },
      codeVersion: "2",
      io: { manager: "files", format: "ndjson" },
      automation: { kind: "eager" },
      freshness: { kind: "time-window", failMs: 86_400_000 },
    });
    assert.deepEqual(step("raw/orders"), {
      name: "raw/orders",
      kind: "asset",
      outputs: [{ key: "raw/orders" }],
      inputs: [{
        key: "src/feed",
        mapping: { kind: "time-window", startOffset: 0, endOffset: 0, allowNonexistent: false },
        isInferred: true,
      }],
      partitions: 1,
      takesConfig: false,
      resources: [],
      retry: { maxRetries: 2, delayMs: 500 },
      timeoutMs: 60_000,
      pool: "db",
      priority: 0,
      batch: false,
      maxPartitionsPerRun: null,
      skippable: false,
      subsettable: false,
      checks: [{ asset: "raw/orders", name: "any", severity: "error", blocking: true }],
    });
  });

  test("holds each partition definition once", () => {
    assert.deepEqual(snapshot.partitions.map(({ kind }) => kind), ["multi", "time"]);
    assert.equal(asset("src/feed")?.partitions, asset("raw/orders")?.partitions);
    assert.ok(!("endMs" in snapshot.partitions[1]));
  });

  test("tells multi-assets, checks, external assets, jobs and schedules", () => {
    assert.deepEqual(step("pairs")?.outputs, [{ key: "left", name: "left" }, {
      key: "right",
      name: "right",
    }]);
    assert.deepEqual(step("pairs")?.inputs, [
      { key: "raw/orders", name: "orders", mapping: { kind: "all" }, isInferred: false },
    ]);
    assert.deepEqual(step("mart/cells:gate")?.check, {
      asset: "mart/cells",
      name: "gate",
      severity: "warn",
      blocking: false,
    });
    assert.equal(asset("src/feed")?.isExternal, true);
    assert.deepEqual(snapshot.jobs, [{
      name: "nightly",
      selection: ["group:raw+1", "mart/cells"],
      assets: ["left", "mart/cells", "raw/orders", "right"],
      config: {},
      tags: { by: "job" },
    }]);
    assert.deepEqual(snapshot.schedules.map(({ name }) => name), ["ends", "morning"]);
    assert.deepEqual(snapshot.schedules[0], {
      name: "ends",
      crons: [],
      selection: ["mart/cells"],
      assets: ["mart/cells"],
      partitions: 0,
      runs: "last",
      enabled: false,
      catchUp: false,
      config: {},
      tags: {},
    });
  });

  test("survives JSON, and is read back", () => {
    const back: unknown = JSON.parse(JSON.stringify(snapshot));
    assert.deepEqual(back, snapshot);
    assert.deepEqual(parseSnapshot(back), snapshot);
    assert.ok(!JSON.stringify(snapshot).includes("file:"));
  });

  test("tells custom mappings as a table where both sides are lists", () => {
    const upper = staticPartitions(["EU", "US"]);
    const mapping = customMapping({
      name: "lower",
      upstream: (key) => [key.toLowerCase()],
      downstream: (key) => [key.toUpperCase()],
    });
    const names = dynamicPartitions("names");
    const a = defineAsset({ key: "a", partitions: regions, run });
    const b = defineAsset({ key: "b", partitions: upper, deps: { a: { asset: a, mapping } }, run });
    const c = defineAsset({ key: "c", partitions: names, deps: { a: { asset: a, mapping } }, run });
    const steps = takeSnapshot(definitions({ assets: [a, b, c] })).steps;
    assert.deepEqual(steps.map(({ inputs }) => inputs[0]?.mapping), [
      undefined,
      { kind: "custom", name: "lower", upstreamByDownstream: { EU: ["eu"], US: ["us"] } },
      { kind: "custom", name: "lower" },
    ]);
  });

  test("refuses what JSON would lose, by place", () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    for (
      const [value, problem] of [
        [1n, /bigint/],
        [NaN, /NaN/],
        [() => 1, /function/],
        ["\ud800", /surrogate/],
        [new Map(), /Map/],
        [loop, /levels deep/],
      ] as const
    ) {
      const asset = defineAsset({ key: "a", metadata: { bad: { worse: [value] } } as never, run });
      assert.throws(() => takeSnapshot(definitions({ assets: [asset] })), (error) => {
        assert.ok(error instanceof SluiceError);
        assert.equal(error.code, "DEFINITION_INVALID");
        assert.deepEqual(error.issues[0].path.slice(0, 6), ["assets", "a", "metadata", "bad", "worse", "0"]);
        assert.match(error.message, problem);
        return true;
      });
    }
  });
});

describe("parseSnapshot", () => {
  const good: Snapshot = takeSnapshot(graph());
  const changed = (change: (snapshot: { [field: string]: never }) => void): unknown => {
    const copy = JSON.parse(JSON.stringify(good));
    change(copy);
    return copy;
  };

  test("refuses other documents and dangling references", () => {
    for (
      const [value, problem] of [
        [null, /null/],
        [[], /a list/],
        [{}, /no kind/],
        [{ ...good, version: 2 }, /version 2/],
        [{ ...good, steps: {} }, /steps are no list/],
        [
          changed(({ assets }) => Object.assign(assets[0], { step: "none" })),
          /assets\.left\.step names none/,
        ],
        [changed(({ assets }) => Object.assign(assets[1], { partitions: 9 })), /names 9/],
        [
          changed(({ schedules }) => Object.assign(schedules[0], { job: "x" })),
          /schedules\.ends\.job names x/,
        ],
      ] as const
    ) {
      assert.throws(() => parseSnapshot(value), (error) => {
        assert.ok(error instanceof SluiceError && error.code === "SNAPSHOT_INVALID", String(error));
        assert.match(error.message, problem);
        return true;
      });
    }
  });
});

describe("diffSnapshots", () => {
  test("finds nothing between equal ones, and each field that differs", () => {
    const before = takeSnapshot(graph());
    assert.deepEqual(diffSnapshots(before, takeSnapshot(graph(true))), []);
    const x = defineAsset({ key: "x", partitions: regions, run });
    const y = defineAsset({ key: "y", tags: { a: "1" }, run });
    const y2 = defineAsset({ key: "y", tags: { b: "1" }, description: "Y", run });
    const z = defineAsset({ key: "z", partitions: staticPartitions(["eu"]), run });
    const one = takeSnapshot(definitions({ assets: [x, y] }));
    const two = takeSnapshot(definitions({ assets: [y2, z] }));
    assert.deepEqual(
      diffSnapshots(one, two).filter(({ path }) => path[0] === "assets").map(({ kind, path }) =>
        `${kind} ${path.join(".")}`
      ),
      [
        "removed assets.x",
        "added assets.y.description",
        "removed assets.y.tags.a",
        "added assets.y.tags.b",
        "added assets.z",
      ],
    );
  });

  test("compares partitions by what they are", () => {
    const of = (keys: readonly string[], extra: boolean) => {
      const first = defineAsset({ key: "a", partitions: days, run });
      const x = defineAsset({ key: "x", partitions: staticPartitions(keys), run });
      return takeSnapshot(definitions({ assets: extra ? [first, x] : [x] }));
    };
    assert.deepEqual(
      diffSnapshots(of(["p"], false), of(["p"], true)).map(({ path }) => path.join(".")),
      ["assets.a", "steps.a"],
    );
    assert.deepEqual(
      diffSnapshots(of(["p"], false), of(["p", "q"], false)).map(({ path }) => path.join(".")),
      ["assets.x.partitions.keys", "steps.x.partitions.keys"],
    );
  });
});
