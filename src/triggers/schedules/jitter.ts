/** A delay that spreads ticks of one instant: the same for the same schedule and instant, wherever it is worked out. */
import { createHash } from "node:crypto";
import type { Schedule } from "../../model/automation/schedule.ts";

/** How much later than its instant a tick comes, in whole milliseconds below the declared jitter. */
export function jitterOf({ name, jitterMs }: Pick<Schedule, "name" | "jitterMs">, instantMs: number): number {
  if (jitterMs === 0) return 0;
  const hash = createHash("sha256").update(JSON.stringify([name, instantMs])).digest();
  return Math.floor(hash.readUInt32BE(0) / 2 ** 32 * jitterMs);
}
