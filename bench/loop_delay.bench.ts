/**
 * How long the event loop is held while a large graph is planned and run: the gaps between the ticks of a timer that
 * wants to ring every millisecond. Compared with the same process at rest. The history is kept in memory, in SQLite
 * in this thread, and in SQLite in a thread of its own. "Ours" is what this thread did on a processor in a gap: other
 * programs on a busy machine, and the disk, are not in it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createOrchestrator, type Definitions, type OrchestratorOptions } from "sluice";
import { declare } from "./assets.ts";
import { layered } from "./graphs.ts";
import { describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const size = isFull ? 1_000_000 : 100_000;
/** Longest that the event loop may be held, milliseconds. */
const TARGET_MS = 10;

/** Gaps between ticks while something goes on, milliseconds, ascending. */
interface Gaps {
  /** By the clock: what a host would see, other programs and the disk included. */
  readonly wall: readonly number[];
  /** By the time that this thread was on a processor: what we did. Not a number where the system does not tell. */
  readonly cpu: readonly number[];
}

async function gapsDuring(work: () => Promise<unknown>): Promise<Gaps> {
  const wall: number[] = [];
  const cpu: number[] = [];
  let last = performance.now();
  let lastCpu = threadMs();
  const tick = () => {
    const now = performance.now();
    const nowCpu = threadMs();
    wall.push(now - last);
    cpu.push(nowCpu - lastCpu);
    last = now;
    lastCpu = nowCpu;
  };
  const timer = setInterval(tick, 1);
  await work();
  clearInterval(timer);
  tick();
  const ascending = (a: number, b: number) => a - b;
  return { wall: wall.sort(ascending), cpu: cpu.sort(ascending) };
}

/** How long this thread has been on a processor. */
function threadMs(): number {
  try {
    return Number(readFileSync("/proc/thread-self/schedstat", "latin1").split(" ")[0]) / 1e6;
  } catch {
    return NaN;
  }
}

function row(store: string, name: string, { wall, cpu }: Gaps, ms: number): string[] {
  const at = (gaps: readonly number[], share: number) =>
    gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))].toFixed(1);
  const verdict = name !== "at rest" && Number(at(cpu, 1)) > TARGET_MS ? ", missed" : "";
  return [
    store,
    name,
    at(wall, 0.5),
    at(wall, 0.99),
    at(wall, 1),
    at(cpu, 0.99),
    at(cpu, 1) + verdict,
    String(wall.length),
    ms.toFixed(0),
  ];
}

async function measureStore(
  definitions: Definitions,
  name: string,
  store: NonNullable<OrchestratorOptions["store"]>,
): Promise<readonly string[][]> {
  await using orchestrator = createOrchestrator(definitions, { store, defaultIO: "memory", concurrency: 64 });
  await orchestrator.runs();
  const rows: string[][] = [];
  for (const run of ["first run", "second run", "third run", "fourth run"]) {
    const start = performance.now();
    const gaps = await gapsDuring(() => orchestrator.materialize("*"));
    rows.push(row(name, run, gaps, performance.now() - start));
  }
  return rows;
}

const definitions = declare(layered(size));
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
const rest = await gapsDuring(() => new Promise((resolve) => setTimeout(resolve, 500)));
const rows = [
  ["store", "", "median gap ms", "p99", "longest", "p99 of ours", "longest", "ticks", "took ms"],
  row("", "at rest", rest, 500),
];
try {
  rows.push(...await measureStore(definitions, "memory", "memory"));
  rows.push(...await measureStore(definitions, "sqlite", { path: join(folder, "here.sqlite") }));
  rows.push(
    ...await measureStore(definitions, "sqlite, thread", {
      path: join(folder, "there.sqlite"),
      thread: true,
    }),
  );
} finally {
  rmSync(folder, { recursive: true });
}
console.log(
  `${
    size.toLocaleString("en")
  } steps that do nothing; ${describeHost()}; durability full; at most ${TARGET_MS} ms wanted`,
);
console.log(formatTable(rows));
