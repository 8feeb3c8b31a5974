/**
 * How long the event loop is held while a large graph is planned and run: the gaps between the ticks of a timer that
 * wants to ring every millisecond. Compared with the same process at rest.
 */
import process from "node:process";
import { createOrchestrator } from "sluice";
import { declare } from "./assets.ts";
import { layered } from "./graphs.ts";
import { describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const size = isFull ? 1_000_000 : 100_000;

/** Gaps between ticks while something goes on, milliseconds, ascending. */
async function gapsDuring(work: () => Promise<unknown>): Promise<readonly number[]> {
  const gaps: number[] = [];
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }, 1);
  await work();
  clearInterval(timer);
  gaps.push(performance.now() - last);
  return gaps.sort((a, b) => a - b);
}

function row(name: string, gaps: readonly number[], ms?: number): readonly string[] {
  const at = (share: number) => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))].toFixed(1);
  return [name, at(0.5), at(0.99), at(1), String(gaps.length), ms === undefined ? "" : ms.toFixed(0)];
}

const definitions = declare(layered(size));
await using orchestrator = createOrchestrator(definitions, {
  store: "memory",
  defaultIO: "memory",
  concurrency: 64,
});
const rows = [["", "median gap ms", "p99", "longest", "ticks", "took ms"]];
rows.push(
  row("at rest", await gapsDuring(() => new Promise((resolve) => setTimeout(resolve, 500)))) as string[],
);
for (const name of ["first run", "second run", "third run"]) {
  const start = performance.now();
  const gaps = await gapsDuring(() => orchestrator.materialize("*"));
  rows.push(row(name, gaps, performance.now() - start) as string[]);
  await orchestrator.prune({ runsBeforeMs: Date.now() + 1 });
}
console.log(`${size.toLocaleString("en")} steps that do nothing; ${describeHost()}; store in memory`);
console.log(formatTable(rows));
