/** The parts of an orchestrator, opened together and closed together. */
import { type FilesIO, filesIO } from "../io/files.ts";
import type { IOManager } from "../io/manager.ts";
import { type FindManager, openManagers } from "../io/managers.ts";
import { memoryIO } from "../io/memory.ts";
import type { RunHooks } from "../model/step/hooks.ts";
import type { Definitions } from "../model/definitions.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import { Engine } from "../runtime/engine.ts";
import { Turns } from "../runtime/gates/turns.ts";
import { memoryStore } from "../stores/memory.ts";
import type { RunStore } from "../stores/store.ts";
import type { OrchestratorOptions, StoreOptions } from "./contract.ts";
import { isolationSettings } from "./isolation.ts";
import { interruptLost } from "./recovery/lost.ts";

/** What the verbs of an orchestrator work with. */
export interface Parts {
  readonly definitions: Definitions;
  readonly store: RunStore;
  readonly engine: Engine;
  /** Of runs. */
  readonly turns: Turns;
  readonly findManager: FindManager;
  readonly clock: Clock;
  readonly random: Random;
  /** What is called for every run. */
  readonly hooks: RunHooks | undefined;
  /** How often in a row a run is gone on with in vain. */
  readonly maxRecoveries: number;
}

/** Default of how often in a row a run is gone on with in vain. */
const MAX_RECOVERIES = 3;

/** Where values are kept. */
export interface Values {
  readonly findManager: FindManager;
  /** The manager of the orchestrator's own folder; undefined where another one has its name. */
  readonly files: FilesIO | undefined;
}

/** Opens the look-up of IO managers: files and memory, and those of the user over them. */
export function openValues(options: OrchestratorOptions): Values {
  const files = filesIO({ folder: `${options.folder ?? ".sluice"}/values` });
  const managers: IOManager[] = [files, memoryIO(), ...options.io ?? []];
  const isReplaced = options.io?.some(({ name }) => name === files.name) ?? false;
  return {
    findManager: openManagers(managers, options.defaultIO ?? "files"),
    files: isReplaced ? undefined : files,
  };
}

/**
 * Opens the store and what stands on it. Runs that a dead process has left are recorded as interrupted, and the files
 * that it was writing are removed.
 *
 * @throws {SluiceError} STORE_LOCKED, STORE_INVALID and what else the store refuses.
 */
export async function openParts(
  definitions: Definitions,
  options: OrchestratorOptions,
  { findManager, files }: Values,
): Promise<Parts> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const store = await openStore(options, clock);
  const isolation = isolationSettings(options);
  const { fence } = store;
  const own = { ...engineOptions(options), ...(fence && { fence }) };
  const engine = new Engine({ store, findManager, clock, random, isolation, ...own });
  const { hooks, maxRuns, recovery: { maxRecoveries = MAX_RECOVERIES } = {} } = options;
  const turns = new Turns(clock, maxRuns);
  const parts = { definitions, store, engine, turns, findManager, clock, random, hooks, maxRecoveries };
  try {
    const isLeft = !store.isReadOnly && await interruptLost(store, engine.recorder, () => false);
    if (isLeft) await files?.sweep({ olderThanMs: 0 });
  } catch (error) {
    // What was opened here is nobody's yet: left open, it would keep the next try from opening it.
    if (store !== options.store) await store.close().catch(() => {});
    throw error;
  }
  return parts;
}

function engineOptions({ resources, pools, concurrency, mask }: OrchestratorOptions) {
  return {
    ...(resources && { resources }),
    ...(pools && { pools }),
    ...(mask && { mask }),
    ...(concurrency !== undefined && { concurrency }),
  };
}

async function openStore(
  { store = {}, folder = ".sluice" }: OrchestratorOptions,
  clock: Clock,
): Promise<RunStore> {
  if (store === "memory") return memoryStore();
  if ("append" in store) return store;
  return await openFile(store, folder, clock);
}

/** SQLite is loaded here, and only when it is wanted. */
async function openFile(
  { path, shared: _, ...settings }: StoreOptions,
  folder: string,
  clock: Clock,
): Promise<RunStore> {
  const { openSqliteStore } = await import("../stores/sqlite.ts");
  return await openSqliteStore(path ?? `${folder}/history.sqlite`, { clock, ...settings });
}
