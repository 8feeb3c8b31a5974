/** Temporary folders and receipts for the tests of IO managers. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Receipt, ValueAddress } from "../../src/io/manager.ts";

/** A folder of its own, removed when it goes out of scope or when `close` is called. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
  close(): void;
}

export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), "sluice-io-"));
  const close = () => rmSync(path, { recursive: true, force: true });
  return { path, close, [Symbol.dispose]: close };
}

/** A receipt of a value with a data version. */
export function receiptOf({ asset, partition }: ValueAddress, dataVersion: string = "v1"): Receipt {
  return {
    version: 1,
    asset,
    partition,
    runId: "run-1",
    atMs: 1_000,
    dataVersion,
    codeVersion: undefined,
    metadata: undefined,
  };
}

/** The paths of all files below a folder, relative to it, in order. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"))
    .sort();
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { readonly code?: unknown }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("the promise was not rejected with an Error");
}
