/** Dagster as a target. */
import { createExportPlugin, type ExportPluginOptions } from "../parts/export_plugin.ts";
import type { ExportedFile, ExportedProject } from "../export.ts";
import type { OrchestratorPlugin } from "../plugin.ts";
import { dagsterHelmValues } from "./deploy/helm.ts";
import { dagsterService } from "./deploy/service.ts";
import { exportDagster } from "./export.ts";
import { packageName } from "./project/files.ts";

/**
 * Dagster as a plugin.
 *
 * @example
 * ```ts
 * import { createDagsterPlugin } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const dagster = createDagsterPlugin();
 * assert.equal(dagster.getResourceRequirements("small").memoryLimit, "512Mi");
 * const { success } = await dagster.validateConnection({ url: "http://127.0.0.1:1" });
 * assert.equal(success, false);
 * ```
 */
export function createDagsterPlugin(options: ExportPluginOptions = {}): OrchestratorPlugin<ExportedProject> {
  return createExportPlugin({
    name: "dagster",
    description: "Dagster 1.11 and later",
    exporter: exportDagster,
    ...dagsterService,
    entryPoint,
    helmValues: dagsterHelmValues,
  }, options);
}

/** A file that `dagster` and the code server load as it is, beside the project's `src`. */
function entryPoint(productName: string): ExportedFile {
  const text = `import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "src"))

from ${packageName({ name: productName })}.definitions import defs  # noqa: E402

__all__ = ["defs"]
`;
  return { path: "definitions.py", text };
}
