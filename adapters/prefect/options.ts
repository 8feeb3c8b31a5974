/** What an export to Prefect may be told beyond what all exports are told. */
import { requireProjectName } from "../project_name.ts";
import { SluiceError } from "../../src/model/issue.ts";
import { quote } from "../../src/model/quote.ts";
import type { ExportOptions } from "../export.ts";

/** Options of this target, under `target`. */
export interface PrefectOptions {
  /** How many steps one flow run runs at a time. Default 4. */
  readonly workers: number;
  /** How many slots each pool has. Default 1 each. */
  readonly pools: { readonly [pool: string]: number };
  /** The work pool of the deployments. Default `default`. */
  readonly workPool: string;
}

/** The version that exports are tested with. */
export const TESTED_VERSION = "3.9.1";

/**
 * Reads the options.
 *
 * @throws {SluiceError} EXPORT_REFUSED for an option that there is not, or of another type.
 */
export function readOptions({ target = {}, name }: ExportOptions): PrefectOptions {
  const { workers = 4, pools = {}, workPool = "default", ...rest } = target;
  const [stranger] = Object.keys(rest);
  if (stranger !== undefined) throw refused(stranger, "is no option of this target");
  if (!isCount(workers)) throw refused("workers", "is a whole number from 1");
  if (typeof pools !== "object" || pools === null || !Object.values(pools).every(isCount)) {
    throw refused("pools", "is a record of whole numbers from 1");
  }
  if (typeof workPool !== "string" || !/^[\w.-]+$/.test(workPool)) {
    throw refused("workPool", "is a name of letters, digits, _, . and -");
  }
  requireProjectName(name);
  return { workers, pools: pools as PrefectOptions["pools"], workPool };
}

/**
 * The version of Prefect to write for. Before 3.9 a wall time that does not exist fired earlier or later by which Python
 * there was, so that no tick could be predicted.
 *
 * @throws {SluiceError} EXPORT_REFUSED for versions before 3.9, from 4 on, and other texts.
 */
export function readVersion(version: string = TESTED_VERSION): string {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(version) ?? [];
  if (Number(major) === 3 && Number(minor) >= 9) return version;
  throw refused("targetVersion", "is a version of Prefect from 3.9 to before 4");
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function refused(option: string, problem: string): SluiceError {
  return new SluiceError({
    code: "EXPORT_REFUSED",
    message: `${quote(option)} ${problem}.`,
    path: ["target", option],
    hint: "Options of the Prefect target are workers, pools and workPool.",
  });
}
