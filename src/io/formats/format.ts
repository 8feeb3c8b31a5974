/** The contract of a format: how a value becomes bytes, and bytes a value. */
import type { FileFormat } from "../../model/assets/io_choice.ts";
import type { Awaitable } from "../../model/assets/result.ts";

/** Takes pieces of a file in order. When it gives a promise, the next piece waits for it. */
export type Put = (piece: string | Uint8Array) => Promise<void> | undefined;

/** One way to keep values in files. */
export interface Format {
  readonly name: FileFormat;
  /** The ending of the files, without the dot. */
  readonly extension: string;
  /**
   * Writes a value piece by piece. Gives true when `read` will give back an equal value.
   * Throws a {@linkcode ValueFault} for a value that the format cannot keep.
   */
  write(value: unknown, put: Put): Awaitable<boolean>;
  /** Reads a value back. Throws a {@linkcode ValueFault} when the bytes are not of this format. */
  read(bytes: Uint8Array): Awaitable<unknown>;
}

/** What is wrong with a value or with the content of a file, before it is known whose value it is. */
export class ValueFault extends Error {
  override readonly name = "ValueFault";
  /** How to mend it. */
  readonly hint: string | undefined;

  /** `message` is a clause that goes on a sentence: `$.price is NaN`. */
  constructor(message: string, hint?: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}

/** What a value is, in words: `a number`, `an array`, `an instance of Invoice`. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === "function") return "a function";
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  const name: unknown = value.constructor?.name;
  return typeof name === "string" && name !== "" && name !== "Object"
    ? `an instance of ${name}`
    : "an object";
}
