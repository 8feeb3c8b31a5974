import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createOrchestrator, defineAsset, definitions, takeSnapshot } from "sluice";
import {
  createLocalPlugin,
  createPluginRegistry,
  exportLocal,
  FEATURES,
  loadTarget,
  TARGETS,
  writeProject,
} from "sluice/adapters";
import { root, runFile } from "../support/runtime.ts";
import { inFolder } from "../support/folder.ts";
import { VERDICTS as dagster } from "../../adapters/dagster/verdicts.ts";
import { VERDICTS as prefect } from "../../adapters/prefect/verdicts.ts";
import { pluginContract } from "sluice/testing";

for (const name of TARGETS) {
  describe(`the plugin of ${name}`, () => {
    for (const { name: title, run } of pluginContract({ create: () => loadTarget(name) })) test(title, run);
  });
}

describe("the plugin of Sluice itself", () => {
  const cases = pluginContract({ create: () => createLocalPlugin(), isRemote: false });
  for (const { name: title, run } of cases) test(title, run);

  test("looks at the history of a folder", () =>
    inFolder(async (folder) => {
      const look = () => createLocalPlugin().validateConnection({ url: folder });
      assert.equal((await look()).success, false);
      const orders = defineAsset({ key: "orders", run: () => [1] });
      await using sluice = createOrchestrator(definitions({ assets: [orders] }), { folder });
      await sluice.materialize(orders);
      await sluice.close();
      assert.deepEqual(await look(), {
        success: true,
        message: `The history in ${JSON.stringify(folder)} can be read.`,
        errors: [],
        warnings: [],
      });
      writeFileSync(join(folder, "history.sqlite"), "no database");
      assert.equal((await look()).success, false);
    }));
});

describe("the project that runs by itself", () => {
  test("makes what is missing, and the second time nothing", () =>
    inFolder((folder) => {
      const module = fileURLToPath(new URL("../conformance/exports/graphs/diamond.ts", import.meta.url));
      const snapshot = takeSnapshot(definitions({ assets: [] }));
      const { files } = exportLocal(snapshot, { name: "diamond", module, command: [], ticksFromMs: 0 });
      writeProject(folder, files);
      mkdirSync(join(folder, "node_modules"));
      symlinkSync(root, join(folder, "node_modules", "sluice"));
      const config = process.versions.bun ? [] : ["--config", join(root, "deno.json")];
      const [command, ...args] = [...runFile, ...config, "main.ts"];
      const start = () => spawnSync(command, args, { cwd: folder, encoding: "utf8" });
      const first = start();
      assert.deepEqual([first.status, first.stdout], [0, "success\n"], first.stderr);
      const value = join(folder, ".sluice", "values", "report", "summary.json");
      assert.equal(readFileSync(value, "utf8"), '"sum 31, largest 9"\n');
      const made = statSync(value).mtimeMs;
      assert.equal(start().status, 0);
      assert.equal(statSync(value).mtimeMs, made);
    }));
});

describe("the targets", () => {
  test("are found by name in a registry", async () => {
    const plugins = createPluginRegistry();
    for (const name of TARGETS) plugins.register(await loadTarget(name));
    assert.deepEqual(plugins.names, ["airflow", "dagster", "prefect"]);
    assert.equal((await plugins.get("airflow")).name, "airflow");
    await assert.rejects(loadTarget("luigi"), /PLUGIN_UNKNOWN/);
  });

  test("answer for every feature, and say what is different wherever they refuse one", () => {
    for (const table of [dagster, prefect]) {
      assert.deepEqual(Object.keys(table).sort(), Object.keys(FEATURES).sort());
      for (const [feature, { kind, differs, how }] of Object.entries(table)) {
        assert.notEqual(how, "", feature);
        if (kind === "refused") assert.notEqual(differs ?? "", "", feature);
      }
    }
  });
});
