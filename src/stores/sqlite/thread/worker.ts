/** The thread that holds a file: the entry of a worker. */
import { parentPort, workerData } from "node:worker_threads";
import { systemClock, systemRandom } from "../../../model/ports.ts";
import { connectNodeSqlite } from "../file/driver.ts";
import { asStoreError } from "../file/faults.ts";
import { type FilePort, openHere } from "../file/port.ts";
import { type CallMessage, type Findings, OPENED, type ThreadData, type ThreadMessage } from "./messages.ts";

const { file, waitMs } = workerData as ThreadData;

function answer(message: ThreadMessage): void {
  parentPort?.postMessage(message);
}

function issuesOf(error: unknown): Findings {
  return asStoreError(error, file.path).issues as Findings;
}

async function open(): Promise<FilePort | undefined> {
  try {
    const port = await openHere(file, connectNodeSqlite, {
      clock: systemClock,
      random: systemRandom,
      waitMs,
      warn: (warning) => answer({ warning }),
    });
    answer({ id: OPENED, value: undefined });
    return port;
  } catch (error) {
    answer({ id: OPENED, issues: issuesOf(error) });
    return undefined;
  }
}

/** One call after the other: a call that waits for a lock is not overtaken. */
async function serve(port: FilePort, { id, name, values }: CallMessage): Promise<void> {
  try {
    const call = port.call as (name: CallMessage["name"], ...values: readonly unknown[]) => Promise<unknown>;
    answer({ id, value: await call(name, ...values) });
  } catch (error) {
    answer({ id, issues: issuesOf(error) });
  }
  if (name === "close") parentPort?.close();
}

const port = await open();
if (port) {
  const held = port;
  const state = { last: Promise.resolve() };
  parentPort?.on("message", (message: CallMessage) => {
    state.last = state.last.then(() => serve(held, message));
  });
} else parentPort?.close();
