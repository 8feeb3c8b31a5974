/** The rows of one transaction, written. */
import { SEGMENTS_PER_SHEET } from "../../../model/events/ledger/sheet.ts";
import { EVENT_COLUMNS } from "../../codec/event_row.ts";
import type { SqlValue } from "./driver.ts";
import type { Projected, Write } from "./rows.ts";
import type { Statements } from "./statements.ts";
import { toColumn } from "./texts.ts";

/** Writes all rows; the caller holds the transaction. */
export function writeRows(statements: Statements, write: Write): void {
  forgetRuns(statements, write);
  writeTexts(statements, write);
  writeRuns(statements, write.runs);
  writeLog(statements, write);
  writeVerdicts(statements, write);
  writeTicks(statements, write);
  writeImage(statements, write);
  writeMeta(statements, write.meta);
}

export function writeMeta(statements: Statements, meta: Write["meta"]): void {
  for (const [name, value] of Object.entries(meta)) {
    statements.run("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", name, value);
  }
}

/** Puts projections in the place of those that are there. */
export function writeProjections(
  statements: Statements,
  projections: Projected,
): void {
  for (const table of ["runs", "checks", "backfills", "triggers", "ticks", "lists", "segments"]) {
    statements.run(`DELETE FROM ${table}`);
  }
  writeRuns(statements, projections.runs);
  writeVerdicts(statements, projections);
  writeTicks(statements, projections);
  writeImage(statements, { ...projections, dropped: [] });
  writeMeta(statements, projections.meta);
}

function writeTexts(statements: Statements, { parts, scopes }: Pick<Write, "parts" | "scopes">): void {
  for (const { name, text } of parts) {
    statements.run("INSERT OR IGNORE INTO parts (name, nodes) VALUES (?, ?)", name, text);
  }
  for (const { name, text } of scopes) {
    statements.run("INSERT OR IGNORE INTO scopes (name, nodes) VALUES (?, ?)", name, text);
  }
}

/** What may change after a run was created. */
const CHANGING = [
  "status",
  "started_ms",
  "finished_ms",
  "last_seq",
  "succeeded",
  "failed",
  "skipped",
  "upstream_failed",
  "canceled",
  "undone",
  "undo_failed",
  "checks_failed",
  "checks_warned",
  "recoveries",
  "waits_for",
  "error",
] as const;
const FIXED = [
  "number",
  "id",
  "job",
  "backfill",
  "parent",
  "scope",
  "created_ms",
  "first_seq",
  "steps",
  "priority",
  "tags",
] as const;
const UPSERT_RUN = `INSERT INTO runs (${[...FIXED, ...CHANGING].join(", ")}) VALUES (${
  [...FIXED, ...CHANGING].map(() => "?").join(", ")
}) ON CONFLICT (number) DO UPDATE SET ${CHANGING.map((name) => `${name} = excluded.${name}`).join(", ")}`;

function writeRuns(statements: Statements, runs: Write["runs"]): void {
  for (const run of runs) {
    statements.run(UPSERT_RUN, ...FIXED.map((name) => run[name]), ...CHANGING.map((name) => run[name]));
  }
}

function writeLog(statements: Statements, { chunks, events }: Pick<Write, "chunks" | "events">): void {
  for (const { id, run, last_seq, size, at_ms, contents, events, payloads } of chunks) {
    statements.run(
      "INSERT INTO chunks (id, run, last_seq, size, at_ms, contents, events, payloads) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      id,
      run,
      last_seq,
      size,
      at_ms,
      contents,
      events,
      payloads,
    );
  }
  if (events.length > 0) {
    const head = "INSERT INTO events (seq, run, at_ms, type, step, attempt, payload)";
    statements.insertMany(head, events, EVENT_COLUMNS);
  }
}

function writeVerdicts(
  statements: Statements,
  { checks, backfills }: Pick<Write, "checks" | "backfills">,
): void {
  for (const { asset, name, partition, seq, run, at_ms, passed, record } of checks) {
    statements.run(
      "INSERT INTO checks (asset, name, partition, seq, run, at_ms, passed, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT DO UPDATE SET seq = excluded.seq, run = excluded.run, at_ms = excluded.at_ms, " +
        "passed = excluded.passed, record = excluded.record WHERE excluded.seq > seq",
      asset,
      name,
      partition,
      seq,
      run,
      at_ms,
      passed,
      record,
    );
  }
  for (const { seq, id, status, created_ms, finished_ms, tags, plan } of backfills) {
    statements.run(
      "INSERT INTO backfills (seq, id, status, created_ms, finished_ms, tags, plan) VALUES (?, ?, ?, ?, ?, ?, ?) " +
        "ON CONFLICT (seq) DO UPDATE SET status = excluded.status, finished_ms = excluded.finished_ms",
      seq,
      id,
      status,
      created_ms,
      finished_ms,
      tags,
      plan,
    );
  }
}

function writeTicks(statements: Statements, { triggers, ticks }: Pick<Write, "triggers" | "ticks">): void {
  for (const { id, record } of triggers) {
    statements.run("INSERT OR REPLACE INTO triggers (id, record) VALUES (?, ?)", id, record);
  }
  for (const { seq, source, identity, record } of ticks) {
    const sql = "INSERT INTO ticks (seq, source, identity, record) VALUES (?, ?, ?, ?)";
    statements.run(sql, seq, source, identity, record);
  }
}

function writeImage(
  statements: Statements,
  { lists, segments, dropped }: Pick<Write, "lists" | "segments" | "dropped">,
): void {
  for (const sheet of dropped) {
    const first = sheet * SEGMENTS_PER_SHEET;
    statements.run("DELETE FROM segments WHERE id >= ? AND id < ?", first, first + SEGMENTS_PER_SHEET);
  }
  for (const { name, part, seq, items } of lists) {
    statements.run(
      "INSERT OR REPLACE INTO lists (name, part, seq, items) VALUES (?, ?, ?, ?)",
      toColumn(name),
      part,
      seq,
      items,
    );
  }
  for (const { id, cells, texts } of segments) {
    statements.run("INSERT OR REPLACE INTO segments (id, cells, texts) VALUES (?, ?, ?)", id, cells, texts);
  }
}

/** Takes runs out of sight at once; their events go in small transactions afterwards. */
function forgetRuns(
  statements: Statements,
  { forgotten, carried }: Pick<Write, "forgotten" | "carried">,
): void {
  for (const { seq, asset, cells } of carried) {
    const values: SqlValue[] = [seq, toColumn(asset), cells];
    statements.run("INSERT INTO carried (seq, asset, cells) VALUES (?, ?, ?)", ...values);
  }
  for (const run of forgotten) {
    statements.run(
      "INSERT OR IGNORE INTO forgotten (run, first_seq, last_seq) " +
        "SELECT number, first_seq, last_seq FROM runs WHERE number = ?",
      run,
    );
    statements.run("DELETE FROM runs WHERE number = ?", run);
  }
}
