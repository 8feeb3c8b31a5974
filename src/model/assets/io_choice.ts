/** Which IO manager holds the values of an asset, and how. */
import { SluiceError } from "../issue.ts";
import { ANYTHING, requireOptions, type Shapes, TEXT } from "../validate/options.ts";
import { quote, show } from "../quote.ts";
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

/** What an asset may ask of the `files` manager. */
export interface FileOptions {
  /** Default: the manager's, which is `"json"`. */
  readonly format?: FileFormat;
  /** The ending of its files, without the dot. Default: `json`, `ndjson`, `txt` or `bin`, by format. */
  readonly extension?: string;
}

const FILE_OPTIONS: Shapes<FileOptions> = Object.freeze({ format: ANYTHING, extension: TEXT });

/** The choice of the `files` manager. */
export interface FilesChoice extends IOChoice, FileOptions {
  /** The manager's name. */
  readonly manager: "files";
}

/**
 * Keeps the values of an asset in files of a format:
 *
 * - `json` (the manager's default): any JSON value. Dates come back as ISO text.
 * - `ndjson`: rows, one JSON value per line. An array or an (async) iterable goes in, an array comes out.
 * - `text`: a string, as UTF-8.
 * - `bytes`: a `Uint8Array`.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a format that there is not, and for an extension that is not 1 to 16
 * small letters and digits.
 * @example
 * ```ts
 * import { defineAsset, files } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const report = defineAsset({
 *   key: "report",
 *   io: files({ format: "text", extension: "md" }),
 *   run: () => "# Report\n",
 * });
 * assert.deepEqual(report.io, { manager: "files", format: "text", extension: "md" });
 * ```
 */
export function files(options: FileOptions = {}): FilesChoice {
  requireOptions(options, FILE_OPTIONS, { what: "files()", code: "DEFINITION_INVALID", path: ["io"] });
  const { format, extension } = options;
  if (format !== undefined && !FILE_FORMATS.includes(format)) throw unknownFormat(format);
  if (extension !== undefined && !isExtension(extension)) throw invalidExtension(extension);
  return Object.freeze({
    manager: "files" as const,
    ...(format === undefined ? {} : { format }),
    ...(extension === undefined ? {} : { extension }),
  });
}

/** `parts` is what folders of partitions end in. */
function isExtension(text: string): boolean {
  return /^[a-z0-9]{1,16}$/.test(text) && text !== "parts";
}

function unknownFormat(format: unknown): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `Files have no format ${quote(show(format))}.`,
    path: ["io", "format"],
    hint: didYouMean(show(format), FILE_FORMATS) ?? `Formats are ${FILE_FORMATS.join(", ")}.`,
  });
}

function invalidExtension(extension: unknown): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `Files cannot have the extension ${quote(show(extension))}.`,
    path: ["io", "extension"],
    hint: "It is 1 to 16 small letters and digits, without the dot, and not parts.",
  });
}

/** A choice as assets hold it: a name alone stands for the manager without options. */
export function ioChoice(io: string | IOChoice | undefined): IOChoice | undefined {
  if (io === undefined) return undefined;
  return Object.freeze(typeof io === "string" ? { manager: io } : { ...io });
}
