/** Every verb of an orchestrator with every wrong kind of value, as a caller without a compiler may give it. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import {
  createOrchestrator,
  dailyPartitions,
  defineAsset,
  defineJob,
  definitions,
  dynamicPartitions,
  type Orchestrator,
  SluiceError,
} from "sluice";
import { EMPTY_RECORDS, VALUES, type Wrong } from "../support/wrong_values.ts";

const OPTIONAL = ["undefined"];

const raw = defineAsset({
  key: "raw",
  partitions: dailyPartitions({ start: "2026-01-01", end: "2026-01-05" }),
  run: ({ partition }) => partition.key,
});
const one = defineAsset({ key: "one", run: () => 1 });
const user = defineAsset({ key: "user", partitions: dynamicPartitions("users"), run: () => 1 });
const all = definitions({
  assets: [raw, one, user],
  jobs: [defineJob({ name: "job", selection: one })],
});
const MEMORY = { store: "memory", defaultIO: "memory" } as const;

/** What a backfill would take for a request of everything. */
function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A place where a value is given: how, and which of the values are good there. */
type Place = readonly [call: (sluice: Orchestrator, value: Wrong) => unknown, good?: readonly string[]];

const NOTHING_RUNS: { readonly [place: string]: Place } = {
  "plan(x)": [(sluice, x) => sluice.plan(x)],
  "plan({ select })": [(sluice, select) => sluice.plan({ select, scope: "missing" }), OPTIONAL],
  "plan({ partitions })": [
    (sluice, partitions) => sluice.plan({ select: raw, scope: "missing", partitions }),
    OPTIONAL,
  ],
  "plan({ scope })": [(sluice, scope) => sluice.plan({ select: one, scope }), OPTIONAL],
  "plan({ checks })": [(sluice, checks) => sluice.plan({ select: one, checks }), [...OPTIONAL, "true"]],
  "plan({ verifyIO })": [(sluice, verifyIO) => sluice.plan({ select: one, verifyIO }), [...OPTIONAL, "true"]],
  "planBackfill(x)": [(sluice, x) => sluice.planBackfill(x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "planBackfill({ runs })": [(sluice, runs) => sluice.planBackfill({ runs }), [...OPTIONAL, "5"]],
  "planBackfill({ partitionsPerRun })": [
    (sluice, partitionsPerRun) => sluice.planBackfill({ partitionsPerRun }),
    [...OPTIONAL, "5"],
  ],
  "parsePlan(x)": [(sluice, x) => sluice.parsePlan(x)],
  "parseBackfillPlan(x)": [(sluice, x) => sluice.parseBackfillPlan(x)],
  "materialize(x)": [(sluice, x) => sluice.materialize(x)],
  "materialize(x, { partitions })": [(sluice, x) => sluice.materialize(x, { partitions: "2026-01-01" })],
  "materialize(one, x)": [(sluice, x) => sluice.materialize("one and not one", x)],
  "materialize({ config })": [(sluice, config) => sluice.materialize("one and not one", { config })],
  "materialize({ tags })": [(sluice, tags) => sluice.materialize("one and not one", { tags })],
  "materialize({ signal })": [(sluice, signal) => sluice.materialize("one and not one", { signal })],
  "materialize({ concurrency })": [
    (sluice, concurrency) => sluice.materialize("one and not one", { concurrency }),
  ],
  "execute(x)": [(sluice, x) => sluice.execute(x)],
  "execute(plan, x)": [async (sluice, x) => {
    await using other = createOrchestrator(definitions({ assets: [one] }), MEMORY);
    return await sluice.execute(await other.plan(), x);
  }],
  "runJob(x)": [(sluice, x) => sluice.runJob(x)],
  "backfill(x)": [(sluice, x) => sluice.backfill(isRecord(x) || x === undefined ? null as Wrong : x)],
  "backfill({ select })": [(sluice, select) => sluice.backfill({ select: select ?? null, scope: "failed" })],
  "rerun(x)": [(sluice, x) => sluice.rerun(x)],
  "rerun(id, x)": [(sluice, x) => sluice.rerun("none", x)],
  "rerun(id, { from })": [(sluice, from) => sluice.rerun("none", { from })],
  "recover(x)": [(sluice, x) => sluice.recover(x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "cancel(x)": [(sluice, x) => sluice.cancel(x)],
  "cancel(id, x)": [(sluice, x) => sluice.cancel("none", x)],
  "report(x)": [(sluice, x) => sluice.report(x, { partition: "2026-01-01" })],
  "report(one, x)": [(sluice, x) => sluice.report(raw, x), ["[]"]],
  "report({ partition })": [(sluice, partition) => sluice.report(raw, { partition })],
  "report({ dataVersion })": [(sluice, dataVersion) => sluice.report(raw, { dataVersion })],
  "report({ metadata })": [(sluice, metadata) => sluice.report(raw, { metadata })],
  "report({ metadata: { note } })": [
    (sluice, note) => sluice.report(raw, { metadata: { note } }),
  ],
  "wipe(x)": [(sluice, x) => sluice.wipe(x)],
  "wipe(raw, x)": [(sluice, x) => sluice.wipe(raw, x), [...OPTIONAL, "[]"]],
  "load(x)": [(sluice, x) => sluice.load(x, "2026-01-01")],
  "load(raw, x)": [(sluice, x) => sluice.load(raw, x)],
  "load(one, x)": [(sluice, x) => sluice.load(one, x)],
  "locate(x)": [(sluice, x) => sluice.locate(x, "2026-01-01")],
  "locate(raw, x)": [(sluice, x) => sluice.locate(raw, x), ['""']],
  "addPartitions(x)": [(sluice, x) => sluice.addPartitions(x, ["ann"])],
  "addPartitions(name, x)": [(sluice, x) => sluice.addPartitions("users", x), ["[]"]],
  "addPartitions(name, [x])": [(sluice, x) => sluice.addPartitions("users", [x])],
  "removePartitions(x)": [(sluice, x) => sluice.removePartitions(x, ["ann"])],
  "removePartitions(name, x)": [(sluice, x) => sluice.removePartitions("users", x), ["[]"]],
  "removePartitions(name, [x])": [(sluice, x) => sluice.removePartitions("users", [x]), ['""']],
  "partitions(x)": [(sluice, x) => sluice.partitions(x)],
  "run(x)": [(sluice, x) => sluice.run(x), ['""']],
  "runs(x)": [(sluice, x) => sluice.runs(x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "runs({ status })": [(sluice, status) => sluice.runs({ status }), [...OPTIONAL, "[]"]],
  "runs({ job })": [(sluice, job) => sluice.runs({ job }), [...OPTIONAL, '""']],
  "runs({ backfill })": [(sluice, backfill) => sluice.runs({ backfill }), [...OPTIONAL, '""']],
  "runs({ parent })": [(sluice, parent) => sluice.runs({ parent }), [...OPTIONAL, '""']],
  "runs({ before })": [(sluice, before) => sluice.runs({ before }), [...OPTIONAL, '""']],
  "runs({ limit })": [(sluice, limit) => sluice.runs({ limit }), [...OPTIONAL, "5"]],
  "steps(x)": [(sluice, x) => sluice.steps(x), ['""']],
  "logs(x)": [(sluice, x) => sluice.logs(x), ['""']],
  "logs(id, x)": [(sluice, x) => sluice.logs("none", x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "logs({ step })": [(sluice, step) => sluice.logs("none", { step }), [...OPTIONAL, "5"]],
  "logs({ after })": [(sluice, after) => sluice.logs("none", { after }), [...OPTIONAL, "5"]],
  "logs({ limit })": [(sluice, limit) => sluice.logs("none", { limit }), [...OPTIONAL, "5"]],
  "materializations(x)": [(sluice, x) => sluice.materializations(x)],
  "materializations(raw, x)": [(sluice, x) => sluice.materializations(raw, x), [
    ...OPTIONAL,
    ...EMPTY_RECORDS,
  ]],
  "materializations({ partition })": [(sluice, partition) => sluice.materializations(raw, { partition }), [
    ...OPTIONAL,
    '""',
  ]],
  "materializations({ before })": [(sluice, before) => sluice.materializations(raw, { before }), OPTIONAL],
  "materializations({ limit })": [(sluice, limit) => sluice.materializations(raw, { limit }), [
    ...OPTIONAL,
    "5",
  ]],
  "checks(x)": [(sluice, x) => sluice.checks(x)],
  "checks(raw, x)": [(sluice, x) => sluice.checks(raw, x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "checks({ limit })": [(sluice, limit) => sluice.checks(raw, { limit }), [...OPTIONAL, "5"]],
  "backfills(x)": [(sluice, x) => sluice.backfills(x), [...OPTIONAL, ...EMPTY_RECORDS]],
  "backfills({ before })": [(sluice, before) => sluice.backfills({ before }), [...OPTIONAL, '""']],
  "backfills({ limit })": [(sluice, limit) => sluice.backfills({ limit }), [...OPTIONAL, "5"]],
  "close(x)": [async (_, x) => await createOrchestrator(all, MEMORY).close(x), [
    ...OPTIONAL,
    ...EMPTY_RECORDS,
  ]],
  "close({ graceMs })": [async (_, graceMs) => await createOrchestrator(all, MEMORY).close({ graceMs }), [
    ...OPTIONAL,
    "5",
  ]],
  "subscribe(x)": [(sluice, x) => sluice.subscribe(x), ["function"]],
  "prune(x)": [(sluice, x) => sluice.prune(x)],
  "prune({ runsBeforeMs })": [(sluice, runsBeforeMs) => sluice.prune({ runsBeforeMs }), ["5", "-1"]],
};

/** Every option of an orchestrator. */
const OPTIONS: { readonly [name: string]: readonly string[] } = {
  folder: OPTIONAL,
  store: [...OPTIONAL, ...EMPTY_RECORDS],
  io: [...OPTIONAL, "[]"],
  defaultIO: OPTIONAL,
  resources: [...OPTIONAL, "[]"],
  pools: [...OPTIONAL, "{}", "null prototype", "{ length: 1 }"],
  concurrency: [...OPTIONAL, "5"],
  clock: OPTIONAL,
  random: OPTIONAL,
};
const STORE_OPTIONS: { readonly [name: string]: readonly string[] } = {
  path: OPTIONAL,
  durability: OPTIONAL,
  events: OPTIONAL,
  thread: [...OPTIONAL, "true"],
  readonly: [...OPTIONAL, "true"],
  lockWaitMs: [...OPTIONAL, "5"],
  onWarning: [...OPTIONAL, "function"],
};

/** That a call does as documented, or is refused in a way that helps. */
async function judge(name: string, call: () => unknown, isGood: boolean): Promise<void> {
  try {
    await call();
  } catch (error) {
    assert.ok(
      error instanceof SluiceError,
      `${name}: ${error instanceof Error ? error.stack : String(error)}`,
    );
    assert.ok(!isGood, `${name} is documented and refused: ${error.message}`);
    const [{ message, hint }] = error.issues;
    assert.match(message, /^\P{C}{10,}\.$/u, name);
    assert.doesNotMatch(message, /\[object |undefined is not|Cannot read/, name);
    if (!/SELECTION_EMPTY|VALUE_MISSING|DEPENDENCY_UNKNOWN|POLICY_INVALID/.test(error.code)) {
      assert.ok(hint, `${name}: no hint: ${message}`);
    }
    return;
  }
  assert.ok(isGood, `${name} was accepted`);
}

describe("an orchestrator that is given anything", () => {
  for (const [place, [call, good = []]] of Object.entries(NOTHING_RUNS)) {
    test(`takes what is documented and refuses the rest with a reason: ${place}`, async () => {
      await using sluice = createOrchestrator(all, MEMORY);
      await sluice.addPartitions("users", ["bob"]);
      for (const [kind, value] of Object.entries(VALUES)) {
        await judge(`${place} of ${kind}`, () => call(sluice, value), good.includes(kind));
      }
      assert.deepEqual([(await sluice.runs()).length, (await sluice.backfills()).length], [0, 0]);
      assert.equal((await sluice.partitions(raw)).materialized.size, 0);
      assert.equal((await sluice.partitions(user)).space.size, 1);
    });
  }

  test("is not created with options that are not documented", async () => {
    for (const [kind, value] of Object.entries(VALUES)) {
      const isRecord = EMPTY_RECORDS.includes(kind);
      await judge(`definitions ${kind}`, () => createOrchestrator(value as Wrong), false);
      await judge(
        `options ${kind}`,
        () => createOrchestrator(all, value as Wrong),
        kind === "undefined" || isRecord,
      );
      for (const [option, good] of Object.entries(OPTIONS)) {
        const options = { [option]: value } as Wrong;
        await judge(`${option}: ${kind}`, () => createOrchestrator(all, options), good.includes(kind));
      }
      for (const [option, good] of Object.entries(STORE_OPTIONS)) {
        const options = { store: { [option]: value } } as Wrong;
        await judge(`store.${option}: ${kind}`, () => createOrchestrator(all, options), good.includes(kind));
      }
    }
  });
});
