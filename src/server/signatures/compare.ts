/** Comparing texts that nobody may learn about by the time it takes. */
import { createHash, timingSafeEqual } from "node:crypto";

/** Something of the same length for every text. */
export function digest(text: string): Uint8Array {
  return createHash("sha256").update(text).digest();
}

/** Whether two digests, or other bytes of one length, are equal. */
export function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
