/** An engine in a thread of its own. */
import { Worker } from "node:worker_threads";
import type { EngineMessage } from "../../model/engine/message.ts";
import { systemThread } from "../../runtime/isolation/worker/system_thread.ts";
import { Channel } from "../channel.ts";
import type { ThreadEngineOptions } from "../contract.ts";
import type { EngineLink, LinkParts, OpenLink } from "../link.ts";
import type { EngineOrder } from "../order.ts";
import { Bridge } from "./bridge.ts";
import type { FromThread, ThreadStart, ToThread } from "./protocol.ts";

const ENTRY: URL = new URL("./entry.ts", import.meta.url);
/** Some runtimes do not say that a thread that computes has ended. */
const ENDING_MS = 2_000;

/** Starts a thread when the engine is registered. */
export function threadLink(module: string, options: ThreadEngineOptions): OpenLink {
  return (parts) => new ThreadLink(module, options, parts);
}

class ThreadLink implements EngineLink {
  readonly inbound: Channel<EngineOrder>;
  readonly outbound: Channel<EngineMessage>;
  readonly ended: Promise<string | undefined>;
  readonly #parts: LinkParts;
  readonly #number: Int32Array;
  readonly #worker: Worker;
  #end!: (why: string | undefined) => void;

  constructor(module: string, options: ThreadEngineOptions, parts: LinkParts) {
    const { engineId, capacity, channel } = parts;
    this.#parts = parts;
    this.inbound = new Channel(channel);
    this.outbound = new Channel(channel);
    this.ended = new Promise((resolve) => this.#end = resolve);
    const number = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    this.#number = new Int32Array(number);
    const workerData: ThreadStart = { engineId, capacity, channel, module, options, number };
    this.#worker = new Worker(ENTRY, { workerData });
    const post = (crossing: ToThread) => this.#worker.postMessage(crossing);
    const bridge = new Bridge<EngineOrder, EngineMessage>(post, this.inbound, this.outbound);
    this.#worker.on("message", (crossing: FromThread) => {
      if (!("over" in crossing)) return bridge.take(crossing);
      this.#leave(crossing.over?.message);
    });
    this.#worker.on("error", (error: unknown) => this.#leave(whyOf(error)));
    this.#worker.on("exit", (code: number) => this.#leave(`its thread has ended with exit code ${code}`));
    void bridge.send().catch((error) => this.#leave(whyOf(error)));
  }

  look(): string | undefined {
    const number = Atomics.load(this.#number, 0);
    return number > 0 && !systemThread(number) ? "its thread has ended, and no event told so" : undefined;
  }

  async end(): Promise<void> {
    this.#leave(undefined);
    let callOff = (): void => {};
    const late = new Promise<void>((resolve) => callOff = this.#parts.clock.after(ENDING_MS, resolve));
    await Promise.race([this.#worker.terminate(), late]).catch(() => {});
    callOff();
  }

  #leave(why: string | undefined): void {
    this.outbound.close();
    this.#end(why);
  }
}

function whyOf(error: unknown): string {
  const { name = "Error", message = String(error) } = (error ?? {}) as Partial<Error>;
  return `${name}: ${message} was thrown in its thread, and nobody caught it`;
}
