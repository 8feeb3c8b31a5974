/** What is asked of a file. */
import { tickIdentity } from "../../../model/events/ticks.ts";
import type { ChunkRow } from "../../codec/chunk.ts";
import type { EventRow } from "../../codec/event_row.ts";
import type { ListRow } from "../../codec/image.ts";
import { type NamedText, partsOfScope } from "../../codec/scope.ts";
import type { SegmentRow } from "../../codec/segment.ts";
import type { BackfillFilter, RunFilter, TickFilter } from "../../store.ts";
import type { LogQuery, RunsOfScopes } from "./api.ts";
import type { SqlValue } from "./driver.ts";
import type { BackfillRow, CarriedRows, CheckRow, LogPage, MetaName, RunRow, TickRow } from "./rows.ts";
import type { Statements } from "./statements.ts";
import { fromColumn, toColumn } from "./texts.ts";

export function readMeta(statements: Statements): { readonly [name in MetaName]: number } {
  const known = new Map(
    statements.all<{ readonly name: string; readonly value: number }>("SELECT name, value FROM meta")
      .map(({ name, value }) => [name, value]),
  );
  return {
    last_seq: Math.max(known.get("last_seq") ?? 0, lastPlace(statements)),
    redo_seq: known.get("redo_seq") ?? 0,
    longest_chunk: readLongest(statements),
    last_run: Math.max(
      known.get("last_run") ?? 0,
      statements.column<number>("SELECT ifnull(max(number), 0) FROM runs")[0],
    ),
    fence: known.get("fence") ?? 0,
    history: known.get("history") ?? 0,
  };
}

/** The longest distance from the first place of a chunk to its last. */
export function readLongest(statements: Statements): number {
  return statements.column<number>("SELECT value FROM meta WHERE name = 'longest_chunk'")[0] ?? 0;
}

/** The last place in the log: a chunk that begins earlier than the last one may end later. */
function lastPlace(statements: Statements): number {
  const [lastChunk] = statements.column<number>("SELECT ifnull(max(id), 0) FROM chunks");
  const [inChunks] = statements.column<number>(
    "SELECT ifnull(max(last_seq), 0) FROM chunks WHERE id >= ?",
    lastChunk - readLongest(statements),
  );
  const [inEvents] = statements.column<number>("SELECT ifnull(max(seq), 0) FROM events");
  return Math.max(inChunks, inEvents);
}

export function findRun(statements: Statements, id: string): RunRow | undefined {
  return statements.get<RunRow>("SELECT * FROM runs WHERE id = ?", toColumn(id));
}

/** Runs that pass a filter, newest first. */
export function listRuns(statements: Statements, filter: RunFilter): RunRow[] {
  const { status, job, backfill, parent, before, limit = 100 } = filter;
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  if (status) {
    conditions.push(`status IN (${status.map(() => "?").join(", ")})`);
    values.push(...status);
  }
  for (const [column, text] of Object.entries({ job, backfill, parent })) {
    if (text === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(toColumn(text));
  }
  if (before !== undefined) {
    conditions.push("number < (SELECT number FROM runs WHERE id = ?)");
    values.push(toColumn(before));
  }
  const where = conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : "";
  return statements.all<RunRow>(`SELECT * FROM runs ${where} ORDER BY number DESC LIMIT ?`, ...values, limit);
}

export function runsFrom(statements: Statements, number: number, limit: number): RunRow[] {
  return statements.all<RunRow>("SELECT * FROM runs WHERE number > ? ORDER BY number LIMIT ?", number, limit);
}

/** One scope at a time, so that each is one walk along the index. */
export function runsOfScopes(
  statements: Statements,
  scopes: readonly string[],
  { before, from, to, limit }: RunsOfScopes,
): RunRow[] {
  const found = scopes.flatMap((scope) =>
    statements.all<RunRow>(
      "SELECT * FROM runs WHERE scope = ? AND number < ? AND last_seq >= ? AND first_seq <= ? " +
        "ORDER BY number DESC LIMIT ?",
      scope,
      before,
      from,
      to,
      limit,
    )
  );
  return found.sort((a, b) => b.number - a.number).slice(0, limit);
}

export function idsOf(statements: Statements, numbers: readonly number[]): [number: number, id: string][] {
  return numbers.flatMap((number) => {
    const [id] = statements.column<string>("SELECT id FROM runs WHERE number = ?", number);
    return id === undefined ? [] : [[number, fromColumn(id)] as [number, string]];
  });
}

/** Finished runs are mostly in the order of their numbers: the walk goes by these, and not by the index of states. */
export function expired(statements: Statements, beforeMs: number, after: number, limit: number): RunRow[] {
  return statements.all<RunRow>(
    "SELECT * FROM runs WHERE number > ? AND +status IN ('success', 'failed', 'canceled') " +
      "AND finished_ms < ? ORDER BY number LIMIT ?",
    after,
    beforeMs,
    limit,
  );
}

export function findScope(
  statements: Statements,
  name: string,
): { readonly nodes: string; readonly parts: NamedText[] } {
  const [nodes] = statements.column<string>("SELECT nodes FROM scopes WHERE name = ?", name);
  const parts = partsOfScope(nodes).map((part) => {
    const [text] = statements.column<string>("SELECT nodes FROM parts WHERE name = ?", part);
    return { name: part, text };
  });
  return { nodes, parts };
}

/** As many chunks are read at once at most. */
const PAGE_CHUNKS = 64;

/** The number that stands for no run. */
export const CATALOGUE = 0;

export function logOfRun(statements: Statements, run: number, { after, contents, limit }: LogQuery): LogPage {
  const most = Math.max(1, Math.min(PAGE_CHUNKS, limit));
  const chunks = statements.all<ChunkRow>(
    "SELECT * FROM chunks WHERE run = ? AND last_seq > ? AND (? = 0 OR contents & ? <> 0) ORDER BY id LIMIT ?",
    run,
    after,
    contents,
    contents,
    most,
  );
  const events = eventsOfRun(statements, run, after, limit);
  const end = Math.min(
    chunks.length === most ? chunks[most - 1].last_seq : Infinity,
    events.length === limit ? events[limit - 1][0] : Infinity,
  );
  return { chunks: chunks.filter(({ id }) => id <= end), events: events.filter(([seq]) => seq <= end), end };
}

/** Rows of events lie in the order of all; a run knows between which places its own are. */
function eventsOfRun(statements: Statements, run: number, after: number, limit: number): EventRow[] {
  const bounds = statements.get<{ readonly first_seq: number; readonly last_seq: number }>(
    "SELECT first_seq, last_seq FROM runs WHERE number = ?",
    run,
  );
  return statements.all<object>(
    "SELECT * FROM events WHERE seq > ? AND seq <= ? AND run = ? ORDER BY seq LIMIT ?",
    Math.max(after, (bounds?.first_seq ?? 1) - 1),
    bounds?.last_seq ?? Number.MAX_SAFE_INTEGER,
    run,
    limit,
  ).map(asEventRow);
}

/** Chunks overlap: those that begin up to the longest one earlier are looked at too. */
export function readLog(statements: Statements, { after, contents, limit }: LogQuery): LogPage {
  const from = after - readLongest(statements) - 1;
  const [firstEvent] = statements.column<number>("SELECT min(seq) FROM events WHERE seq > ?", after);
  const [firstChunk] = statements.column<number>(
    "SELECT id FROM chunks WHERE id > ? AND last_seq > ? ORDER BY id LIMIT 1",
    from,
    after,
  );
  const first = Math.max(after, Math.min(firstEvent ?? Infinity, firstChunk ?? Infinity));
  if (first === Infinity) return { chunks: [], events: [], end: Infinity };
  const end = first + limit;
  const chunks = statements.all<ChunkRow>(
    "SELECT * FROM chunks WHERE id > ? AND id <= ? AND last_seq > ? AND (? = 0 OR contents & ? <> 0) ORDER BY id",
    from,
    end,
    after,
    contents,
    contents,
  );
  const events = statements.all<object>(
    "SELECT * FROM events WHERE seq > ? AND seq <= ? ORDER BY seq",
    after,
    end,
  );
  return { chunks, events: events.map(asEventRow), end };
}

function asEventRow(row: object): EventRow {
  return Object.values(row) as EventRow;
}

export function listChecks(statements: Statements, asset: string | undefined, limit: number): CheckRow[] {
  return asset === undefined
    ? statements.all<CheckRow>("SELECT * FROM checks ORDER BY seq DESC LIMIT ?", limit)
    : statements.all<CheckRow>(
      "SELECT * FROM checks WHERE asset = ? ORDER BY seq DESC LIMIT ?",
      toColumn(asset),
      limit,
    );
}

export function findBackfill(statements: Statements, id: string): BackfillRow | undefined {
  return statements.get<BackfillRow>("SELECT * FROM backfills WHERE id = ?", toColumn(id));
}

export function listBackfills(
  statements: Statements,
  { before, limit = 100 }: BackfillFilter,
): BackfillRow[] {
  if (before === undefined) {
    return statements.all<BackfillRow>("SELECT * FROM backfills ORDER BY seq DESC LIMIT ?", limit);
  }
  const place = "(SELECT seq FROM backfills WHERE id = ?)";
  const sql = `SELECT * FROM backfills WHERE seq < ${place} ORDER BY seq DESC LIMIT ?`;
  return statements.all<BackfillRow>(sql, toColumn(before), limit);
}

/** Backfills that are not over. */
export function liveBackfills(statements: Statements): BackfillRow[] {
  return statements.all<BackfillRow>("SELECT * FROM backfills WHERE status IN ('running', 'interrupted')");
}

/** Ticks, newest first. */
export function listTicks(
  statements: Statements,
  { trigger, key, before = Number.MAX_SAFE_INTEGER, limit = 100 }: TickFilter,
): TickRow[] {
  if (trigger !== undefined && key !== undefined) {
    return statements.all<TickRow>(
      "SELECT * FROM ticks WHERE source = ? AND identity = ? AND seq < ? LIMIT ?",
      toColumn(trigger),
      toColumn(tickIdentity({ key, dueMs: undefined }) as string),
      before,
      limit,
    );
  }
  return trigger === undefined
    ? statements.all<TickRow>("SELECT * FROM ticks WHERE seq < ? ORDER BY seq DESC LIMIT ?", before, limit)
    : statements.all<TickRow>(
      "SELECT * FROM ticks WHERE source = ? AND seq < ? ORDER BY seq DESC LIMIT ?",
      toColumn(trigger),
      before,
      limit,
    );
}

export function runsOfBackfill(statements: Statements, id: string): string[] {
  return statements.column<string>("SELECT id FROM runs WHERE backfill = ? ORDER BY number", toColumn(id))
    .map(fromColumn);
}

export function readLists(statements: Statements): ListRow[] {
  return statements.all<ListRow>("SELECT * FROM lists ORDER BY name, part")
    .map((row) => ({ ...row, name: fromColumn(row.name) }));
}

export function readSegments(statements: Statements, after: number, limit: number): SegmentRow[] {
  return statements.all<SegmentRow>("SELECT * FROM segments WHERE id > ? ORDER BY id LIMIT ?", after, limit);
}

export function readCarried(statements: Statements, asset: string | undefined): CarriedRows[] {
  const columns = "SELECT * FROM carried";
  return asset === undefined
    ? statements.all<CarriedRows>(`${columns} ORDER BY id`)
    : statements.all<CarriedRows>(`${columns} WHERE asset = ? ORDER BY id`, toColumn(asset));
}

/** Removes events of forgotten runs; gives whether there are more. */
export function sweepEvents(statements: Statements, limit: number): boolean {
  const next = statements.get<
    { readonly run: number; readonly first_seq: number; readonly last_seq: number }
  >(
    "SELECT * FROM forgotten LIMIT 1",
  );
  if (!next) return false;
  const chunks = statements.run(
    "DELETE FROM chunks WHERE id IN (SELECT id FROM chunks WHERE run = ? LIMIT ?)",
    next.run,
    Math.ceil(limit / 8),
  );
  const events = statements.run(
    "DELETE FROM events WHERE seq IN (SELECT seq FROM events WHERE seq BETWEEN ? AND ? AND run = ? LIMIT ?)",
    next.first_seq,
    next.last_seq,
    next.run,
    limit,
  );
  if (chunks + events === 0) statements.run("DELETE FROM forgotten WHERE run = ?", next.run);
  return true;
}

/** Removes scopes without runs, and parts without scopes. */
export function sweepScopes(statements: Statements): void {
  statements.run("DELETE FROM scopes WHERE name NOT IN (SELECT scope FROM runs)");
  const used = new Set(statements.column<string>("SELECT nodes FROM scopes").flatMap(partsOfScope));
  for (const name of statements.column<string>("SELECT name FROM parts")) {
    if (!used.has(name)) statements.run("DELETE FROM parts WHERE name = ?", name);
  }
}
