/** Helm values against the schemas and the default values of the real charts. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { airflowHelmValues } from "../../adapters/airflow/deploy/helm.ts";
import { dagsterHelmValues } from "../../adapters/dagster/deploy/helm.ts";
import { prefectHelmValues } from "../../adapters/prefect/deploy/helm.ts";
import type { HelmOptions } from "sluice/adapters";
import { askPython, findPython } from "./python.ts";

/** The charts' schemas; they are not part of the repository. */
const charts = fileURLToPath(new URL("../../../shared/data/helm/", import.meta.url));
/** Airflow's Python has the libraries that read schemas and YAML. */
const python = findPython("SLUICE_AIRFLOW_PYTHON", "Helm values");
if (!existsSync(charts)) console.log("Helm values: skipped, since the schemas of the charts are not here");

const OPTIONS: readonly HelmOptions[] = [
  {},
  { size: "medium" },
  { size: "large", image: { repository: "example/orders", tag: "7" } },
];

interface Answer {
  readonly errors: readonly string[];
  readonly unknown: readonly string[];
}

(python && existsSync(charts) ? describe : describe.skip)("Helm values", () => {
  test("fit the schemas of the charts, and name no value that the charts do not have", () => {
    const cases = OPTIONS.flatMap((options) => [
      { chart: "dagster", values: dagsterHelmValues(options) },
      { chart: "airflow", values: airflowHelmValues(options) },
      ...Object.entries(prefectHelmValues(options)).map(([chart, values]) => ({ chart, values })),
    ]);
    const broken = [
      { chart: "dagster", values: { dagsterWebserver: { replicaCount: "one" }, dagsterWebservers: {} } },
      { chart: "prefect-worker", values: { worker: { apiConfig: "moon" } } },
    ];
    const url = new URL("helm.py", import.meta.url);
    const answers = askPython<readonly Answer[]>(python as string, url, {
      folder: charts,
      cases: [...cases, ...broken],
    });
    for (const [index, { chart }] of cases.entries()) {
      assert.deepEqual(answers[index], { errors: [], unknown: [] }, chart);
    }
    const [webservers, moon] = answers.slice(-2);
    assert.equal(webservers.errors.length, 1);
    assert.deepEqual(webservers.unknown, ["dagsterWebservers"]);
    assert.equal(moon.errors.length, 1);
  });
});
