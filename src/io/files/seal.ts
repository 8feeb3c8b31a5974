/** Whether a file still holds what it held when it was sealed. */
import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { Seal } from "./draft.ts";
import { ifThere, onDisk } from "./fault.ts";

/** No more is read and hashed at once. */
const BLOCK = 1 << 19;

/** Whether there is a file at a path with exactly the sealed content. */
export async function isSealOf(seal: Seal, path: string): Promise<boolean> {
  const handle = await ifThere(open(path, "r"));
  if (!handle) return false;
  try {
    const { size } = await onDisk(handle.stat());
    return size === seal.bytes && await hash(handle, size) === seal.sha256;
  } finally {
    await handle.close();
  }
}

async function hash(handle: FileHandle, size: number): Promise<string> {
  const sum = createHash("sha256");
  const block = new Uint8Array(Math.min(size, BLOCK));
  for (let left = size; left > 0;) {
    const { bytesRead } = await onDisk(handle.read(block, 0, Math.min(left, block.length)));
    if (bytesRead === 0) break;
    sum.update(block.subarray(0, bytesRead));
    left -= bytesRead;
  }
  return sum.digest("hex");
}
