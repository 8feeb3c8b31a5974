/**
 * Running with a history in SQLite: packed, as by default, and with a row for each event. Through the public
 * `materialize`, with inputs read, one subscriber, a retry policy and a timeout set. Compared with the least that a
 * record in rows costs: the same events, two for each step, inserted by a prepared statement with 256 in a
 * transaction, by the same SQLite, at the same level of durability; and with the same run recorded in memory.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { createOrchestrator, type Definitions, type Orchestrator, type OrchestratorOptions } from "sluice";
import { declare } from "./assets.ts";
import { layered } from "./graphs.ts";
import { compare, describeHost, type Entry, formatTable, type Measured } from "./harness.ts";

type Durability = "full" | "normal";

const isFull = process.env.SLUICE_SCALE === "full";
const size = isFull ? 100_000 : 20_000;
const CONCURRENCY = 64;
/** Rows in one transaction of the limit. */
const BATCH = 256;
const STARTED = 10;
const SUCCEEDED = 11;

/** The limit: what a run of `size` steps records, as rows. */
function insertRows(path: string, durability: Durability): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${durability}`);
  database.exec(
    "CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, run INTEGER, at_ms INTEGER, kind INTEGER, " +
      "step INTEGER, attempt INTEGER, payload TEXT); DELETE FROM events",
  );
  const insert = database.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)");
  const nowMs = Date.now();
  for (let first = 0; first < size * 2; first += BATCH) {
    database.exec("BEGIN IMMEDIATE");
    for (let row = first; row < Math.min(first + BATCH, size * 2); row++) {
      insert.run(row + 1, 1, nowMs, row % 2 === 0 ? STARTED : SUCCEEDED, row >> 1, 1, null);
    }
    database.exec("COMMIT");
  }
  database.close();
}

function open(definitions: Definitions, store: NonNullable<OrchestratorOptions["store"]>): Orchestrator {
  const orchestrator = createOrchestrator(definitions, {
    store,
    defaultIO: "memory",
    concurrency: CONCURRENCY,
  });
  let commits = 0;
  orchestrator.subscribe((events) => {
    for (const _event of events) return void commits++;
  });
  return orchestrator;
}

function entryOf(name: string, orchestrator: Orchestrator): Entry {
  return {
    name,
    run: async () => {
      const { status } = await orchestrator.materialize("*");
      if (status !== "success") throw new Error(`The run ended as ${status}.`);
    },
  };
}

async function measureLevel(definitions: Definitions, durability: Durability): Promise<readonly Measured[]> {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  try {
    await using memory = open(definitions, "memory");
    await using packed = open(definitions, { path: join(folder, "packed.sqlite"), durability });
    await using rows = open(definitions, { path: join(folder, "rows.sqlite"), durability, events: "rows" });
    return await compare([
      { name: "raw inserts", run: () => insertRows(join(folder, "raw.sqlite"), durability) },
      entryOf("run, in memory", memory),
      entryOf("run, packed", packed),
      entryOf("run, in rows", rows),
    ], isFull ? 7 : 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function row(durability: Durability, one: Measured, memory: Measured): readonly string[] {
  return [
    durability,
    one.name,
    `${(one.bestMs * 1e3 / size).toFixed(2)} us`,
    `x${one.bestRatio.toFixed(2)}`,
    `x${one.wallRatio.toFixed(2)}`,
    `x${(one.bestMs / memory.bestMs).toFixed(2)}`,
  ];
}

const definitions = declare(layered(size));
console.log(`${size.toLocaleString("en")} steps, two events each; ${describeHost()}`);
const table = [["durability", "", "a step, best", "to raw inserts", "median", "to memory"]];
for (const durability of ["normal", "full"] as const) {
  const measured = await measureLevel(definitions, durability);
  table.push(...measured.map((one) => row(durability, one, measured[1]) as string[]));
}
console.log(formatTable(table));
