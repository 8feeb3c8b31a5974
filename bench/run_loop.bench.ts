/**
 * Running: every step recorded, inputs read, a retry policy and a timeout set, a subscriber that looks at the first
 * event of each commit, through the public `materialize`. Compared with a bare loop over the graph as the user
 * numbered it, which stores what its tasks give and does nothing else. The limit is the loop with a callback for each
 * place; the one with lanes that await is shown beside it.
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
/** Graphs of so many steps and more are held to the second target: ids in our order outrun those of the user. */
const MILLION = 1_000_000;
const TARGETS = { small: 2.5, large: 1 };

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
    { name: "materialize", run: () => runAll(orchestrator) },
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
  const graph = `${shape.name} ${shape.size.toLocaleString("en")}`;
  const rows = measured.map((one) => [graph, one.name, ...columns(one, shape.size), ""]);
  const target = shape.size < MILLION ? TARGETS.small : TARGETS.large;
  rows[rows.length - 1][6] = `x${target}${
    measured[measured.length - 1].bestRatio <= target ? "" : ", missed"
  }`;
  return [...rows, [graph, "first run", nanoseconds(firstMs, shape.size), "", "", "", ""]];
}

function columns({ bestMs, bestRatio, wallRatio, cpuRatio }: Measured, size: number): string[] {
  return [
    nanoseconds(bestMs, size),
    `x${bestRatio.toFixed(2)}`,
    `x${wallRatio.toFixed(2)}`,
    `x${cpuRatio.toFixed(2)}`,
  ];
}

function nanoseconds(ms: number, size: number): string {
  return `${(ms * 1e6 / size).toFixed(0)} ns`;
}

console.log(`${describeHost()}, store in memory, ${CONCURRENCY} at once`);
const rows = [["graph", "", "best / step", "to the limit", "median", "cpu", "target"]];
const sizes = isFull ? [10_000, 100_000, MILLION] : [10_000, 100_000];
for (const size of sizes) {
  for (const make of [chain, fan, layered]) {
    rows.push(...await measureShape(make(size), size >= MILLION ? 5 : isFull ? 15 : 7) as string[][]);
  }
}
console.log(formatTable(rows));
