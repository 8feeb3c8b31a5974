/** The calls of a file on its connection. */
import { statSync } from "node:fs";
import type { FileApi } from "./api.ts";
import type { Connection } from "./driver.ts";
import * as query from "./queries.ts";
import type { TriggerRow } from "./rows.ts";
import type { Statements } from "./statements.ts";
import { transact } from "./transact.ts";
import { writeMeta, writeProjections, writeRows } from "./write.ts";
import type { WriterLock } from "./writer_lock.ts";

/** What answers the calls of a store. */
export interface FileParts {
  readonly path: string;
  readonly connection: Connection;
  readonly statements: Statements;
  readonly lock: WriterLock;
  readonly readOnly: boolean;
}

/** Answers the calls of a store. */
export function createFileApi(parts: FileParts): FileApi {
  return { ...writingCalls(parts), ...readingCalls(parts) };
}

/** A small log is nobody's concern; for a large one SQLite is asked how much of it could be copied back. */
function readWalState(
  statements: Statements,
  path: string,
  mostBytes: number,
): ReturnType<FileApi["walState"]> {
  const bytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= mostBytes) return { bytes, isHeld: false };
  const state = statements.get<{ log: number; checkpointed: number }>("PRAGMA wal_checkpoint(PASSIVE)");
  return { bytes, isHeld: state !== undefined && state.checkpointed < state.log };
}

type WritingCall = "commit" | "beat" | "close" | "rewrite" | "sweep" | "sweepScopes";

function writingCalls(
  { connection, statements, lock, readOnly }: FileParts,
): Pick<FileApi, WritingCall> {
  return {
    commit(write, nowMs): void {
      const known = query.readLongest(statements);
      const longest = write.chunks.reduce((most, { id, last_seq }) => Math.max(most, last_seq - id), known);
      transact(connection, () => {
        lock.check(nowMs);
        writeRows(statements, write);
        if (longest > known) writeMeta(statements, { longest_chunk: longest });
      });
    },
    beat: (nowMs) => transact(connection, () => lock.beat(nowMs)),
    close(): void {
      if (!readOnly) transact(connection, () => lock.release());
      connection.close();
    },
    rewrite: (projections) => transact(connection, () => writeProjections(statements, projections)),
    sweep: (limit) => transact(connection, () => query.sweepEvents(statements, limit)),
    sweepScopes: () => transact(connection, () => query.sweepScopes(statements)),
  };
}

function readingCalls({ connection, statements, lock, path }: FileParts): Omit<FileApi, WritingCall> {
  return {
    hasWriter: (nowMs) => lock.isHeld(nowMs),
    walState: (mostBytes) => readWalState(statements, path, mostBytes),
    hold: () => connection.exec("BEGIN"),
    release: () => connection.exec("COMMIT"),
    meta: () => query.readMeta(statements),
    dataVersion: () => statements.column<number>("PRAGMA data_version")[0],
    run: (id) => query.findRun(statements, id),
    runs: (filter) => query.listRuns(statements, filter),
    runsFrom: (number, limit) => query.runsFrom(statements, number, limit),
    runsOfScopes: (scopes, asked) => query.runsOfScopes(statements, scopes, asked),
    idsOf: (numbers) => query.idsOf(statements, numbers),
    expired: (beforeMs, after, limit) => query.expired(statements, beforeMs, after, limit),
    scopeNames: () => statements.column<string>("SELECT name FROM scopes"),
    scope: (name) => query.findScope(statements, name),
    logOfRun: (run, asked) => query.logOfRun(statements, run, asked),
    log: (asked) => query.readLog(statements, asked),
    checks: (asset, limit) => query.listChecks(statements, asset, limit),
    backfill: (id) => query.findBackfill(statements, id),
    backfills: (filter) => query.listBackfills(statements, filter),
    liveBackfills: () => query.liveBackfills(statements),
    triggers: () => statements.all<TriggerRow>("SELECT * FROM triggers ORDER BY id"),
    ticks: (filter) => query.listTicks(statements, filter),
    runsOfBackfill: (id) => query.runsOfBackfill(statements, id),
    lists: () => query.readLists(statements),
    segments: (after, limit) => query.readSegments(statements, after, limit),
    carried: (asset) => query.readCarried(statements, asset),
  };
}
