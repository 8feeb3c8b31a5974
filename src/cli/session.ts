/** One command's hold on the user's module and on the history. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { definitions } from "../model/definitions.ts";
import { type Issue, SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import type { Orchestrator, StoreOptions } from "../orchestrator/contract.ts";
import type { Session } from "./command.ts";
import type { GlobalValues } from "./line/global_options.ts";
import type { Host } from "./host/host.ts";
import { type LoadedModule, loadModule } from "./module/load.ts";
import type { Notes } from "./host/notes.ts";
import { shortPath } from "./print/error.ts";
import { isBundle } from "../stores/bundle/detect.ts";
import type { RunStore } from "../stores/store.ts";

/** A session that can be closed. */
export interface OpenSession extends Session {
  /** Lets what was opened end and closes it. */
  close(): Promise<void>;
}

/** What a session is opened over. */
export interface OpenSessionRequest {
  /** The module as typed; undefined for a command that takes none. */
  readonly module: string | undefined;
  readonly options: GlobalValues;
  readonly host: Host;
  readonly notes: Notes;
}

/** What is known of a module; its path is missing where there is none. */
type Loaded = Omit<LoadedModule, "path"> & Partial<Pick<LoadedModule, "path">>;

/** Opens a session; nothing is loaded before it is asked for. */
export function openSession({ module, options, host, notes }: OpenSessionRequest): OpenSession {
  const place = findHistory(options, host);
  let loaded: Promise<Loaded> | undefined;
  let opened: Promise<Orchestrator> | undefined;
  let release = () => {};
  const load = async (): Promise<Loaded> => {
    if (module === undefined) return { definitions: definitions({ assets: [] }), options: {} };
    release = host.guardUserCode(notes.pass);
    return await loadModule({ name: module, timeoutMs: options["load-timeout"] }, host);
  };
  const loadOnce = () => loaded ??= load();
  const warn = ({ message, hint }: Issue) =>
    notes.note(message, ...(hint === undefined ? [] : [`  hint: ${hint}`]));
  const open = async (use: "read" | "write" | "share"): Promise<Orchestrator> => {
    const found = await loadOnce();
    // Without a module there is nothing to look at but the history that was named.
    if (module === undefined && options.store !== undefined) requireHistory(place.file, host);
    const chosen = await bundleIn(place.file) ?? (use === "read" ? storeToRead(place.file) : place.store);
    const shared = use === "share" && { shared: true };
    const store = chosen === "memory" || "append" in chosen
      ? chosen
      : { ...chosen, ...shared, onWarning: warn };
    const { createOrchestrator } = await import("../orchestrator.ts");
    return createOrchestrator(found.definitions, {
      ...found.options,
      folder: place.folder,
      store,
      isolation: { ...moduleOf(found), ...found.options.isolation },
      clock: host.clock,
      mask: host.mask,
      by: { via: "cli", ...(host.user !== undefined && { actor: host.user }) },
    });
  };
  const session: OpenSession = {
    moduleName: module,
    historyName: shortPath(place.file ?? "memory", host.cwd),
    definitions: async () => (await loadOnce()).definitions,
    options: async () => (await loadOnce()).options,
    orchestrator: (use) => opened ??= open(use),
    close: async () => {
      await (await opened?.catch(() => undefined))?.close();
      release();
    },
  };
  return session;
}

/** A module that the command line has loaded need not say itself where it lies. */
function moduleOf({ path }: { readonly path?: string }): { readonly module?: string } {
  return path === undefined ? {} : { module: pathToFileURL(path).href };
}

/** Where the history lies. */
interface Place {
  readonly folder: string;
  /** Undefined for a history in memory. */
  readonly file: string | undefined;
  readonly store: "memory" | StoreOptions;
}

function findHistory({ folder: given, store }: GlobalValues, { cwd, env }: Host): Place {
  const folder = resolve(cwd, given || env.SLUICE_FOLDER || ".sluice");
  if (store === "memory") return { folder, file: undefined, store };
  const file = store === undefined ? resolve(folder, "history.sqlite") : resolve(cwd, store);
  return { folder, file, store: { path: file } };
}

/** The run bundle that a file is; undefined for any other file, and for none. */
async function bundleIn(file: string | undefined): Promise<RunStore | undefined> {
  if (file === undefined || !isBundle(file)) return undefined;
  const { openRunBundle } = await import("../stores/bundle/open.ts");
  return await openRunBundle(file);
}

function requireHistory(file: string | undefined, { cwd }: Host): void {
  if (file === undefined || existsSync(file)) return;
  throw new SluiceError({
    code: "STORE_INVALID",
    message: `There is no history ${quote(shortPath(file, cwd))}.`,
    path: ["store"],
    hint:
      "Give the file of a history or of a run bundle. Without --store it is history.sqlite in the folder.",
  });
}

/** A history that is not there is looked at as an empty one, and not made. */
function storeToRead(file: string | undefined): "memory" | StoreOptions {
  return file === undefined || !existsSync(file) ? "memory" : { path: file, readonly: true };
}
