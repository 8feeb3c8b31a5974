/** Who this process is, for others that want the same file. */
import type { Random } from "../../model/ports.ts";
import type { Owner } from "./file/writer_lock.ts";

/** Draws what tells one opening of a file from every other. */
export async function findOwner(random: Random): Promise<Owner> {
  const { hostname } = await import("node:os");
  const draw = () => Math.floor(random.next() * 2 ** 32).toString(36);
  return {
    instance: draw() + draw(),
    pid: process.pid,
    host: hostname(),
    processMs: Math.round(performance.timeOrigin),
    history: Math.floor(random.next() * 2 ** 48),
  };
}
