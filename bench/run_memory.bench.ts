/**
 * Memory of one large run: how much the process grows above its definitions while every step is recorded and every
 * value is kept, at most and afterwards. A process of its own, since no collector gives all memory back.
 */
import process from "node:process";
import { createOrchestrator } from "sluice";
import { declare } from "./assets.ts";
import { layered } from "./graphs.ts";
import { collectGarbage, describeHost, formatTable } from "./harness.ts";

const isFull = process.env.SLUICE_SCALE === "full";
const size = isFull ? 1_000_000 : 100_000;
/** Most memory of a run above its definitions, bytes per step. */
const TARGET = 400;

const definitions = declare(layered(size));
await using orchestrator = createOrchestrator(definitions, {
  store: "memory",
  defaultIO: "memory",
  concurrency: 64,
});
const atStart = await settled();
const first = await runAndWatch();
const afterFirst = await settled();
const beforeSecond = await settled();
const second = await runAndWatch();
const afterSecond = await settled();

console.log(
  `${size.toLocaleString("en")} steps, values and history kept in memory; ${describeHost()}; ` +
    `at most ${TARGET} bytes per step wanted`,
);
console.log(formatTable([
  ["", "MB", "bytes per step"],
  row("definitions (resident)", atStart.rss),
  row("first run, at most (resident, above them)", first - atStart.rss),
  row("kept afterwards (heap)", used(afterFirst) - used(atStart)),
  row("second run, at most (resident, above what was there)", second - beforeSecond.rss),
  row("kept afterwards (heap)", used(afterSecond) - used(beforeSecond)),
]));

/** Runs everything, and gives the most memory that was resident meanwhile. */
async function runAndWatch(): Promise<number> {
  let most = 0;
  const look = () => most = Math.max(most, process.memoryUsage.rss());
  const timer = setInterval(look, 5);
  const { status } = await orchestrator.materialize("*");
  clearInterval(timer);
  look();
  if (status !== "success") throw new Error(`The run ended as ${status}.`);
  return most;
}

function row(name: string, bytes: number): readonly string[] {
  return [name, (bytes / 2 ** 20).toFixed(0), (bytes / size).toFixed(0)];
}

/** What is in use on the heap and beside it; Bun counts the second into the first. */
function used({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return "bun" in process.versions ? heapUsed : heapUsed + external;
}

/** Memory in use once the collector has had time to finish. */
async function settled(): Promise<NodeJS.MemoryUsage> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage();
}
