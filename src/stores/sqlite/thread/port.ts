/** A file held by another thread. */
import { Worker } from "node:worker_threads";
import { SluiceError } from "../../../model/issue.ts";
import { storeError } from "../../refusal.ts";
import type { FileApi } from "../file/api.ts";
import type { FileOptions } from "../file/open.ts";
import type { FilePort, Waiting } from "../file/port.ts";
import { packBytes, unpackBytes } from "./bytes.ts";
import { type CallMessage, OPENED, type ThreadData, type ThreadMessage } from "./messages.ts";

/** Opens a file in a thread of its own. */
export async function openInThread(file: FileOptions, waiting: Waiting): Promise<FilePort> {
  const data: ThreadData = { file, waitMs: waiting.waitMs };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { workerData: data });
  const port = new ThreadPort(worker, file.path, waiting.warn);
  try {
    await port.opened;
    return port;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

/** Somebody who waits for an answer. */
interface Waiter {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class ThreadPort implements FilePort {
  readonly opened: Promise<unknown>;
  readonly #worker: Worker;
  readonly #path: string;
  readonly #waiters: Map<number, Waiter> = new Map();
  #nextId: number = OPENED;

  constructor(worker: Worker, path: string, warn: Waiting["warn"]) {
    this.#worker = worker;
    this.#path = path;
    worker.on("message", (message: ThreadMessage) => {
      if ("warning" in message) warn(message.warning);
      else this.#settle(message);
    });
    worker.on("error", (error) => this.#fail(error));
    worker.on("exit", () => this.#fail());
    this.opened = this.#expect();
  }

  async call<Name extends keyof FileApi>(
    name: Name,
    ...values: Parameters<FileApi[Name]>
  ): Promise<ReturnType<FileApi[Name]>> {
    const { value, buffers } = packBytes(values);
    const message: CallMessage = { id: this.#nextId, name, values: value as readonly unknown[] };
    const answer = this.#expect();
    this.#worker.postMessage(message, buffers);
    return await answer as ReturnType<FileApi[Name]>;
  }

  async close(): Promise<void> {
    try {
      await this.call("close");
    } finally {
      await this.#worker.terminate();
    }
  }

  /** An answer keeps the process alive as long as somebody waits for it. */
  #expect(): Promise<unknown> {
    const id = this.#nextId++;
    this.#worker.ref();
    return new Promise((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
  }

  #settle(message: Exclude<ThreadMessage, { readonly warning: unknown }>): void {
    const waiter = this.#waiters.get(message.id);
    this.#waiters.delete(message.id);
    if (this.#waiters.size === 0) this.#worker.unref();
    if ("issues" in message) waiter?.reject(new SluiceError(message.issues));
    else waiter?.resolve(unpackBytes(message.value));
  }

  #fail(cause?: unknown): void {
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    const error = storeError("STORE_CLOSED", this.#path, `The thread of the store ${this.#path} has ended.`, {
      hint: "Open the store again; nothing of what was acknowledged is lost.",
      cause,
    });
    for (const { reject } of waiters) reject(error);
  }
}
