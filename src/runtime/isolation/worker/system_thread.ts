/** Threads as the system knows them: whether one that was ended is gone. */
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

/** A thread of this process, told from a later one of the same number. */
export interface SystemThread {
  readonly number: number;
  readonly startedAt: string;
}

/** The thread of a number; undefined where the system does not tell. */
export function systemThread(number: number): SystemThread | undefined {
  const startedAt = number > 0 ? startOf(number) : undefined;
  return startedAt === undefined ? undefined : { number, startedAt };
}

/** Whether the thread is still there. */
export function isThere({ number, startedAt }: SystemThread): boolean {
  return startOf(number) === startedAt;
}

/** Whether this system tells of threads at all. */
export function tellsOfThreads(): boolean {
  return existsSync(`/proc/${process.pid}/task`);
}

/** The 22nd field of its status; the second is a name in brackets that may hold anything. */
function startOf(number: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${process.pid}/task/${number}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
