import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, definitions, type Snapshot, takeSnapshot } from "sluice";
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
