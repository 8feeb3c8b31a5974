/**
 * One writer for a file: a row that says who it is, renewed while it lives. Every commit looks whether it is still
 * ours, so that a process that slept through its lease cannot write after another has taken over.
 */
import { storeError } from "../../refusal.ts";
import type { Statements } from "./statements.ts";

/** Who writes. */
export interface Owner {
  /** Drawn for each opening. */
  readonly instance: string;
  readonly pid: number;
  readonly host: string;
  /** When the process began: a number that was used again is then told apart. */
  readonly processMs: number;
  /** The number by which a file is known from now on that has none yet. */
  readonly history: number;
}

/** How long a writer counts as alive after its last sign. */
export const LEASE_MS = 30_000;

/** Whether a process of this machine is alive. */
export type IsAlive = (pid: number) => boolean;

interface WriterRow {
  readonly instance: string;
  readonly pid: number;
  readonly host: string;
  readonly process_ms: number;
  readonly opened_ms: number;
  readonly beat_ms: number;
  readonly lease_ms: number;
}

/** The lock of one connection. */
export class WriterLock {
  readonly #statements: Statements;
  readonly #path: string;
  readonly #owner: Owner;
  readonly #isAlive: IsAlive;

  constructor(statements: Statements, path: string, owner: Owner, isAlive: IsAlive = isProcessAlive) {
    this.#statements = statements;
    this.#path = path;
    this.#owner = owner;
    this.#isAlive = isAlive;
  }

  /** Whether a writer is alive. */
  isHeld(nowMs: number): boolean {
    const known = this.#read();
    return known !== undefined && this.#lives(known, nowMs);
  }

  /** Whether the writer before did not end as it should, and is gone. */
  wasLeft(nowMs: number): boolean {
    const known = this.#read();
    return known !== undefined && !this.#lives(known, nowMs);
  }

  /**
   * Takes the lock within a transaction, and counts its owners: with the time, so that a copy of the file that was brought
   * back does not fall behind what the file has given out.
   *
   * @throws {SluiceError} STORE_LOCKED, naming the owner, while another writer is alive.
   */
  take(nowMs: number): void {
    const known = this.#read();
    if (known && this.#lives(known, nowMs)) throw locked(this.#path, known, nowMs);
    const { instance, pid, host, processMs, history } = this.#owner;
    this.#statements.run(
      "INSERT OR REPLACE INTO writer (id, instance, pid, host, process_ms, opened_ms, beat_ms, lease_ms) " +
        "VALUES (1, ?, ?, ?, ?, ?, ?, ?)",
      instance,
      pid,
      host,
      processMs,
      nowMs,
      nowMs,
      LEASE_MS,
    );
    this.#statements.run("INSERT OR IGNORE INTO meta (name, value) VALUES ('history', ?)", history);
    this.#statements.run(
      "INSERT INTO meta (name, value) VALUES ('fence', ?) " +
        "ON CONFLICT (name) DO UPDATE SET value = max(value + 1, excluded.value)",
      Math.max(1, Math.floor(nowMs)),
    );
  }

  /** Throws STORE_LOCKED when another writer has taken over. */
  check(nowMs: number): void {
    const known = this.#read();
    if (known?.instance !== this.#owner.instance) throw lost(this.#path, known, nowMs);
  }

  /** Says that this writer is alive. */
  beat(nowMs: number): void {
    const { instance } = this.#owner;
    const changes = this.#statements.run("UPDATE writer SET beat_ms = ? WHERE instance = ?", nowMs, instance);
    if (changes === 0) throw lost(this.#path, this.#read(), nowMs);
  }

  release(): void {
    this.#statements.run("DELETE FROM writer WHERE instance = ?", this.#owner.instance);
  }

  #read(): WriterRow | undefined {
    return this.#statements.get<WriterRow>("SELECT * FROM writer");
  }

  /** On this machine the process itself is asked; of others only the lease tells. */
  #lives(writer: WriterRow, nowMs: number): boolean {
    if (writer.beat_ms + writer.lease_ms <= nowMs) return false;
    if (writer.host !== this.#owner.host) return true;
    if (writer.pid === this.#owner.pid) return writer.process_ms === this.#owner.processMs;
    return this.#isAlive(writer.pid);
  }
}

function locked(path: string, writer: WriterRow, nowMs: number) {
  return storeError("STORE_LOCKED", path, `The store ${path} is written by ${describe(writer, nowMs)}.`, {
    hint: "Close it there, or open it here with readonly: true.",
  });
}

function lost(path: string, writer: WriterRow | undefined, nowMs: number) {
  const by = writer ? describe(writer, nowMs) : "another process, which has closed it since";
  return storeError("STORE_LOCKED", path, `The store ${path} was taken over by ${by}.`, {
    hint: "This process gave no sign of life for longer than its lease. Open the store again.",
  });
}

function describe({ pid, host, opened_ms: openedMs }: WriterRow, nowMs: number): string {
  return `process ${pid} on ${host}, which opened it ${Math.round((nowMs - openedMs) / 1000)} s ago`;
}

function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: string }).code === "EPERM";
  }
}
