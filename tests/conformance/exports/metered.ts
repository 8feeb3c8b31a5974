/** What holds of steps of one key, whatever engine has run them. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The path of the module. */
export const meteredModule: string = fileURLToPath(new URL("./graphs/metered.ts", import.meta.url));

/** Of the two partitions of an asset whose values lie in a folder one was made after the other. */
export function requireTurns(io: string, asset: "metered" | "single"): void {
  const [a, b] = ["a", "b"].map((key) => {
    const text = readFileSync(join(io, `${asset}.parts`, `${key}.json`), "utf8");
    return JSON.parse(text) as { readonly beganMs: number; readonly endedMs: number };
  });
  const [first, second] = a.beganMs < b.beganMs ? [a, b] : [b, a];
  assert.ok(second.beganMs >= first.endedMs, `${first.endedMs - second.beganMs} ms at once`);
}
