/**
 * The table by which processes that share a file ask the one that writes it: a row for each command, with its request and,
 * later, its answer. Whoever asks writes it by a connection of its own; only the writer of the file takes and answers.
 */
import { type Clock, type Random, systemClock, systemRandom } from "../../model/ports.ts";
import { connectNodeSqlite } from "./file/driver.ts";
import { retryBusy } from "./file/port.ts";
import { readMeta } from "./file/queries.ts";
import { Statements } from "./file/statements.ts";
import { transact } from "./file/transact.ts";
import { WriterLock } from "./file/writer_lock.ts";
import { findOwner } from "./owner.ts";

/** A command that has no answer yet. */
export interface OpenCommand {
  readonly id: string;
  /** JSON. */
  readonly request: string;
  /** The fence of the writer that has begun it; null when none has. */
  readonly taken: number | null;
}

/** The commands of one file. */
export interface CommandTable {
  /** Asks. */
  send(id: string, request: string): Promise<void>;
  /** The answer as JSON; undefined as long as there is none. */
  answer(id: string): Promise<string | undefined>;
  /** Removes a command whose answer was read. */
  forget(id: string): Promise<void>;
  /** What was asked and not answered, in the order in which it was. */
  open(): Promise<readonly OpenCommand[]>;
  /** Notes that the writer with this fence begins a command. False when it is the writer no more. */
  take(id: string, fence: number): Promise<boolean>;
  /** Answers. False when the writer with this fence is the writer no more. */
  reply(id: string, fence: number, answer: string): Promise<boolean>;
  /** Says that the writer with this fence looks for commands. */
  serve(fence: number): Promise<void>;
  /** Whether the latest writer has said so: one that was not asked to share never does. */
  isServed(): boolean;
  /** Removes answers that nobody has read for an hour. */
  sweep(): Promise<void>;
  /** A number that changes when something was written by another connection. Costs a few microseconds. */
  version(): number;
  /** Whether a process that lives writes the file. */
  hasWriter(): boolean;
  /** The fence of the latest writer. */
  fence(): number;
  /** The highest place of an event. */
  lastSeq(): number;
  close(): Promise<void>;
}

/** What waiting for the file's lock takes. */
export interface CommandOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly lockWaitMs?: number;
}

/** Answers are read at once, unless whoever asked has died. */
const KEPT_MS = 3_600_000;

const OWNED = "EXISTS (SELECT 1 FROM meta WHERE name = 'fence' AND value = ?)";

const SERVED = "SELECT count(*) FROM meta AS one JOIN meta AS other ON one.value = other.value " +
  "WHERE one.name = 'fence' AND other.name = 'serves'";

/** Opens the commands of a file that a store has opened before. */
export async function openCommands(path: string, options: CommandOptions = {}): Promise<CommandTable> {
  const { clock = systemClock, random = systemRandom, lockWaitMs: waitMs = 30_000 } = options;
  const connection = connectNodeSqlite(path, { readOnly: false });
  connection.exec("PRAGMA busy_timeout = 0");
  connection.exec("PRAGMA synchronous = FULL");
  const statements = new Statements(connection);
  const lock = new WriterLock(statements, path, await findOwner(random));
  const waiting = { clock, random, waitMs, warn: () => {} };
  const write = (sql: string, ...values: (string | number)[]) =>
    retryBusy(() => transact(connection, () => statements.run(sql, ...values)), path, waiting);
  const read = <T>(work: () => T) => retryBusy(work, path, waiting);
  return {
    send: async (id, request) =>
      void await write(
        "INSERT INTO commands (id, request, sent_ms) VALUES (?, ?, ?)",
        id,
        request,
        clock.now(),
      ),
    answer: (id) =>
      read(() => statements.column<string | null>("SELECT answer FROM commands WHERE id = ?", id)[0])
        .then((answer) => answer ?? undefined),
    forget: async (id) => void await write("DELETE FROM commands WHERE id = ?", id),
    open: () =>
      read(() =>
        statements.all<OpenCommand>(
          "SELECT id, request, taken FROM commands WHERE answer IS NULL ORDER BY seq",
        )
      ),
    take: async (id, fence) =>
      await write(`UPDATE commands SET taken = ? WHERE id = ? AND ${OWNED}`, fence, id, fence) > 0,
    reply: async (id, fence, answer) =>
      await write(`UPDATE commands SET answer = ? WHERE id = ? AND ${OWNED}`, answer, id, fence) > 0,
    serve: async (fence) =>
      void await write("INSERT OR REPLACE INTO meta (name, value) VALUES ('serves', ?)", fence),
    isServed: () => statements.column<number>(SERVED)[0] === 1,
    sweep: async () =>
      void await write(
        "DELETE FROM commands WHERE answer IS NOT NULL AND sent_ms < ?",
        clock.now() - KEPT_MS,
      ),
    version: () => statements.column<number>("PRAGMA data_version")[0],
    hasWriter: () => lock.isHeld(clock.now()),
    fence: () => readMeta(statements).fence,
    lastSeq: () => readMeta(statements).last_seq,
    close: () => read(() => connection.close()),
  };
}
