/** Airflow as a target. */
import { createExportPlugin, type ExportPluginOptions } from "../parts/export_plugin.ts";
import type { ExportedFile, ExportedProject } from "../export.ts";
import type { OrchestratorPlugin } from "../plugin.ts";
import { airflowHelmValues } from "./deploy/helm.ts";
import { airflowService } from "./deploy/service.ts";
import { exportAirflow } from "./export.ts";

/**
 * Airflow as a plugin.
 *
 * @example
 * ```ts
 * import { createAirflowPlugin } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const airflow = createAirflowPlugin();
 * assert.equal(airflow.getHelmValues().executor, "LocalExecutor");
 * ```
 */
export function createAirflowPlugin(options: ExportPluginOptions = {}): OrchestratorPlugin<ExportedProject> {
  return createExportPlugin({
    name: "airflow",
    description: "Airflow 3.1 and later",
    exporter: exportAirflow,
    ...airflowService,
    entryPoint: () => ENTRY_POINT,
    helmValues: airflowHelmValues,
  }, options);
}

/** A Dag file that gives every Dag of the folder `dags` beside it, where Airflow looks at another folder. */
const ENTRY_POINT: ExportedFile = {
  path: "dag.py",
  text: `import importlib.util
import sys
from pathlib import Path

from airflow.sdk import DAG

folder = Path(__file__).resolve().parent / "dags"
sys.path.append(str(folder))

for path in sorted(folder.glob("*.py")):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, value in vars(module).items():
        if isinstance(value, DAG):
            globals()[f"{path.stem}_{name}"] = value
`,
};
