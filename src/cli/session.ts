/** One command's hold on the user's module and on the history. */
import { resolve } from "node:path";
import { type Definitions, definitions } from "../model/definitions.ts";
import type { Orchestrator, OrchestratorOptions } from "../orchestrator/contract.ts";
import type { Session } from "./command.ts";
import type { GlobalValues } from "./line/global_options.ts";
import type { Host } from "./host/host.ts";
import { loadModule } from "./module/load.ts";
import type { Notes } from "./host/notes.ts";
import { openReader } from "./reader.ts";
import { shortPath } from "./print/error.ts";

/** A session that can be closed. */
export interface OpenSession extends Session {
  /** Lets what was opened end and closes it. */
  close(): Promise<void>;
}

/** Opens a session; nothing is loaded before it is asked for. */
export function openSession(
  module: string | undefined,
  options: GlobalValues,
  host: Host,
  notes: Notes,
): OpenSession {
  const place = findHistory(options, host);
  let loaded: Promise<Definitions> | undefined;
  let opened: Promise<Orchestrator> | undefined;
  const load = async (): Promise<Definitions> => {
    if (module === undefined) return definitions({ assets: [] });
    host.guardUserCode(notes.pass);
    return (await loadModule({ name: module, timeoutMs: options["load-timeout"] }, host)).definitions;
  };
  const open = async (use: "read" | "write"): Promise<Orchestrator> => {
    const found = await session.definitions();
    const settings = { ...place.options, clock: host.clock };
    if (use === "read") return await openReader(found, settings, place.file);
    const { createOrchestrator } = await import("../orchestrator.ts");
    return createOrchestrator(found, settings);
  };
  const session: OpenSession = {
    historyName: shortPath(place.file ?? "memory", host.cwd),
    definitions: () => loaded ??= load(),
    orchestrator: (use) => opened ??= open(use),
    close: async () => await (await opened?.catch(() => undefined))?.close(),
  };
  return session;
}

/** Where the history lies, and the same as options of the orchestrator. */
function findHistory(
  { folder, store }: GlobalValues,
  { cwd, env }: Host,
): { readonly file: string | undefined; readonly options: OrchestratorOptions } {
  const root = resolve(cwd, folder || env.SLUICE_FOLDER || ".sluice");
  if (store === "memory") return { file: undefined, options: { folder: root, store } };
  const file = store === undefined ? resolve(root, "history.sqlite") : resolve(cwd, store);
  return { file, options: { folder: root, ...(store !== undefined && { store: { path: file } }) } };
}
