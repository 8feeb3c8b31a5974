/** What a store asks of its file: calls of plain values, so that they can cross to a thread. */
import type { ListRow } from "../../codec/image.ts";
import type { NamedText } from "../../codec/scope.ts";
import type { SegmentRow } from "../../codec/segment.ts";
import type { BackfillFilter, RunFilter, TickFilter } from "../../store.ts";
import type {
  BackfillRow,
  CarriedRows,
  CheckRow,
  LogPage,
  MetaName,
  Projected,
  RunRow,
  TickRow,
  TriggerRow,
  Write,
} from "./rows.ts";

/** Which part of the log to read. Chunks without any of `contents` are left out; 0 asks for all. */
export interface LogQuery {
  readonly after: number;
  readonly contents: number;
  /** How many chunks and rows at most; for the log of all runs, how many places. */
  readonly limit: number;
}

/** Which runs of scopes to read: numbers below one, with an event between two places, both included. */
export interface RunsOfScopes {
  readonly before: number;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** Calls on an open file. All of them are short, and none waits. */
export interface FileApi {
  /** Writes all of it or nothing. Throws STORE_LOCKED when another writer has taken over. */
  commit(write: Write, nowMs: number): void;
  /** Says that the writer is alive. */
  beat(nowMs: number): void;
  /** The size of the write-ahead log, and for one larger than `mostBytes` whether a reader keeps it from being cut. */
  walState(mostBytes: number): { readonly bytes: number; readonly isHeld: boolean };
  /** Gives up the lock and closes. */
  close(): void;
  /** Lets all reads until `release` see the same moment. */
  hold(): void;
  release(): void;
  /** Whether a process that lives writes the file. */
  hasWriter(nowMs: number): boolean;
  meta(): { readonly [name in MetaName]: number };
  /** A number that changes when another connection has written. */
  dataVersion(): number;

  run(id: string): RunRow | undefined;
  runs(filter: RunFilter): RunRow[];
  /** Runs after a number, by number. */
  runsFrom(number: number, limit: number): RunRow[];
  /** Runs of some scopes, newest first. */
  runsOfScopes(scopes: readonly string[], query: RunsOfScopes): RunRow[];
  /** Ids of runs by number; a run that is gone is absent. */
  idsOf(numbers: readonly number[]): [number: number, id: string][];
  /** Finished runs that ended before an instant, by number and after one. */
  expired(beforeMs: number, after: number, limit: number): RunRow[];
  scopeNames(): string[];
  scope(name: string): { readonly nodes: string; readonly parts: NamedText[] };

  /** Events of a run after a place. */
  logOfRun(run: number, query: LogQuery): LogPage;
  /** Events of all runs after a place, or the next there are. */
  log(query: LogQuery): LogPage;
  checks(asset: string | undefined, limit: number): CheckRow[];
  backfill(id: string): BackfillRow | undefined;
  backfills(filter: BackfillFilter): BackfillRow[];
  runsOfBackfill(id: string): string[];
  liveBackfills(): BackfillRow[];
  triggers(): TriggerRow[];
  ticks(filter: TickFilter): TickRow[];

  lists(): ListRow[];
  segments(after: number, limit: number): SegmentRow[];
  carried(asset: string | undefined): CarriedRows[];
  /** Removes some events of forgotten runs; gives whether there are more. */
  sweep(limit: number): boolean;
  /** Removes scopes and parts that no run refers to. */
  sweepScopes(): void;
  /** Puts projections in the place of those that are there. */
  rewrite(projections: Projected): void;
}
