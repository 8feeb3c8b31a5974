import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  assetSensor,
  dailyPartitions,
  defineAsset,
  defineExternalAsset,
  defineJob,
  defineSchedule,
  defineSensor,
  definitions,
  diffSnapshots,
  dynamicPartitions,
  fileSensor,
  freshnessSensor,
  freshWithin,
  httpSensor,
  monthlyPartitions,
  parseSnapshot,
  runSensor,
  type Sensor,
  SluiceError,
  staticPartitions,
  takeSnapshot,
} from "sluice";

const run = () => 1;
const days = dailyPartitions({ start: "2026-01-01" });
const plain = defineAsset({ key: "plain", run });
const daily = defineAsset({ key: "daily", partitions: days, run });
const monthly = defineAsset({ key: "monthly", partitions: monthlyPartitions({ start: "2026-01-01" }), run });
const regional = defineAsset({ key: "regional", partitions: staticPartitions(["eu", "us"]), run });
const dynamic = defineAsset({ key: "dynamic", partitions: dynamicPartitions("files"), run });
const fresh = defineAsset({ key: "fresh", freshness: freshWithin({ failMs: 3_600_000 }), run });
const outside = defineExternalAsset({ key: "outside" });
const unlisted = defineJob({ name: "unlisted", selection: "plain" });
const nightly = defineJob({ name: "nightly", selection: "daily", tags: { team: "data" } });
const assets = [plain, daily, monthly, regional, dynamic, fresh, outside];

function refusals(...sensors: readonly Sensor[]): readonly string[] {
  try {
    definitions({ assets, jobs: [nightly], sensors });
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error.issues.map(({ code, path, message, hint }) => {
      assert.ok(message.includes(path[1]), message);
      assert.ok(hint, message);
      return `${code} ${path.join(".")}`;
    });
  }
  return [];
}

function refusal(declare: () => unknown): SluiceError {
  try {
    declare();
  } catch (error) {
    assert.ok(error instanceof SluiceError, String(error));
    return error;
  }
  throw new Error("It was taken.");
}

const files = (more: object = {}) => fileSensor({ name: "s", glob: "*.csv", target: plain, ...more });
const http = (more: object = {}) =>
  httpSensor({ name: "s", url: "https://example.com/", target: plain, ...more });
const custom = (more: object = {}) =>
  defineSensor({ name: "s", target: plain, evaluate: () => undefined, ...more });
const made = (more: object = {}) => assetSensor({ name: "s", assets: plain, target: plain, ...more });
const over = (more: object = {}) => runSensor({ name: "s", status: "failed", target: plain, ...more });
const stale = (more: object = {}) => freshnessSensor({ name: "s", assets: fresh, target: fresh, ...more });

describe("sensors", () => {
  test("fill in what is not said", () => {
    const { site: _, ...rest } = files();
    assert.deepEqual(rest, {
      kind: "sensor",
      name: "s",
      watch: {
        kind: "files",
        folder: ".",
        glob: "*.csv",
        events: "created",
        settleMs: 2_000,
        each: false,
        initial: true,
      },
      target: plain,
      partitions: "last",
      intervalMs: 30_000,
      timeoutMs: 60_000,
      enabled: true,
      description: undefined,
      config: {},
      tags: {},
    });
    assert.ok(Object.isFrozen(rest.watch));
    const { when, ...watch } = http().watch as { readonly when?: unknown };
    assert.equal(when, undefined);
    assert.deepEqual(watch, {
      kind: "http",
      url: "https://example.com/",
      headers: {},
      initial: false,
      maxBytes: 1_048_576,
      allow: [],
    });
    assert.deepEqual(made({ assets: [plain, "daily", plain] }).watch, {
      kind: "assets",
      assets: ["plain", "daily"],
      when: "any",
    });
    assert.deepEqual([made().intervalMs, made().timeoutMs], [undefined, undefined]);
    assert.deepEqual(over({ jobs: [nightly, "nightly"], status: ["failed", "canceled"] }).watch, {
      kind: "runs",
      statuses: ["failed", "canceled"],
      jobs: ["nightly"],
    });
    assert.deepEqual(stale().watch, { kind: "freshness", assets: ["fresh"], states: ["fail"] });
  });

  test("refuse options that are not known, with the one that was meant", () => {
    for (
      const [declare, option, meant] of [
        [files, "event", "events"],
        [http, "interval", "intervalMs"],
        [custom, "evaluateMs", "evaluate"],
        [made, "asset", "assets"],
        [over, "statuses", "status"],
        [stale, "states", "state"],
        [files, "settlems", "settleMs"],
      ] as const
    ) {
      const error = refusal(() => declare({ [option]: 1 }));
      assert.equal(error.code, "DEFINITION_INVALID");
      assert.deepEqual(error.issues[0].path, ["sensors", "s", option]);
      assert.match(error.issues[0].hint ?? "", new RegExp(meant));
    }
  });

  test("refuse options of another shape where they are written", () => {
    for (
      const [declare, option, value] of [
        [files, "glob", 5],
        [files, "glob", ""],
        [files, "glob", "/etc/*"],
        [files, "glob", "../*"],
        [files, "glob", "a**/b"],
        [files, "glob", "a\\b"],
        [files, "events", "deleted"],
        [files, "settleMs", -1],
        [files, "each", "yes"],
        [files, "intervalMs", 50],
        [files, "intervalMs", NaN],
        [files, "timeoutMs", 2 ** 40],
        [files, "target", undefined],
        [files, "partitions", "first"],
        [http, "url", "example.com"],
        [http, "url", "file:///etc/passwd"],
        [http, "url", "https://ada:letmein@example.com/"],
        [http, "headers", { a: 1 }],
        [http, "when", true],
        [http, "maxBytes", 0],
        [http, "allow", "10.0.0.0/8"],
        [custom, "evaluate", undefined],
        [custom, "evaluate", {}],
        [made, "assets", []],
        [made, "assets", [1]],
        [made, "when", "both"],
        [over, "status", []],
        [over, "status", "running"],
        [over, "jobs", [plain]],
        [stale, "state", "old"],
        [custom, "tags", "a"],
        [custom, "enabled", 1],
      ] as const
    ) {
      const error = refusal(() => declare({ [option]: value }));
      assert.equal(error.code, "DEFINITION_INVALID", `${option}: ${String(value)}`);
      assert.deepEqual(error.issues[0].path, ["sensors", "s", option]);
      assert.ok(!error.message.includes("letmein"), error.message);
    }
    assert.match(refusal(() => fileSensor(null as never)).message, /takes a record/);
  });

  test("are held to the graph", () => {
    assert.deepEqual(refusals(files({ target: "plian" })), ["SELECTION_INVALID sensors.s.target"]);
    assert.deepEqual(refusals(files({ target: unlisted })), ["DEPENDENCY_UNLISTED sensors.s.target"]);
    assert.deepEqual(refusals(files({ target: outside })), ["SELECTION_EMPTY sensors.s.target"]);
    assert.deepEqual(refusals(files({ target: "daily or regional" })), [
      "DEFINITION_INVALID sensors.s.target",
    ]);
    assert.deepEqual(refusals(made({ assets: "plian" })), ["DEPENDENCY_UNKNOWN sensors.s.assets"]);
    assert.deepEqual(refusals(made({ assets: regional, target: daily })), [
      "MAPPING_INVALID sensors.s.assets",
    ]);
    assert.deepEqual(refusals(made({ assets: daily, target: monthly })), []);
    assert.deepEqual(refusals(made({ assets: [plain, regional], target: regional, when: "all" })), []);
    assert.deepEqual(refusals(over({ jobs: "nigthly" })), ["DEPENDENCY_UNLISTED sensors.s.jobs"]);
    assert.deepEqual(refusals(stale({ assets: plain })), ["DEFINITION_INVALID sensors.s.assets"]);
    assert.deepEqual(refusals(custom({ config: { plain: 1 } })), ["CONFIG_INVALID sensors.s.config.plain"]);
    assert.deepEqual(refusals(custom({ name: "a b" })), ["DEFINITION_INVALID sensors.a b"]);
    assert.deepEqual(refusals(custom({ target: undefined })), []);
  });

  test("have names that no other sensor and no schedule has", () => {
    assert.deepEqual(refusals(files(), http()), ["KEY_DUPLICATE sensors.s"]);
    assert.deepEqual(refusals(files(), http({ name: "S" })), ["KEY_DUPLICATE sensors.S"]);
    const schedule = defineSchedule({ name: "S", cron: "0 1 * * *", target: plain });
    const error = refusal(() => definitions({ assets, schedules: [schedule], sensors: [files()] }));
    assert.match(error.message, /The sensor s has the name of the schedule S/);
  });

  test("are taken where they belong only", () => {
    assert.match(
      refusal(() => definitions({ assets, sensors: [nightly] as never })).message,
      /sensors\.0|sensors must hold/,
    );
    assert.match(refusal(() => definitions({ assets: [files()] as never })).message, /Give sensors as/);
  });
});

describe("the snapshot of sensors", () => {
  const all = definitions({
    assets,
    jobs: [nightly],
    sensors: [
      files({ name: "f", target: daily }),
      http({
        name: "h",
        headers: { authorization: () => "Bearer letmein", accept: "text/csv" },
        when: () => true,
      }),
      custom({ name: "c", target: nightly, tags: { by: "c" } }),
      custom({ name: "b", target: undefined }),
      made({ name: "a", assets: daily }),
      over({ name: "r" }),
      stale({ name: "s" }),
    ],
  });

  test("holds no function and no header, and is read back", () => {
    const snapshot = takeSnapshot(all);
    const sensors = snapshot.sensors ?? [];
    assert.deepEqual(sensors.map(({ name, watch }) => `${name} ${watch.kind}`), [
      "a assets",
      "b custom",
      "c custom",
      "f files",
      "h http",
      "r runs",
      "s freshness",
    ]);
    assert.deepEqual(sensors[4].watch, {
      kind: "http",
      url: "https://example.com/",
      headers: ["accept", "authorization"],
      isDecided: true,
      initial: false,
      maxBytes: 1_048_576,
      allow: [],
    });
    assert.deepEqual(sensors[2].tags, { team: "data", by: "c" });
    assert.deepEqual([sensors[2].job, sensors[2].assets], ["nightly", ["daily"]]);
    assert.equal(snapshot.partitions[sensors[3].partitions ?? -1].kind, "time");
    assert.deepEqual([sensors[1].assets, sensors[1].selection], [[], []]);
    assert.ok(!JSON.stringify(snapshot).includes("letmein"));
    assert.deepEqual(parseSnapshot(JSON.parse(JSON.stringify(snapshot))), snapshot);
  });

  test("is compared by name, and left out where there is none", () => {
    const before = takeSnapshot(definitions({ assets }));
    assert.equal("sensors" in before, false);
    const one = takeSnapshot(definitions({ assets, sensors: [files()] }));
    const other = takeSnapshot(definitions({ assets, sensors: [files({ settleMs: 5 })] }));
    assert.deepEqual(diffSnapshots(before, one).map(({ kind, path }) => `${kind} ${path.join(".")}`), [
      "added sensors.s",
    ]);
    assert.deepEqual(diffSnapshots(one, other), [
      { kind: "changed", path: ["sensors", "s", "watch", "settleMs"], before: 2_000, after: 5 },
    ]);
  });

  test("must name what is in it", () => {
    const snapshot = takeSnapshot(all);
    const broken = JSON.parse(JSON.stringify(snapshot));
    broken.sensors[0].watch.assets = ["gone"];
    assert.throws(() => parseSnapshot(broken), /sensors\.a names gone/);
  });
});
