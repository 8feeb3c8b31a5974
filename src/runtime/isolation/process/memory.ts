/** The memory of a process group: a step and all that it has started. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers";

/** How often the memory of known members is looked at, in milliseconds. */
const INTERVAL_MS = 50;
/** After so many looks the members are found anew. */
const LOOKS = 20;
/** The same where a program has to be started to look. */
const SLOW_INTERVAL_MS = 500;
const KB = 1_024;

/** Ends a watch. */
export type EndWatch = () => void;

/**
 * Calls back once when the processes of a group together hold more than `capMb` of memory, pages that they share
 * counted for each. On Linux this is read from /proc twenty times a second, elsewhere `ps` is asked twice a second;
 * nothing happens where there is neither.
 */
export function watchMemory(group: number, capMb: number, exceeded: (heldMb: number) => void): EndWatch {
  const isLinux = process.platform === "linux";
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let looks = 0;
  let members: readonly number[] = [group];
  const decide = (heldKb: number): void => {
    if (isOver) return;
    if (heldKb > capMb * KB) return exceeded(Math.round(heldKb / KB));
    timer = setTimeout(look, isLinux ? INTERVAL_MS : SLOW_INTERVAL_MS);
    timer.unref();
  };
  const look = (): void => {
    if (!isLinux) return askForKb(group, decide);
    if (++looks % LOOKS === 0) members = membersOf(group);
    decide(members.reduce((sum, pid) => sum + residentKb(pid), 0));
  };
  look();
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

/** The processes of a group, by a look at all there are. */
export function membersOf(group: number): readonly number[] {
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) =>
    groupOf(pid) === group
  );
}

/** The fifth field; the second is a name in brackets that may hold anything. */
function groupOf(pid: number): number | undefined {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2]);
}

function residentKb(pid: number): number {
  const status = readProc(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status ?? "")?.[1] ?? 0);
}

/** What a file of a process says; undefined when the process is gone. */
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function askForKb(group: number, told: (heldKb: number) => void): void {
  execFile("ps", ["-A", "-o", "pgid=,rss="], (error, text) => {
    if (error) return;
    const rows = text.split("\n").map((line) => line.trim().split(/\s+/).map(Number));
    told(rows.reduce((sum, [pgid, rss]) => pgid === group ? sum + rss : sum, 0));
  });
}
