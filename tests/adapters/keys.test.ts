import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, defineJob, definitions, type Snapshot, takeSnapshot } from "sluice";
import { exportAirflow, exportDagster, type Exporter, exportPrefect } from "sluice/adapters";

const run = () => 1;
const assets = [
  defineAsset({ key: "a", concurrency: { key: "tenant/Acme", limit: 3 }, run }),
  defineAsset({ key: "b", concurrency: { key: "tenant/Acme", limit: 2 }, run }),
  defineAsset({ key: "c", concurrency: { key: "tenant/Acme" }, pool: "db", run }),
];
const snapshot: Snapshot = takeSnapshot(definitions({ assets }));

function textOf(exporter: Exporter, pools: object | undefined = undefined): string {
  const { files } = exporter(snapshot, {
    name: "shop",
    module: "shop.ts",
    command: ["sluice"],
    ticksFromMs: 0,
    ...(pools && { target: { pools } }),
  } as never);
  return files.map(({ path, text }) => `${path}\n${text}`).join("\n");
}

describe("a concurrency key with a fixed name", () => {
  const pool = "key_tenant_acme_";

  test("is a pool of Airflow, with the smallest limit that is declared", () => {
    const text = textOf(exportAirflow);
    assert.equal(text.match(new RegExp(`pool="${pool}`, "g"))?.length, 2);
    assert.match(text, new RegExp(`"${pool}[0-9a-f]{8}": \\{\\s*"slots": 2`));
    assert.equal(text.match(/pool="db"/g)?.length, 1);
  });

  test("is a pool of Dagster, with its limit in the script", () => {
    const text = textOf(exportDagster);
    assert.equal(text.match(new RegExp(`pool="${pool}`, "g"))?.length, 2);
    assert.match(text, new RegExp(`concurrency set '${pool}[0-9a-f]{8}' 2`));
  });

  test("is a global concurrency limit of Prefect", () => {
    const text = textOf(exportPrefect);
    assert.match(text, /shop_key_tenant_acme[0-9a-f_]*": 2/);
  });

  test("has the limit that the user gives for its pool", () => {
    const [name] = textOf(exportAirflow).match(/key_tenant_acme_[0-9a-f]{8}/) ?? [];
    const text = textOf(exportAirflow, { [String(name)]: 7 });
    assert.match(text, new RegExp(`"${name}": \\{\\s*"slots": 7`));
  });
});

describe("a key of the runs of a job", () => {
  const jobs = [
    defineJob({
      name: "one",
      selection: "*",
      priority: 4,
      concurrency: { key: "tenant", limit: 2, steps: 3 },
    }),
    defineJob({ name: "two", selection: "*", concurrency: { key: "other", whenBusy: "skip" } }),
  ];
  const taken = takeSnapshot(definitions({ assets: [defineAsset({ key: "a", run })], jobs }));
  const textFor = (exporter: Exporter) => {
    const options = { name: "shop", module: "shop.ts", command: ["sluice"], ticksFromMs: 0 };
    return exporter(taken, options).files.map(({ path, text }) => `${path}\n${text}`).join("\n");
  };

  test("is the number of active runs of its Dag in Airflow, and of active tasks", () => {
    const text = textFor(exportAirflow);
    assert.match(text, /max_active_runs=2,\s+max_active_tasks=3/);
    assert.match(text, /max_active_runs=1,/);
  });

  test("is a tag of its runs in Dagster, whose limit the instance has", () => {
    const text = textFor(exportDagster);
    assert.match(text, /"dagster\/priority": "4"/);
    assert.match(text, /"sluice\/key": "tenant"/);
    assert.match(
      text,
      /concurrency:\n {2}# Of the runs of one key only so many go on at once\n {2}runs:\n {4}tag_concurrency_limits:\n/,
    );
    assert.match(text, /- key: sluice\/key\n {8}value: "tenant"\n {8}limit: 2\n/);
  });

  test("is the concurrency limit of its deployment in Prefect", () => {
    const text = textFor(exportPrefect);
    assert.match(text, /concurrency_limit:\s+limit: 2\s+collision_strategy: "?ENQUEUE/);
    assert.match(text, /concurrency_limit:\s+limit: 1\s+collision_strategy: "?CANCEL_NEW/);
  });
});
