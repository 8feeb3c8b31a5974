/**
 * Receipts as files. Each holds the seal of the value it was written for, so that it can be told whether it belongs
 * to the value that is there now: after a crash, or when somebody has replaced the value by hand, it does not.
 */
import type { Fence } from "../../model/step/fence.ts";
import type { Receipt, ValueAddress } from "../manager.ts";
import type { Seal } from "./draft.ts";

/** The value a receipt was written for. */
export interface SealedFile extends Seal {
  /** The name of the file, without its folder. */
  readonly file: string;
}

/** A receipt as it is read. */
export interface SealedReceipt {
  readonly receipt: Receipt;
  readonly value: SealedFile;
}

/** The text of a receipt, given the JSON of its metadata. */
export function formatReceipt(receipt: Receipt, value: SealedFile): string {
  return `${JSON.stringify({ ...receipt, value }, undefined, 2)}\n`;
}

/** Reads a receipt; undefined for what is not the receipt of this address. */
export function parseReceipt(text: string, address: ValueAddress): SealedReceipt | undefined {
  const fields = parseObject(text);
  const value = fields?.value;
  if (!fields || !isReceipt(fields) || !isSealed(value)) return undefined;
  const { version, asset, partition, runId, atMs, dataVersion, codeVersion, metadata, fence } = fields;
  if (asset !== address.asset || partition !== address.partition) return undefined;
  const receipt = { version, asset, partition, runId, atMs, dataVersion, codeVersion, metadata };
  return { receipt: isFence(fence) ? { ...receipt, fence } : receipt, value };
}

type Fields = { readonly [name: string]: unknown };

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isReceipt(fields: Fields): fields is Fields & Receipt {
  return fields.version === 1 && typeof fields.asset === "string" && isTextOrAbsent(fields.partition) &&
    typeof fields.runId === "string" && typeof fields.atMs === "number" &&
    typeof fields.dataVersion === "string" && isTextOrAbsent(fields.codeVersion) &&
    (fields.metadata === undefined || isObject(fields.metadata));
}

function isFence(value: unknown): value is Fence {
  return isObject(value) && typeof value.history === "string" && typeof value.number === "number";
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isSealed(value: unknown): value is SealedFile {
  return isObject(value) && typeof value.file === "string" && typeof value.bytes === "number" &&
    typeof value.sha256 === "string";
}
