/** Prefect as a target. */
import { createExportPlugin, type ExportPluginOptions } from "../parts/export_plugin.ts";
import type { ExportedFile, ExportedProject } from "../export.ts";
import type { OrchestratorPlugin } from "../plugin.ts";
import { prefectHelmValues } from "./deploy/helm.ts";
import { prefectService } from "./deploy/service.ts";
import { exportPrefect } from "./export.ts";

/**
 * Prefect as a plugin.
 *
 * @example
 * ```ts
 * import { createPrefectPlugin } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const prefect = createPrefectPlugin();
 * assert.deepEqual(Object.keys(prefect.getHelmValues()), ["prefect-server", "prefect-worker"]);
 * ```
 */
export function createPrefectPlugin(options: ExportPluginOptions = {}): OrchestratorPlugin<ExportedProject> {
  return createExportPlugin({
    name: "prefect",
    description: "Prefect 3.9 and later",
    exporter: exportPrefect,
    ...prefectService,
    entryPoint: () => ENTRY_POINT,
    helmValues: prefectHelmValues,
  }, options);
}

/** The flows of the project under the name by which they are looked for. */
const ENTRY_POINT: ExportedFile = {
  path: "flow.py",
  text: `from flows import *  # noqa: F403
`,
};
