import { describe, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore } from "../../src/stores/memory.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../src/stores/sqlite.ts";
import { storeContract } from "../../src/testing/store_contract.ts";
import type { StoreFixture } from "../../src/testing/store/world.ts";

/** A store in a file of its own. */
async function openFixture(options: SqliteStoreOptions): Promise<StoreFixture> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-store-"));
  const path = join(folder, "history.sqlite");
  const first = await openSqliteStore(path, { durability: "normal", ...options });
  const held = { store: first };
  return {
    store: first,
    reopen: async () => {
      await held.store.close();
      return held.store = await openSqliteStore(path, { durability: "normal", ...options });
    },
    refold: () => held.store.refold(),
    close: async () => {
      await held.store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const subjects: { readonly [name: string]: () => Promise<StoreFixture> } = {
  memory: async () => ({ store: memoryStore() }),
  packed: () => openFixture({}),
  rows: () => openFixture({ events: "rows" }),
  thread: () => openFixture({ thread: true }),
};

for (const [name, open] of Object.entries(subjects)) {
  describe(`the store contract, ${name}`, () => {
    for (const { name: title, run } of storeContract({ name, open })) test(title, run);
  });
}
