/** Simulated processes over one SQLite file: each opens it by a connection of its own, as if the one before were dead. */
import { hostname } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Connect } from "../../../src/stores/sqlite/file/driver.ts";
import { openHere } from "../../../src/stores/sqlite/file/port.ts";
import { openWritingStore, type SqliteStore } from "../../../src/stores/sqlite/store.ts";
import type { Life } from "../../../src/testing/simulate/life.ts";
import type { StoreSource } from "../../../src/testing/simulate/store.ts";
import { seededRandom } from "../../../src/testing/simulate/chance.ts";

/** Opens `history.sqlite` in a folder for one process after the other. */
export function sqliteSource(folder: string, connect: Connect): StoreSource {
  const path = join(folder, "history.sqlite");
  const opened: SqliteStore[] = [];
  return {
    open: async (life) => {
      const store = await open(path, connect, life);
      opened.push(store);
      return store;
    },
    // Those that were taken over from cannot close as they should.
    close: async () => void await Promise.allSettled(opened.map((store) => store.close())),
  };
}

async function open(path: string, connect: Connect, { clock, number }: Life): Promise<SqliteStore> {
  const owner = {
    instance: `life ${number}`,
    pid: process.pid,
    host: hostname(),
    // The same process number, begun at another time: the one before is dead.
    processMs: number,
    history: 7,
  };
  const file = { path, readOnly: false, durability: "normal", owner, nowMs: clock.now() } as const;
  const random = seededRandom(number);
  const port = await openHere(file, connect, { clock, random, waitMs: 1_000, warn: () => {} });
  return await openWritingStore(path, port, { clock, form: "packed", warn: () => {} });
}
