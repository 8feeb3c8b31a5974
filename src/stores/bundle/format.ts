/**
 * Run bundles: one run as lines of JSON, to be opened anywhere. The first line says what it is, the last one how many
 * events there are and what all before it hashes to; between them lies one line for each event.
 */
import type { SluiceError } from "../../model/issue.ts";
import { storeError } from "../refusal.ts";

/** What the first line calls the file. */
export const FORMAT = "sluice run bundle";
/** The version that is written; older ones are read too. */
export const VERSION = 1;

/** How a file begins that is a bundle, of whatever version. */
export const BEGINNING: string = `{"format":${JSON.stringify(FORMAT)}`;

/** The first line. */
export interface BundleHeader {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** The version of Sluice that wrote the file. */
  readonly sluice: string;
  /** The id of the run. */
  readonly run: string;
}

/** One event. A payload that there is none of is left out; the creation of the run has its steps in their stored form. */
export type BundleEvent = readonly [
  type: string,
  seq: number,
  atMs: number,
  step: number,
  attempt: number,
  payload?: unknown,
];

/** The last line. */
export interface BundleEnd {
  readonly events: number;
  /** SHA-256 of all lines before, with their line ends, in hexadecimal digits. */
  readonly sha256: string;
}

/** The error for a file that cannot be read as a bundle. */
export function bundleInvalid(name: string, why: string, cause?: unknown): SluiceError {
  return storeError("STORE_INVALID", name, `${name} cannot be read as a run bundle: ${why}.`, {
    hint: "Export the run again: `sluice runs export <id> --out FILE`.",
    ...(cause !== undefined && { cause }),
  });
}

/** The error for a file that a newer Sluice wrote. */
export function bundleNewer(name: string, { version, sluice }: BundleHeader): SluiceError {
  return storeError(
    "STORE_NEWER",
    name,
    `${name} is a run bundle of version ${version}, made by Sluice ${sluice}; this one reads up to version ${VERSION}.`,
    { hint: `Open it with Sluice ${sluice} or newer.` },
  );
}
