import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createPluginRegistry, FEATURES, loadTarget, TARGETS } from "sluice/adapters";
import { VERDICTS as dagster } from "../../adapters/dagster/verdicts.ts";
import { VERDICTS as prefect } from "../../adapters/prefect/verdicts.ts";
import { pluginContract } from "sluice/testing";

for (const name of TARGETS) {
  describe(`the plugin of ${name}`, () => {
    for (const { name: title, run } of pluginContract({ create: () => loadTarget(name) })) test(title, run);
  });
}

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
