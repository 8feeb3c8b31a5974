/**
 * Running: every step recorded, inputs read, a retry policy and a timeout set, a subscriber that looks at the first
 * event of each commit, through the public `materialize`. Compared with a bare loop over the graph as the user numbered it, which stores what its tasks give
 * and does nothing else: with a callback for each place, and with lanes that await.
 *
 * With SLUICE_SCALE=full also a million steps. Memory has a file of its own.
 */
import process from "node:process";
import { createOrchestrator, type Orchestrator } from "sluice";
import { declare } from "./assets.ts";
import { type BareGraph, prepareBare, runBare, runBareCallbacks } from "./bare_loop.ts";
import { chain, fan, layered, type Shape } from "./graphs.ts";
import { compare, describeHost, type Entry, formatTable, type Measured } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
/** How many tasks, or steps, are under way at once. */
const CONCURRENCY = 64;

const task = async (node: number): Promise<number> => node;

/** Runs all there is once. */
async function runAll(orchestrator: Orchestrator): Promise<void> {
  const { status } = await orchestrator.materialize("*");
  if (status !== "success") throw new Error(`The run ended as ${status}.`);
}

function entriesFor(bare: BareGraph, orchestrator: Orchestrator): readonly Entry[] {
  return [
    { name: "bare loop, callbacks", run: () => runBareCallbacks(bare, task, CONCURRENCY) },
    { name: "bare loop, lanes", run: () => runBare(bare, task, CONCURRENCY) },
    {
      name: "materialize",
      run: () => runAll(orchestrator),
      after: () => orchestrator.prune({ runsBeforeMs: Date.now() + 1 }),
    },
  ];
}

async function measureShape(shape: Shape, repetitions: number): Promise<readonly (readonly string[])[]> {
  const definitions = declare(shape);
  await using orchestrator = createOrchestrator(definitions, {
    store: "memory",
    defaultIO: "memory",
    concurrency: CONCURRENCY,
  });
  let commits = 0;
  orchestrator.subscribe((events) => {
    for (const _event of events) return void commits++;
  });
  const start = performance.now();
  await runAll(orchestrator);
  const firstMs = performance.now() - start;
  const measured = await compare(entriesFor(prepareBare(shape), orchestrator), repetitions);
  const size = shape.size.toLocaleString("en");
  const rows = measured.map((one) => [`${shape.name} ${size}`, one.name, ...columns(one, shape.size)]);
  return [...rows, [`${shape.name} ${size}`, "first run", nanoseconds(firstMs, shape.size), "", "", ""]];
}

function columns({ wallMs, cpuMs, wallRatio, cpuRatio }: Measured, size: number): readonly string[] {
  return [
    nanoseconds(wallMs, size),
    nanoseconds(cpuMs, size),
    `x${wallRatio.toFixed(2)}`,
    `x${cpuRatio.toFixed(2)}`,
  ];
}

function nanoseconds(ms: number, size: number): string {
  return `${(ms * 1e6 / size).toFixed(0)} ns`;
}

console.log(`${describeHost()}, store in memory, ${CONCURRENCY} at once`);
const rows = [["graph", "", "wall / step", "cpu / step", "wall", "cpu"]];
const sizes = isFull ? [10_000, 100_000, 1_000_000] : [10_000, 100_000];
for (const size of sizes) {
  for (const make of size < 1_000_000 ? [chain, fan, layered] : [layered]) {
    rows.push(...await measureShape(make(size), size < 1_000_000 ? 9 : 3) as string[][]);
  }
}
console.log(formatTable(rows));
