/** Measuring: interleaved repetitions in one process, medians, and ratios to a limit taken beside them. */
import os from "node:os";
import process from "node:process";

/** One thing to measure. */
export interface Entry {
  readonly name: string;
  readonly run: () => Promise<unknown> | unknown;
  /** Cleans up behind each repetition; its time does not count. */
  readonly after?: () => Promise<unknown> | unknown;
}

/** What came out for an entry. */
export interface Measured {
  readonly name: string;
  /** Median time on the clock, milliseconds. */
  readonly wallMs: number;
  /** Median time on all processors together, milliseconds: what other work on the machine hardly changes. */
  readonly cpuMs: number;
  /** Medians of the ratios to the first entry, each taken within one repetition. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
  /** The shortest time on the clock, milliseconds, and its ratio to the shortest of the first entry. */
  readonly bestMs: number;
  readonly bestRatio: number;
}

/** The runtime and the machine, in a line. */
export function describeHost(): string {
  const { versions } = process as { readonly versions: { readonly [name: string]: string | undefined } };
  const runtime = versions.bun
    ? `Bun ${versions.bun}`
    : versions.deno
    ? `Deno ${versions.deno}`
    : `Node ${versions.node}`;
  const cpus = os.cpus();
  return `${runtime}, ${cpus.length} x ${cpus[0]?.model ?? "unknown"}, load ${os.loadavg()[0].toFixed(1)}`;
}

interface Times {
  readonly wall: number[];
  readonly cpu: number[];
}

/**
 * Measures entries in turn, so that whatever else the machine does hits all of them alike. The first is the limit
 * that the others are compared with. One round in advance does not count.
 */
export async function compare(entries: readonly Entry[], repetitions: number): Promise<readonly Measured[]> {
  const times = entries.map((): Times => ({ wall: [], cpu: [] }));
  for (let repetition = -1; repetition < repetitions; repetition++) {
    for (let index = 0; index < entries.length; index++) {
      const { wallMs, cpuMs } = await measure(entries[index].run);
      await entries[index].after?.();
      if (repetition < 0) continue;
      times[index].wall.push(wallMs);
      times[index].cpu.push(cpuMs);
    }
  }
  return entries.map(({ name }, index) => ({
    name,
    wallMs: median(times[index].wall),
    cpuMs: median(times[index].cpu),
    wallRatio: median(times[index].wall.map((ms, repetition) => ms / times[0].wall[repetition])),
    cpuRatio: median(times[index].cpu.map((ms, repetition) => ms / times[0].cpu[repetition])),
    bestMs: Math.min(...times[index].wall),
    bestRatio: Math.min(...times[index].wall) / Math.min(...times[0].wall),
  }));
}

/** Does something once. */
export async function measure(
  run: Entry["run"],
): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  const cpuStart = process.cpuUsage();
  const start = performance.now();
  await run();
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpuStart);
  return { wallMs, cpuMs: (user + system) / 1_000 };
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Collects garbage where the runtime was started with a way to ask for it. */
export function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

/** Rows of text as an aligned table. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))
      .join("  ")
  ).join("\n");
}
