/** Exported projects on the disk, for Dagster to load and run. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { type Definitions, type Snapshot, takeSnapshot } from "sluice";
import { exportDagster, type LossReport } from "sluice/adapters";

/** A project that was written. */
export interface Project {
  readonly path: string;
  readonly package: string;
  readonly snapshot: Snapshot;
  readonly report: LossReport;
}

/** When windows are counted, and ticks are looked for. */
export const NOW_MS: number = Date.UTC(2026, 5, 1, 12);

/** Exports definitions below a folder. Steps are run by the command line of this checkout. */
export function writeExport(
  folder: string,
  name: string,
  definitions: Definitions,
  module: string | undefined,
): Project {
  const snapshot = takeSnapshot(definitions);
  const { files, report } = exportDagster(snapshot, {
    name,
    command: thisCommand(),
    ...(module !== undefined && { module }),
    ticksFromMs: NOW_MS,
  });
  for (const { path, text } of files) {
    const target = join(folder, name, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  return { path: join(folder, name), package: name, snapshot, report };
}

function thisCommand(): readonly string[] {
  const main = fileURLToPath(new URL("../../../src/cli/main.ts", import.meta.url));
  return "Deno" in globalThis
    ? [process.execPath, "run", "-A", "--no-check", main]
    : [process.execPath, main];
}
