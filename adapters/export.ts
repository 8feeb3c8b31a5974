/** What an exporter is given and gives back. */
import type { Snapshot } from "../src/model/snapshot/snapshot.ts";
import type { LossReport } from "./loss.ts";

/** How an exported graph is to be written. */
export interface ExportOptions {
  /** The name of the project: letters, digits, `_` and `-`, the first being a letter. */
  readonly name: string;
  /**
   * The user's module, as the step process finds it: a path relative to the exported project, or absolute; left out when
   * the command is a bundle that has the module in it.
   */
  readonly module?: string;
  /** How the step process is started, without a shell: `["sluice"]`, `["npx", "bun", ...]`, the path of a bundle. */
  readonly command: readonly string[];
  /** The version of the target to write for. Default: the newest that the exporter is tested with. */
  readonly targetVersion?: string;
  /** From when on the report looks for ticks that differ, epoch milliseconds. It looks two years ahead. */
  readonly ticksFromMs: number;
  /** Names, defaults and limits of one target; each exporter documents its own. */
  readonly target?: { readonly [option: string]: unknown };
}

/** One file of an exported project. */
export interface ExportedFile {
  /** Its path below the project, with `/`. */
  readonly path: string;
  /** Its content. */
  readonly text: string;
}

/** What an exporter gives back. */
export interface ExportedProject {
  /** The files, sorted by path. */
  readonly files: readonly ExportedFile[];
  /** What the target makes of the graph. */
  readonly report: LossReport;
}

/** Writes a snapshot for a target. Pure: the same snapshot and options give the same bytes. */
export type Exporter = (snapshot: Snapshot, options: ExportOptions) => ExportedProject;
