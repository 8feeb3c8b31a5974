/** Sluice itself as a target. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { ExportedFile, ExportedProject } from "../export.ts";
import { createExportPlugin, type ExportPluginOptions } from "../parts/export_plugin.ts";
import { kubernetesResources } from "../parts/sizes.ts";
import type { ConnectionOptions, OrchestratorPlugin, ValidationResult } from "../plugin.ts";
import { exportLocal } from "./export.ts";

/**
 * Sluice itself as a plugin: a project that runs in one process. Its service is the history: `url` is the folder that
 * holds it.
 *
 * @example
 * ```ts
 * import { createLocalPlugin } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const { success, errors } = await createLocalPlugin().validateConnection({ url: ".no-such-folder" });
 * assert.equal(success, false);
 * assert.match(errors[0], /no history/);
 * ```
 */
export function createLocalPlugin(options: ExportPluginOptions = {}): OrchestratorPlugin<ExportedProject> {
  const plugin = createExportPlugin({
    name: "local",
    description: "Sluice itself, in one process",
    exporter: exportLocal,
    address: { variable: "SLUICE_FOLDER", local: ".sluice" },
    probe: { service: "Sluice", path: "", startHint: "" },
    entryPoint: () => ENTRY_POINT,
    helmValues: ({ size = "small", image = { repository: "sluice/project", tag: "latest" } }) => ({
      image,
      resources: kubernetesResources(size),
      replicaCount: 1,
    }),
  }, options);
  return Object.freeze({ ...plugin, validateConnection: lookAtHistory });
}

const ENTRY_POINT: ExportedFile = { path: "index.ts", text: 'import "./main.ts";\n' };

/** Opens the history for reading. Never throws. */
async function lookAtHistory({ url }: ConnectionOptions = {}): Promise<ValidationResult> {
  const folder = url ?? process.env.SLUICE_FOLDER ?? ".sluice";
  const path = join(folder, "history.sqlite");
  try {
    if (!existsSync(path)) {
      return failed(folder, "There is no history there: give its folder, or run something first.");
    }
    const { openSqliteStore } = await import("../../src/stores/sqlite.ts");
    const store = await openSqliteStore(path, { readonly: true });
    await store.close();
    return {
      success: true,
      message: `The history in ${JSON.stringify(folder)} can be read.`,
      errors: [],
      warnings: [],
    };
  } catch (error) {
    return failed(folder, error instanceof Error ? error.message.split("\n")[0] : String(error));
  }
}

function failed(folder: string, advice: string): ValidationResult {
  const message = `The history in ${JSON.stringify(folder)} cannot be read.`;
  return { success: false, message, errors: [advice], warnings: [] };
}
