/** A project that runs by itself: the graph in one process, with the history in one file. */
import type { Snapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportedProject, ExportOptions } from "../export.ts";
import { reportLosses } from "../loss.ts";
import { VERDICTS } from "./verdicts.ts";

/** The version of Sluice that is written for. */
const VERSION = "0.1.0";

/**
 * Writes a project whose one command brings everything up to date that is missing or stale.
 *
 * @example
 * ```ts
 * import { defineAsset, definitions, takeSnapshot } from "sluice";
 * import { exportLocal } from "sluice/adapters";
 * import assert from "node:assert/strict";
 *
 * const snapshot = takeSnapshot(definitions({ assets: [defineAsset({ key: "orders", run: () => [] })] }));
 * const { files } = exportLocal(snapshot, {
 *   name: "shop",
 *   module: "../shop.ts",
 *   command: ["sluice"],
 *   ticksFromMs: 0,
 * });
 * assert.deepEqual(files.map(({ path }) => path), ["README.md", "main.ts", "package.json"]);
 * ```
 */
export function exportLocal(
  snapshot: Snapshot,
  { name, module = "./definitions.ts" }: ExportOptions,
): ExportedProject {
  const manifest = {
    name: name.toLowerCase(),
    private: true,
    type: "module",
    scripts: { start: "bun main.ts" },
    dependencies: { sluice: `^${VERSION}` },
  };
  return {
    files: [
      { path: "README.md", text: README },
      { path: "main.ts", text: mainModule(module) },
      { path: "package.json", text: `${JSON.stringify(manifest, null, 2)}\n` },
    ],
    report: reportLosses(snapshot, { name: "local", version: VERSION, verdicts: VERDICTS }),
  };
}

function mainModule(module: string): string {
  const address = /^(?:[./]|file:)/.test(module) ? module : `./${module}`;
  return `import { createOrchestrator } from "sluice";
import definitions from ${JSON.stringify(address)};

await using sluice = createOrchestrator(definitions, { folder: ".sluice" });

await sluice.recover();
const { status } = await sluice.backfill({ scope: "stale" });
console.log(status);
if (status !== "success") process.exitCode = 1;
`;
}

const README = `# A graph that runs by itself

\`bun install\`, then \`bun start\`: what an earlier start left is finished, and everything that is missing or stale is made.
\`deno run -A main.ts\` does the same on Deno. The history lies in \`.sluice/history.sqlite\`, values beside it.

\`npx sluice --module <your module> runs\` looks back, \`npx sluice export\` carries the same graph to Dagster, Airflow or
Prefect.
`;
