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

const definitions = declare(layered(size));
await using orchestrator = createOrchestrator(definitions, {
  store: "memory",
  defaultIO: "memory",
  concurrency: 64,
});
await settle();
const before = process.memoryUsage();
let mostRss = before.rss;
const timer = setInterval(() => mostRss = Math.max(mostRss, process.memoryUsage().rss), 5);
const { status } = await orchestrator.materialize("*");
clearInterval(timer);
mostRss = Math.max(mostRss, process.memoryUsage().rss);
if (status !== "success") throw new Error(`The run ended as ${status}.`);
await settle();
const after = process.memoryUsage();

console.log(`${size.toLocaleString("en")} steps, values and history kept in memory; ${describeHost()}`);
console.log(formatTable([
  ["", "MB", "bytes per step"],
  ["definitions and graph", megabytes(before.rss), perStep(before.rss)],
  ["run, at most (resident)", megabytes(mostRss - before.rss), perStep(mostRss - before.rss)],
  ["kept afterwards (heap)", megabytes(used(after) - used(before)), perStep(used(after) - used(before))],
]));

function used({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external;
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}

function perStep(bytes: number): string {
  return (bytes / size).toFixed(0);
}

/** Lets the collector finish what it can. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
