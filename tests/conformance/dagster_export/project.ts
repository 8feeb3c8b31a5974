/** Exported projects on the disk, for Dagster to load and run. */
import { join } from "node:path";
import { type Definitions, type Snapshot, takeSnapshot } from "sluice";
import { exportDagster, type LossReport } from "sluice/adapters";
import { openSite, type Site } from "../../../adapters/dagster/site.ts";
import { keysAsPools } from "../../../adapters/parts/keys.ts";
import { readVersion } from "../../../adapters/dagster/version.ts";
import { commandLine } from "../../cli/support/step.ts";
import { writeFiles } from "../../support/files.ts";

/** A project that was written. */
export interface Project {
  readonly path: string;
  readonly package: string;
  readonly snapshot: Snapshot;
  readonly report: LossReport;
  /** What the files were written from. */
  readonly site: Site;
}

/** When windows are counted, and ticks are looked for. */
export const NOW_MS: number = Date.UTC(2026, 5, 1, 12);

/** How a project is written, where not as usual. */
export interface Written {
  /** The version of Dagster that it is written for. */
  readonly targetVersion?: string;
  /** What starts the steps: the command line of this checkout by default. */
  readonly command?: readonly string[];
}

/** Exports definitions below a folder. */
export function writeExport(
  folder: string,
  name: string,
  definitions: Definitions,
  module: string | undefined,
  { command = commandLine, ...version }: Written = {},
): Project {
  const taken = takeSnapshot(definitions);
  const options = {
    name,
    command,
    ...(module !== undefined && { module }),
    ...version,
    ticksFromMs: NOW_MS,
  };
  const { files, report } = exportDagster(taken, options);
  const { snapshot } = keysAsPools(taken, options);
  const path = join(folder, name);
  writeFiles(path, files);
  return { path, package: name, snapshot, report, site: openSite(snapshot, readVersion(version)) };
}
