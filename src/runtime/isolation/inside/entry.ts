/** The program of a worker. */
import { readlinkSync } from "node:fs";
import process from "node:process";
import { setInterval } from "node:timers";
import { parentPort, workerData } from "node:worker_threads";
import { markIsolated } from "../mark.ts";
import { CELL, type Orders, type Report, type WorkerStart } from "../worker/protocol.ts";
import { Service } from "./service.ts";

const MB = 1 << 20;

/** The number of this thread for the system; 0 where it does not tell. */
function threadNumber(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").pop());
  } catch {
    return 0;
  }
}

/** Shows that this worker lives, and how large its heap is. */
function beat(cells: Int32Array): void {
  Atomics.add(cells, CELL.BEATS, 1);
  Atomics.store(cells, CELL.HEAP_MB, Math.round(process.memoryUsage().heapUsed / MB));
}

if (parentPort) {
  const port = parentPort;
  const start = workerData as WorkerStart;
  const cells = new Int32Array(start.cells);
  const service = new Service(start, (report: Report) => port.postMessage(report));
  markIsolated();
  process.on("unhandledRejection", (reason) => service.stray(reason));
  Atomics.store(cells, CELL.THREAD, threadNumber());
  setInterval(() => beat(cells), start.heartbeatMs).unref();
  port.on("message", (orders: Orders) => service.obey(orders));
  port.postMessage({});
}
