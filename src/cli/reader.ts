/** An orchestrator that only looks: it makes no history, and looks beside a process that writes one. */
import { existsSync } from "node:fs";
import type { Definitions } from "../model/definitions.ts";
import type { Orchestrator, OrchestratorOptions } from "../orchestrator/contract.ts";
import type { RunStore } from "../stores/store.ts";
import { isSluiceError } from "./module/load_failure.ts";

/**
 * Opens a history for looking. One that is not there is looked at as an empty one. Runs that seem to be under way
 * may be those of a process that is dead: then the file is opened for writing, which records them as interrupted,
 * unless the process that writes it lives.
 */
export async function openReader(
  definitions: Definitions,
  options: OrchestratorOptions,
  file: string | undefined,
): Promise<Orchestrator> {
  const { createOrchestrator } = await import("../orchestrator.ts");
  if (file === undefined) return createOrchestrator(definitions, options);
  if (!existsSync(file)) return createOrchestrator(definitions, { ...options, store: "memory" });
  const { openSqliteStore } = await import("../stores/sqlite.ts");
  const store = await openSqliteStore(file, { readonly: true });
  const open = await store.runs({ status: ["queued", "running", "canceling"], limit: 1 });
  const writer = open.length > 0
    ? await openUnlessLocked(createOrchestrator(definitions, options))
    : undefined;
  if (!writer) return createOrchestrator(definitions, { ...options, store: withoutAppends(store) });
  await store.close();
  return writer;
}

async function openUnlessLocked(orchestrator: Orchestrator): Promise<Orchestrator | undefined> {
  try {
    await orchestrator.runs({ limit: 1 });
    return orchestrator;
  } catch (error) {
    await orchestrator.close();
    if (isSluiceError(error) && error.code === "STORE_LOCKED") return undefined;
    throw error;
  }
}

/** The same store, for an orchestrator that would record what it finds on opening: here that is dropped. */
function withoutAppends(store: RunStore): RunStore {
  return new Proxy(store, {
    get(target, name) {
      if (name === "append") return () => Promise.resolve();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
