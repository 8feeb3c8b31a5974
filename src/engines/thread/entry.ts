/** The program of an engine's thread. */
import { readlinkSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { EngineMessage } from "../../model/engine/message.ts";
import { SluiceError } from "../../model/issue.ts";
import { systemClock } from "../../model/ports.ts";
import { createOrchestrator } from "../../orchestrator.ts";
import type { OrchestratorOptions } from "../../orchestrator/contract.ts";
import { definitionsIn } from "../../runtime/isolation/inside/code.ts";
import { Channel } from "../channel.ts";
import { packFailure } from "../failure.ts";
import type { EngineOrder } from "../order.ts";
import { Service } from "../service.ts";
import { Bridge } from "./bridge.ts";
import { markEngineThread } from "./mark.ts";
import type { FromThread, ThreadStart, ToThread } from "./protocol.ts";

/** The number of this thread for the system; 0 where it does not tell. */
function threadNumber(): number {
  try {
    return Number(readlinkSync("/proc/thread-self").split("/").pop());
  } catch {
    return 0;
  }
}

async function work(port: MessagePort, start: ThreadStart): Promise<void> {
  const { engineId, capacity, channel, module, options } = start;
  const inbound = new Channel<EngineOrder>(channel);
  const outbound = new Channel<EngineMessage>(channel);
  const post = (crossing: FromThread) => port.postMessage(crossing);
  const bridge = new Bridge<EngineMessage, EngineOrder>(post, outbound, inbound);
  port.on("message", (crossing: ToThread) => bridge.take(crossing));
  const sending = bridge.send();
  const exports: { readonly [name: string]: unknown } = await import(module);
  const definitions = definitionsIn(exports);
  if (!definitions) throw withoutDefinitions(module);
  const own = (exports.options ?? {}) as OrchestratorOptions;
  const orchestrator = createOrchestrator(definitions, { ...own, ...options });
  const parts = { engineId, capacity, orchestrator, isOwner: true, clock: systemClock, inbound, outbound };
  await new Service(parts).serve();
  outbound.close();
  await sending;
}

function withoutDefinitions(module: string): SluiceError {
  return new SluiceError({
    code: "MODULE_INVALID",
    message: `${module} exports no definitions, or several and none as default`,
    path: ["module"],
  });
}

if (parentPort) {
  const port = parentPort;
  const start = workerData as ThreadStart;
  const tell = (crossing: FromThread) => port.postMessage(crossing);
  markEngineThread();
  Atomics.store(new Int32Array(start.number), 0, threadNumber());
  work(port, start).then(
    () => tell({ over: undefined }),
    (error) => tell({ over: packFailure(error) }),
  );
}
