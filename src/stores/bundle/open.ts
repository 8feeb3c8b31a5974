/** A bundle as a store that only reads. */
import { readFile } from "node:fs/promises";
import { memoryStore } from "../memory.ts";
import { storeError } from "../refusal.ts";
import type { RunStore } from "../store.ts";
import { bundleInvalid } from "./format.ts";
import { readBundle } from "./read.ts";

/**
 * Opens the run bundle in a file as a store that only reads: views of it need no definitions and no other file.
 *
 * @throws {SluiceError} STORE_INVALID for a file that is not there or no bundle, and for one that was cut off or changed;
 * STORE_NEWER for one that a newer Sluice wrote.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions, openRunBundle } from "sluice";
 * import { mkdtempSync, writeFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * import assert from "node:assert/strict";
 *
 * const one = defineAsset({ key: "one", run: ({ log }) => log.info("made") });
 * await using sluice = createOrchestrator(definitions({ assets: [one] }), { store: "memory", defaultIO: "memory" });
 * const { id } = await sluice.materialize(one);
 *
 * const file = join(mkdtempSync(join(tmpdir(), "sluice-")), "run.bundle");
 * writeFileSync(file, (await Array.fromAsync(sluice.exportRun(id))).join(""));
 *
 * await using store = await openRunBundle(file);
 * assert.equal((await store.run(id))?.status, "success");
 * assert.equal((await store.logs(id))[0].message, "made");
 * ```
 */
export async function openRunBundle(path: string): Promise<RunStore> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    throw bundleInvalid(path, error instanceof Error ? error.message : String(error), error);
  }
  return await openBundleText(text, path);
}

/** The same for a bundle at hand. `name` stands for it in messages. */
export async function openBundleText(text: string, name: string): Promise<RunStore> {
  const { events } = readBundle(text, name);
  const store = memoryStore();
  try {
    await store.append([events]);
  } catch (error) {
    throw bundleInvalid(name, "its events do not follow from each other", error);
  }
  return readOnly(store, name);
}

function readOnly(store: RunStore, name: string): RunStore {
  const refuse = () =>
    Promise.reject(
      storeError("STORE_READONLY", name, `${name} is a run bundle, and nothing is recorded in it.`, {
        hint: "Name a history by --folder or --store.",
      }),
    );
  return {
    name,
    isReadOnly: true,
    lastSeq: store.lastSeq,
    append: refuse,
    prune: refuse,
    facts: () => store.facts(),
    run: (id) => store.run(id),
    runs: (filter) => store.runs(filter),
    steps: (id, range) => store.steps(id, range),
    plan: (id) => store.plan(id),
    events: (filter) => store.events(filter),
    logs: (id, filter) => store.logs(id, filter),
    elements: (id, filter) => store.elements(id, filter),
    materializations: (asset, filter) => store.materializations(asset, filter),
    checks: (filter) => store.checks(filter),
    backfill: (id) => store.backfill(id),
    backfills: (filter) => store.backfills(filter),
    triggers: () => store.triggers(),
    ticks: (filter) => store.ticks(filter),
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}
