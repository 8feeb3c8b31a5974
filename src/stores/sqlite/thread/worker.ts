/** The thread that holds a file: the entry of a worker. */
import { parentPort, workerData } from "node:worker_threads";
import type { Issue } from "../../../model/issue.ts";
import { systemClock, systemRandom } from "../../../model/ports.ts";
import { connectNodeSqlite } from "../file/driver.ts";
import { asStoreError } from "../file/faults.ts";
import { type FilePort, openHere } from "../file/port.ts";
import { packBytes, unpackBytes } from "./bytes.ts";
import { type CallMessage, type Findings, OPENED, type ThreadData, type ThreadMessage } from "./messages.ts";

const { file, waitMs } = workerData as ThreadData;

function say(message: ThreadMessage, buffers: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, buffers);
}

/** Answers with what `work` gives, or with what is wrong. */
async function answer<T>(id: number, work: () => Promise<T>): Promise<T | undefined> {
  try {
    const result = await work();
    const { value, buffers } = packBytes(id === OPENED ? undefined : result);
    say({ id, value }, buffers);
    return result;
  } catch (error) {
    say({ id, issues: asStoreError(error, file.path).issues as Findings });
    return undefined;
  }
}

function open(): Promise<FilePort> {
  const waiting = {
    clock: systemClock,
    random: systemRandom,
    waitMs,
    warn: (warning: Issue) => say({ warning }),
  };
  return openHere(file, connectNodeSqlite, waiting);
}

/** Serves one call after the other: one that waits for a lock is not overtaken. */
function listen(port: FilePort): void {
  let served: Promise<unknown> = Promise.resolve();
  const call = port.call as (name: CallMessage["name"], ...values: readonly unknown[]) => Promise<unknown>;
  parentPort?.on("message", ({ id, name, values }: CallMessage) => {
    const unpacked = unpackBytes(values) as readonly unknown[];
    served = served.then(() => answer(id, () => call(name, ...unpacked)));
  });
}

const port = await answer(OPENED, open);
if (port) listen(port);
