/**
 * Dispatch to workers, per task that does nothing, with two workers throughout:
 *
 * - 64 in flight against the pool libraries of npm that this runtime runs (target: at least 6 times cheaper than the best);
 * - 1,024 in flight against raw messages of 64 tasks each (target: at least 85 % of their rate);
 * - a whole run of steps in workers against the same run inline, which shows what the loop, the record of starts and
 *   values add.
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createOrchestrator } from "sluice";
import { systemClock } from "../src/model/ports.ts";
import { fingerprintStep } from "../src/runtime/isolation/fingerprint.ts";
import type { CallOrder } from "../src/runtime/isolation/worker/call.ts";
import { WorkerPool } from "../src/runtime/isolation/worker/pool.ts";
import type { TaskArgument } from "../src/runtime/isolation/worker/protocol.ts";
import { compare, describeHost, type Entry, formatTable, type Measured } from "./harness.ts";
import { definitions, fanIn } from "./workers/assets.ts";

const TASKS = 20_000;
const REPETITIONS = 9;
const WORKERS = 2;
const BATCH = 64;

/** Keeps so many tasks in flight until all are done. */
async function inFlight(
  count: number,
  most: number,
  task: (nth: number) => PromiseLike<unknown>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await task(next++);
  };
  await Promise.all(Array.from({ length: most }, lane));
}

/** Workers that are sent batches by hand: what no dispatcher can be expected to beat. */
class RawWorkers {
  readonly #workers = Array.from(
    { length: WORKERS },
    () => new Worker(new URL("./workers/echo.ts", import.meta.url)),
  );

  /** Sends batches of tasks, so many tasks in flight. */
  run(count: number, most: number): Promise<void> {
    return new Promise((resolve) => {
      let next = 0;
      let left = count;
      const send = (worker: Worker): void => {
        const size = Math.min(BATCH, count - next);
        if (size === 0) return;
        worker.postMessage(Array.from({ length: size }, (_, nth) => ({ id: next + nth, arg: next + nth })));
        next += size;
      };
      for (const worker of this.#workers) {
        worker.removeAllListeners("message");
        worker.on("message", (replies: readonly unknown[]) => {
          left -= replies.length;
          if (left === 0) resolve();
          else send(worker);
        });
        for (let batch = 0; batch < most / BATCH / WORKERS; batch++) send(worker);
      }
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** A pool library: how to make one call, and how to end it. */
interface Library {
  readonly name: string;
  call(value: number): PromiseLike<unknown>;
  close(): Promise<unknown>;
}

const echoFile = fileURLToPath(new URL("./workers/pooled.ts", import.meta.url));

/** The pool of piscina, and of tinypool, which descends from it. */
interface RunPool {
  run(data: { readonly value: number }): Promise<unknown>;
  destroy(): Promise<unknown>;
}

/** A pool of one of the two; they are measured where they are installed. */
async function openRunPool(name: "piscina" | "tinypool"): Promise<Library> {
  const { default: Pool } = await import(name as string) as {
    readonly default: new (options: object) => RunPool;
  };
  const size = { minThreads: WORKERS, maxThreads: WORKERS, concurrentTasksPerWorker: 32 };
  const pool = new Pool({ filename: echoFile, ...size });
  return { name, call: (value) => pool.run({ value }), close: () => pool.destroy() };
}

async function openPoolifier(): Promise<Library> {
  const { FixedThreadPool } = await import("poolifier");
  const file = fileURLToPath(new URL("./workers/poolified.ts", import.meta.url));
  const pool = new FixedThreadPool<{ readonly value: number }, number>(WORKERS, file);
  return { name: "poolifier", call: (value) => pool.execute({ value }), close: () => pool.destroy() };
}

/** Opens the libraries that are installed and answer on this runtime. */
async function openLibraries(): Promise<readonly Library[]> {
  const openers = [openPoolifier, () => openRunPool("piscina"), () => openRunPool("tinypool")];
  const opened: Library[] = [];
  for (const open of openers) {
    try {
      const library = await open();
      await answersInTime(library);
      opened.push(library);
    } catch (error) {
      console.log(`left out: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  return opened;
}

/** Some libraries load and then never answer. */
async function answersInTime(library: Library): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((_, reject) => timer = setTimeout(() => reject(new Error("no answer")), 10_000));
  await Promise.race([library.call(1), late]).finally(() => clearTimeout(timer));
}

function openPool(): {
  readonly pool: WorkerPool;
  call(value: number): PromiseLike<unknown>;
  tick(): PromiseLike<unknown>;
} {
  const pool = new WorkerPool({ module: definitions.module as string, clock: systemClock, workers: WORKERS });
  const known = (name: string) => pool.introduce(name, fingerprintStep(definitions.asset(name)["~step"], []));
  const [echo, tick] = [known("echo"), known("tick")];
  const run = pool.runOf("bench", {});
  const order = (step: typeof echo, argument: TaskArgument | undefined): CallOrder => ({
    step,
    run,
    attempt: 1,
    argument,
    listener: undefined,
  });
  return {
    pool,
    call: (value) => pool.call(order(echo, { inputs: { value } })).promise,
    tick: () => pool.call(order(tick, undefined)).promise,
  };
}

function table(measured: readonly Measured[], count: number): string {
  const rows = measured.map(({ name, wallMs, wallRatio, cpuRatio, bestMs, bestRatio }) => [
    name,
    ...[wallMs, bestMs].map((ms) => `${(ms * 1_000 / count).toFixed(2)} us`),
    ...[wallRatio, bestRatio, cpuRatio].map((ratio) => `${ratio.toFixed(2)}x`),
  ]);
  return formatTable([["per task", "median", "best", "median to the first", "best", "processor"], ...rows]);
}

console.log(describeHost());
const ours = openPool();
await inFlight(4_000, 1_024, ours.call);
const libraries = await openLibraries();
const few = await compare(
  [
    { name: "Sluice, 64 in flight", run: () => inFlight(TASKS, 64, ours.call) },
    { name: "Sluice, no argument", run: () => inFlight(TASKS, 64, ours.tick) },
    ...libraries.map(({ name, call }): Entry => ({ name, run: () => inFlight(TASKS, 64, call) })),
  ],
  REPETITIONS,
);
console.log(`\n${table(few, TASKS)}`);
const best = few.slice(2).sort((a, b) => a.bestRatio - b.bestRatio)[0];
if (best) {
  const { name, bestRatio, wallRatio } = best;
  console.log(
    `the best library, ${name}: ${bestRatio.toFixed(1)} times, by medians ${wallRatio.toFixed(1)} (target 6)`,
  );
}
// Not every library comes to the end of its own closing on every runtime.
const patience = new Promise((resolve) => setTimeout(resolve, 2_000));
await Promise.race([Promise.all(libraries.map((library) => library.close())), patience]);

const raw = new RawWorkers();
const many = await compare(
  [
    { name: "raw messages of 64, 1,024 in flight", run: () => raw.run(TASKS, 1_024) },
    { name: "Sluice, 1,024 in flight", run: () => inFlight(TASKS, 1_024, ours.call) },
    { name: "Sluice, no argument", run: () => inFlight(TASKS, 1_024, ours.tick) },
  ],
  REPETITIONS,
);
console.log(`\n${table(many, TASKS)}`);
for (const { name, bestRatio, wallRatio } of many.slice(1)) {
  const [byBest, byMedian] = [bestRatio, wallRatio].map((ratio) => `${(100 / ratio).toFixed(0)} %`);
  console.log(`${name}: ${byBest} of the raw rate, by medians ${byMedian} (target 85 %)`);
}
await raw.close();
await ours.pool.close();

const settings = {
  store: "memory",
  defaultIO: "memory",
  concurrency: 1_024,
  isolation: { workers: WORKERS },
} as const;
const inline = createOrchestrator(fanIn("inline"), settings);
const apart = createOrchestrator(fanIn("worker"), settings);
const whole = await compare(
  [
    { name: "a run of 5,000 steps inline", run: () => inline.materialize("*") },
    { name: "the same in workers", run: () => apart.materialize("*") },
  ],
  REPETITIONS,
);
console.log(`\n${table(whole, 5_000)}`);
await inline.close();
await apart.close();
process.exit(0);
