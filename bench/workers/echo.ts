/** A worker that gives back what it is sent, batch by batch. */
import { parentPort } from "node:worker_threads";

parentPort?.on("message", (batch: readonly { readonly id: number; readonly arg: number }[]) => {
  parentPort?.postMessage(batch.map(({ id, arg }) => ({ id, value: arg })));
});
