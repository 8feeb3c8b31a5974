/** Everything that declares something, with every wrong kind of value and with slips in the names of options. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import * as sluice from "sluice";
import { EMPTY_RECORDS, VALUES, type Wrong } from "../support/wrong_values.ts";

const NONE = ["undefined"];
const EMPTY = [...NONE, ...EMPTY_RECORDS];
const TEXT = [...NONE, '""'];
const FLAG = [...NONE, "true"];

const up = sluice.defineAsset({ key: "up", run: () => 1 });
const graph = (spec: object) => sluice.definitions({ assets: [up], ...spec } as Wrong);
const asset = (spec: object) =>
  graph({ assets: [up, sluice.defineAsset({ key: "down", run: () => 1, ...spec } as Wrong)] });
const multi = (spec: object) =>
  graph({
    assets: [
      sluice.defineMultiAsset(
        { name: "pair", outputs: { a: { key: "a" } }, run: () => ({ a: 1 }), ...spec } as Wrong,
      ),
    ],
  });
const check = (spec: object) =>
  graph({ checks: [sluice.defineCheck({ name: "sound", asset: up, run: () => true, ...spec } as Wrong)] });
const job = (spec: object) =>
  graph({ jobs: [sluice.defineJob({ name: "all", selection: "*", ...spec } as Wrong)] });
const schedule = (spec: object) =>
  graph({
    schedules: [sluice.defineSchedule({ name: "nightly", cron: "0 0 * * *", target: "*", ...spec } as Wrong)],
  });
const daily = (spec: object) => sluice.dailyPartitions({ start: "2026-01-01", ...spec } as Wrong);
const retry = (spec: object) => asset({ retry: { maxRetries: 1, delayMs: 5, ...spec } });
const resource = (spec: object) => sluice.defineResource({ name: "db", setup: () => 1, ...spec } as Wrong);
const custom = (spec: object) =>
  sluice.customMapping({ name: "own", upstream: () => [], downstream: () => [], ...spec } as Wrong);

/** A place where a value is given, and which of the values are good there. */
type Place = readonly [call: (value: Wrong) => unknown, good?: readonly string[]];

const PLACES: { readonly [place: string]: Place } = {
  "specificMapping(x)": [sluice.specificMapping, ['""']],
  "specificMapping([x])": [(x) => sluice.specificMapping([x]), ['""']],
  "staticMapping(x)": [sluice.staticMapping, EMPTY_RECORDS],
  "staticMapping({ key: x })": [(key) => sluice.staticMapping({ key }), ['""', "[]"]],
  "staticMapping({ key: [x] })": [(x) => sluice.staticMapping({ key: [x] }), ['""']],
  "timeWindowMapping(x)": [sluice.timeWindowMapping, EMPTY],
  "timeWindowMapping({ startOffset })": [(startOffset) => sluice.timeWindowMapping({ startOffset }), [
    ...NONE,
    "-1",
  ]],
  "timeWindowMapping({ endOffset })": [
    (endOffset) => sluice.timeWindowMapping({ startOffset: -1, endOffset }),
    [
      ...NONE,
      "5",
      "-1",
    ],
  ],
  "timeWindowMapping({ allowNonexistent })": [
    (allowNonexistent) => sluice.timeWindowMapping({ allowNonexistent }),
    FLAG,
  ],
  "multiToSingleMapping(x)": [sluice.multiToSingleMapping, TEXT],
  "multiMapping(x)": [sluice.multiMapping, EMPTY_RECORDS],
  "multiMapping({ day: x })": [(day) => sluice.multiMapping({ day })],
  "multiMapping({ day: { dimension } })": [(dimension) => sluice.multiMapping({ day: { dimension } }), [
    '""',
  ]],
  "multiMapping({ day: { mapping } })": [
    (mapping) => sluice.multiMapping({ day: { dimension: "day", mapping } }),
    NONE,
  ],
  "customMapping(x)": [sluice.customMapping],
  "customMapping({ name })": [(name) => custom({ name }), TEXT],
  "customMapping({ upstream })": [(upstream) => custom({ upstream }), ["function"]],
  "customMapping({ downstream })": [(downstream) => custom({ downstream }), ["function"]],

  "staticPartitions(x)": [sluice.staticPartitions, ["[]"]],
  "staticPartitions([x])": [(x) => sluice.staticPartitions([x])],
  "dynamicPartitions(x)": [sluice.dynamicPartitions],
  "multiPartitions(x)": [sluice.multiPartitions],
  "multiPartitions({ day: x })": [(day) => sluice.multiPartitions({ day })],
  "hourlyPartitions(x)": [sluice.hourlyPartitions],
  "dailyPartitions(x)": [sluice.dailyPartitions],
  "weeklyPartitions(x)": [sluice.weeklyPartitions],
  "monthlyPartitions(x)": [sluice.monthlyPartitions],
  "timePartitions(x)": [sluice.timePartitions],
  "timePartitions({ cron })": [(cron) => sluice.timePartitions({ cron, start: "2026-01-01" })],
  "dailyPartitions({ start })": [(start) => daily({ start })],
  "dailyPartitions({ end })": [(end) => daily({ end }), NONE],
  "dailyPartitions({ timezone })": [(timezone) => daily({ timezone }), [...NONE, "null"]],
  "dailyPartitions({ keyFormat })": [(keyFormat) => daily({ keyFormat }), NONE],
  "dailyPartitions({ endOffset })": [(endOffset) => daily({ endOffset }), [...NONE, "null", "5", "-1"]],
  "dailyPartitions({ exclusions })": [(exclusions) => daily({ exclusions }), [...NONE, "[]"]],
  "dailyPartitions({ exclusions: [x] })": [(x) => daily({ exclusions: [x] })],
  "dailyPartitions({ hourOffset })": [(hourOffset) => daily({ hourOffset }), [...NONE, "null", "5"]],
  "dailyPartitions({ minuteOffset })": [(minuteOffset) => daily({ minuteOffset }), [...NONE, "null", "5"]],

  "freshWithin(x)": [(x) => asset({ freshness: sluice.freshWithin(x) })],
  "freshWithin({ failMs })": [(failMs) => asset({ freshness: sluice.freshWithin({ failMs }) })],
  "freshBy(x)": [(x) => asset({ freshness: sluice.freshBy(x) })],
  "condition.and(x)": [(x) => asset({ automation: sluice.condition.and(x) })],
  "condition.not(x)": [(x) => asset({ automation: sluice.condition.not(x) })],
  "condition.since(x)": [(x) => asset({ automation: sluice.condition.since(x, x) })],
  "condition.onCron(x)": [(x) => asset({ automation: sluice.condition.onCron(x) })],
  "files(x)": [sluice.files, EMPTY],
  "files({ format })": [(format) => sluice.files({ format }), NONE],
  "files({ extension })": [(extension) => sluice.files({ extension }), NONE],
  "filesIO(x)": [sluice.filesIO],
  "filesIO({ folder })": [(folder) => sluice.filesIO({ folder }), ['""']],
  "filesIO({ name })": [(name) => sluice.filesIO({ folder: "values", name }), TEXT],
  "memoryIO(x)": [sluice.memoryIO, EMPTY],
  "s3IO(x)": [sluice.s3IO],
  "openSqliteStore(path, { thread })": [
    (thread) => sluice.openSqliteStore("none/x", { thread, readonly: true }),
  ],
  "secret(x)": [sluice.secret],
  "assetRef(x)": [sluice.assetRef],
  "override(x)": [(x) => sluice.override(x, 1)],
  "defineResource(x)": [sluice.defineResource],
  "defineResource({ name })": [(name) => resource({ name }), ['""']],
  "defineResource({ setup })": [(setup) => resource({ setup }), ["function"]],
  "defineResource({ teardown })": [(teardown) => resource({ teardown }), [...NONE, "function"]],

  "definitions(x)": [sluice.definitions],
  "definitions({ assets })": [(assets) => graph({ assets }), ["[]"]],
  "definitions({ assets: [x] })": [(x) => graph({ assets: [x] }), ["[]", ...EMPTY_RECORDS]],
  "definitions({ checks })": [(checks) => graph({ checks }), [...NONE, "[]"]],
  "definitions({ jobs: [x] })": [(x) => graph({ jobs: [x] })],
  "definitions({ schedules: [x] })": [(x) => graph({ schedules: [x] })],
  "definitions({ module })": [(module) => graph({ module }), TEXT],
  "defineAsset({ key })": [(key) => asset({ key })],
  "defineAsset({ deps })": [(deps) => asset({ deps }), EMPTY],
  "defineAsset({ deps: { up: x } })": [(x) => asset({ deps: { up: x } })],
  "defineAsset({ deps: { up: { mapping } } })": [
    (mapping) => asset({ deps: { up: { asset: up, mapping } } }),
    NONE,
  ],
  "defineAsset({ after })": [(after) => asset({ after }), [...NONE, "[]"]],
  "defineAsset({ partitions })": [(partitions) => asset({ partitions }), NONE],
  "defineAsset({ config })": [(config) => asset({ config }), NONE],
  "defineAsset({ resources })": [(resources) => asset({ resources }), EMPTY],
  "defineAsset({ output })": [(output) => asset({ output }), NONE],
  "defineAsset({ tags: { a: x } })": [(a) => asset({ tags: { a } }), ['""']],
  "defineAsset({ timeoutMs })": [(timeoutMs) => asset({ timeoutMs }), [...NONE, "5"]],
  "defineAsset({ priority })": [(priority) => asset({ priority }), [...NONE, "5", "-1"]],
  "defineAsset({ pool })": [(pool) => asset({ pool }), NONE],
  "defineAsset({ backfill })": [(backfill) => asset({ backfill }), NONE],
  "defineAsset({ backfill: { maxPartitionsPerRun } })": [
    (maxPartitionsPerRun) => asset({ backfill: { maxPartitionsPerRun } }),
    ["5"],
  ],
  "defineAsset({ retry: { maxRetries } })": [(maxRetries) => retry({ maxRetries }), ["5"]],
  "defineAsset({ retry: { delayMs } })": [(delayMs) => retry({ delayMs }), [...NONE, "5"]],
  "defineAsset({ retry: { backoff } })": [(backoff) => retry({ backoff }), NONE],
  "defineAsset({ retry: { jitter } })": [(jitter) => retry({ jitter }), NONE],
  "defineAsset({ retry: { maxDelayMs } })": [(maxDelayMs) => retry({ maxDelayMs }), [...NONE, "5"]],
  "defineAsset({ checks: { a: x } })": [(a) => asset({ checks: { a } }), ["function"]],
  "defineAsset({ checks: { a: { severity } } })": [
    (severity) => asset({ checks: { a: { run: () => true, severity } } }),
    NONE,
  ],
  "defineMultiAsset({ name })": [(name) => multi({ name })],
  "defineMultiAsset({ outputs: { a: x } })": [(a) => multi({ outputs: { a } })],
  "defineMultiAsset({ outputs: { a: { key } } })": [(key) => multi({ outputs: { a: { key } } })],
  "defineMultiAsset({ subsettable })": [(subsettable) => multi({ subsettable }), FLAG],
  "defineCheck({ name })": [(name) => check({ name })],
  "defineCheck({ asset })": [(x) => check({ asset: x })],
  "defineCheck({ run })": [(run) => check({ run }), ["function"]],
  "defineJob({ name })": [(name) => job({ name })],
  "defineJob({ selection })": [(selection) => job({ selection })],
  "defineJob({ config })": [(config) => job({ config }), EMPTY],
  "defineSchedule({ name })": [(name) => schedule({ name })],
  "defineSchedule({ cron })": [(cron) => schedule({ cron })],
  "defineSchedule({ target })": [(target) => schedule({ target })],
  "materialize(x)": [(x) => sluice.materialize(x)],
  "materialize(up, x)": [(x) => sluice.materialize(up, x), EMPTY],
  "materialize({ inputs })": [(inputs) => sluice.materialize(up, { inputs }), EMPTY],
  "materialize({ resources })": [(resources) => sluice.materialize(up, { resources }), [...NONE, "[]"]],
  "materialize({ partition })": [(partition) => sluice.materialize(up, { partition }), [...NONE, "[]"]],
  "materialize({ tags })": [(tags) => sluice.materialize(up, { tags }), EMPTY],
  "materialize({ attempt })": [(attempt) => sluice.materialize(up, { attempt }), [...NONE, "5"]],
  "materialize({ signal })": [(signal) => sluice.materialize(up, { signal }), NONE],
  "takeSnapshot(x)": [sluice.takeSnapshot],
  "parseSnapshot(x)": [sluice.parseSnapshot],
  "diffSnapshots(x)": [(x) => sluice.diffSnapshots(x, x)],
};

describe("a declaration that is given anything", () => {
  for (const [place, [call, good = []]] of Object.entries(PLACES)) {
    test(`takes what is documented and refuses the rest: ${place}`, async () => {
      const taken: string[] = [];
      for (const [kind, value] of Object.entries(VALUES)) {
        try {
          await call(value);
          taken.push(kind);
        } catch (error) {
          assert.ok(
            error instanceof sluice.SluiceError,
            `${kind}: ${error instanceof Error ? error.stack : error}`,
          );
          assert.doesNotMatch(error.message, /\[object |undefined is not|Cannot read/, kind);
        }
      }
      assert.deepEqual(taken.sort(), [...good].sort());
    });
  }
});

/** Calls with a slip in the name of an option, and what is meant. */
const SLIPS: { readonly [slip: string]: readonly [call: () => unknown, meant: string] } = {
  desciption: [() => asset({ desciption: "a" }), "description"],
  timoutMs: [() => asset({ timoutMs: 5 }), "timeoutMs"],
  "retry.delayMS": [() => retry({ delayMS: 5 }), "delayMs"],
  "backfill.maxPartitionPerRun": [
    () => asset({ backfill: { maxPartitionsPerRun: 1, maxPartitionPerRun: 1 } }),
    "maxPartitionsPerRun",
  ],
  "deps.up.maping": [() => asset({ deps: { up: { asset: up, maping: sluice.allMapping() } } }), "mapping"],
  "checks.a.blockin": [() => asset({ checks: { a: { run: () => true, blockin: true } } }), "blocking"],
  "outputs.a.ownres": [() => multi({ outputs: { a: { key: "a", ownres: [] } } }), "owners"],
  subsetable: [() => multi({ subsetable: true }), "subsettable"],
  severty: [() => check({ severty: "warn" }), "severity"],
  tag: [() => job({ tag: {} }), "tags"],
  timeZone: [() => schedule({ timeZone: "UTC" }), "timezone"],
  afer: [() => sluice.defineExternalAsset({ key: "x", afer: [] } as Wrong), "after"],
  job: [() => graph({ job: [] }), "jobs"],
  teardwon: [() => resource({ teardwon: () => {} }), "teardown"],
  timezon: [() => daily({ timezon: "UTC" }), "timezone"],
  startOfset: [() => sluice.timeWindowMapping({ startOfset: -1 } as Wrong), "startOffset"],
  "day.dimenson": [
    () => sluice.multiMapping({ day: { dimension: "day", dimenson: "day" } } as Wrong),
    "dimension",
  ],
  warnMS: [() => sluice.freshWithin({ failMs: 60_000, warnMS: 1 } as Wrong), "warnMs"],
  formt: [() => sluice.files({ formt: "json" } as Wrong), "format"],
  partitions: [() => sluice.materialize(up, { partitions: "a" } as Wrong), "partition"],
  foldr: [() => sluice.filesIO({ folder: "values", foldr: "x" } as Wrong), "folder"],
  epemeral: [() => sluice.memoryIO({ epemeral: true } as Wrong), "ephemeral"],
  buket: [() => sluice.s3IO({ bucket: "values", buket: "x" } as Wrong), "bucket"],
  readOnly: [() => sluice.openSqliteStore("none.sqlite", { readOnly: true } as Wrong), "readonly"],
  concurency: [
    () => sluice.createOrchestrator(graph({}), { store: "memory", concurency: 2 } as Wrong),
    "concurrency",
  ],
};

describe("an option whose name has a slip in it", () => {
  for (const [slip, [call, meant]] of Object.entries(SLIPS)) {
    test(`is refused, and what is meant is named: ${slip}`, async () => {
      await assert.rejects(async () => await call(), (error) => {
        assert.ok(error instanceof sluice.SluiceError);
        const [{ hint, path }] = error.issues;
        assert.equal(hint, `Did you mean ${meant}?`, error.message);
        assert.equal(path.at(-1), slip.split(".").at(-1));
        return true;
      });
    });
  }

  test("is nothing when the option is left undefined", () => {
    asset({ desciption: undefined });
  });
});
