/** Which IO manager holds the values of an asset, and how. */
import { SluiceError } from "../issue.ts";
import { didYouMean } from "../suggest.ts";

/** The name of an IO manager of the orchestrator, with what this asset asks of it. Plain frozen data. */
export interface IOChoice {
  /** The manager's name. */
  readonly manager: string;
  /** What else the manager understands; each manager checks its own options. */
  readonly [option: string]: unknown;
}

/** How the `files` manager writes a value. */
export type FileFormat = "json" | "ndjson" | "text" | "bytes";

/** The formats of the `files` manager. */
export const FILE_FORMATS: readonly FileFormat[] = Object.freeze(["json", "ndjson", "text", "bytes"]);

/** The choice of the `files` manager. */
export interface FilesChoice extends IOChoice {
  /** The manager's name. */
  readonly manager: "files";
  /** Default `json`. */
  readonly format?: FileFormat;
}

/**
 * Keeps the values of an asset in files of a format:
 *
 * - `json` (the manager's default): any JSON value. Dates come back as ISO text.
 * - `ndjson`: rows, one JSON value per line. An array or an (async) iterable goes in, an array comes out.
 * - `text`: a string, as UTF-8.
 * - `bytes`: a `Uint8Array`.
 *
 * @throws {SluiceError} DEFINITION_INVALID when there is no such format.
 * @example
 * ```ts
 * import { defineAsset, files } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const page = defineAsset({ key: "report", io: files({ format: "text" }), run: () => "# Report\n" });
 * assert.deepEqual(page.io, { manager: "files", format: "text" });
 * ```
 */
export function files(options: { readonly format?: FileFormat } = {}): FilesChoice {
  const { format } = options;
  if (format === undefined) return Object.freeze({ manager: "files" as const });
  if (FILE_FORMATS.includes(format)) return Object.freeze({ manager: "files" as const, format });
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `files() has no format ${JSON.stringify(format)}.`,
    path: ["io", "format"],
    hint: didYouMean(String(format), FILE_FORMATS) ?? `Formats are ${FILE_FORMATS.join(", ")}.`,
  });
}

/** A choice as assets hold it: a name alone stands for the manager without options. */
export function ioChoice(io: string | IOChoice | undefined): IOChoice | undefined {
  if (io === undefined) return undefined;
  return Object.freeze(typeof io === "string" ? { manager: io } : { ...io });
}
