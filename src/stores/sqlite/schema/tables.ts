/** The tables of a store, as the migrations that made them. What is released is never changed, only followed. */

/** Marks a file as ours: "Slui" as a number. */
export const APPLICATION_ID = 0x536c7569;

/** One step from a version of the schema to the next. */
export type Migration = readonly string[];

/**
 * Version 1.
 *
 * The log is `chunks` (packed) and `events` (one row each); runs, checks and backfills are written in the same
 * transaction as their events. What is known of assets lies in `lists` and `segments`, which follow behind: they
 * hold everything up to the place `redo_seq`, and opening a store folds the events after it once more.
 */
const TABLES: Migration = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE writer (
    id INTEGER PRIMARY KEY CHECK (id = 1), instance TEXT NOT NULL, pid INTEGER NOT NULL, host TEXT NOT NULL,
    process_ms INTEGER NOT NULL, opened_ms INTEGER NOT NULL, beat_ms INTEGER NOT NULL, lease_ms INTEGER NOT NULL
  )`,
  `CREATE TABLE runs (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, job TEXT, backfill TEXT,
    parent TEXT, scope TEXT NOT NULL, created_ms REAL NOT NULL, started_ms REAL, finished_ms REAL,
    first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, steps INTEGER NOT NULL, succeeded INTEGER NOT NULL,
    failed INTEGER NOT NULL, skipped INTEGER NOT NULL, upstream_failed INTEGER NOT NULL,
    canceled INTEGER NOT NULL, checks_failed INTEGER NOT NULL, checks_warned INTEGER NOT NULL,
    tags TEXT NOT NULL, error TEXT
  )`,
  `CREATE INDEX runs_by_status ON runs (status)`,
  `CREATE INDEX runs_by_scope ON runs (scope)`,
  `CREATE INDEX runs_by_job ON runs (job) WHERE job IS NOT NULL`,
  `CREATE INDEX runs_by_backfill ON runs (backfill) WHERE backfill IS NOT NULL`,
  `CREATE INDEX runs_by_parent ON runs (parent) WHERE parent IS NOT NULL`,
  `CREATE TABLE parts (name TEXT PRIMARY KEY, nodes TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE scopes (name TEXT PRIMARY KEY, nodes TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE chunks (
    id INTEGER PRIMARY KEY, run INTEGER NOT NULL, last_seq INTEGER NOT NULL, size INTEGER NOT NULL,
    at_ms INTEGER NOT NULL, contents INTEGER NOT NULL, events BLOB NOT NULL, payloads TEXT
  )`,
  `CREATE INDEX chunks_by_run ON chunks (run)`,
  `CREATE TABLE events (
    seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, at_ms INTEGER NOT NULL, type TEXT NOT NULL,
    step INTEGER NOT NULL, attempt INTEGER NOT NULL, payload TEXT
  )`,
  `CREATE TABLE checks (
    asset TEXT NOT NULL, name TEXT NOT NULL, partition TEXT NOT NULL, seq INTEGER NOT NULL, run TEXT NOT NULL,
    at_ms INTEGER NOT NULL, passed INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (asset, name, partition)
  ) WITHOUT ROWID`,
  `CREATE TABLE backfills (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, status TEXT NOT NULL, created_ms INTEGER NOT NULL,
    finished_ms INTEGER, tags TEXT NOT NULL, plan TEXT NOT NULL
  )`,
  `CREATE TABLE lists (
    name TEXT NOT NULL, part INTEGER NOT NULL, seq INTEGER NOT NULL, items TEXT NOT NULL,
    PRIMARY KEY (name, part)
  ) WITHOUT ROWID`,
  `CREATE TABLE segments (id INTEGER PRIMARY KEY, cells BLOB NOT NULL, texts TEXT)`,
  `CREATE TABLE carried (
    id INTEGER PRIMARY KEY, seq INTEGER NOT NULL, asset TEXT NOT NULL, cells TEXT NOT NULL
  )`,
  `CREATE INDEX carried_by_asset ON carried (asset)`,
  `CREATE TABLE forgotten (
    run INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL
  )`,
];

/** Version 2: how often runs were gone on with, how they come before others, and what they wait for. */
const RECOVERIES: Migration = [
  `ALTER TABLE runs ADD COLUMN recoveries INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE runs ADD COLUMN priority REAL NOT NULL DEFAULT 0`,
  `ALTER TABLE runs ADD COLUMN waits_for TEXT`,
];

/** Version 3: what other processes ask of the one that writes. */
const COMMANDS: Migration = [
  `CREATE TABLE commands (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, request TEXT NOT NULL, sent_ms REAL NOT NULL,
    taken INTEGER, answer TEXT
  )`,
];

/** Version 4: how many steps of a run were undone, and how many could not be. */
const UNDO: Migration = [
  `ALTER TABLE runs ADD COLUMN undone INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE runs ADD COLUMN undo_failed INTEGER NOT NULL DEFAULT 0`,
];

/** Version 5: what starts work by itself, and when it did. */
const TICKS: Migration = [
  `CREATE TABLE triggers (id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID`,
  `CREATE TABLE ticks (
    seq INTEGER PRIMARY KEY, source TEXT NOT NULL, identity TEXT, record TEXT NOT NULL
  )`,
  `CREATE UNIQUE INDEX ticks_by_identity ON ticks (source, identity) WHERE identity IS NOT NULL`,
  `CREATE INDEX ticks_by_source ON ticks (source, seq)`,
];

/** All migrations: the n-th leads to version n. */
export const MIGRATIONS: readonly Migration[] = [TABLES, RECOVERIES, COMMANDS, UNDO, TICKS];

/** What later versions have added to `runs`, as it is in files of earlier ones, by the version that added it. */
const LATER_OF_RUNS: readonly (readonly [version: number, columns: string])[] = [
  [2, "0 AS recoveries, 0 AS priority, NULL AS waits_for"],
  [4, "0 AS undone, 0 AS undo_failed"],
];

/** Tables that later versions have added, as they are in files of earlier ones: empty. */
const LATER_TABLES: readonly (readonly [version: number, table: string, columns: string])[] = [
  [5, "triggers", "NULL AS id, NULL AS record"],
  [5, "ticks", "NULL AS seq, NULL AS source, NULL AS identity, NULL AS record"],
];

/** What lets a reader see an older file as one of now, without a change to it: views of its own connection. */
export function viewsOver(version: number): readonly string[] {
  const later = LATER_OF_RUNS.filter(([since]) => since > version).map(([, columns]) => columns);
  const tables = LATER_TABLES.filter(([since]) => since > version);
  const views = [
    ...later.length > 0 ? [`CREATE TEMP VIEW runs AS SELECT *, ${later.join(", ")} FROM main.runs`] : [],
    ...tables.map(([, table, columns]) => `CREATE TEMP VIEW ${table} AS SELECT ${columns} WHERE 0`),
  ];
  return views.length === 0
    ? []
    : ["PRAGMA temp_store = MEMORY", "PRAGMA query_only = OFF", ...views, "PRAGMA query_only = ON"];
}
