/** One process that makes one attempt: it is given its request, heard, and ended together with all that it started. */
import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import process from "node:process";
import { setTimeout } from "node:timers";
import type { Command } from "./command.ts";

/** How a process ended. */
export interface ChildEnd {
  /** Its exit code; undefined when a signal has ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The last of what it wrote to stderr. */
  readonly lastWords: string;
  /** What kept it from starting. */
  readonly failure?: unknown;
}

/** What a process is started with. */
export interface ChildOrder {
  readonly command: Command;
  readonly env: { readonly [name: string]: string | undefined };
  /** One line, written to stdin, which then stays open as long as this process lives. */
  readonly request: string;
  /** Hears the lines of stdout. */
  readonly heard: (line: string) => void;
}

/** What of stderr is kept for messages, in characters. */
const MOST_WORDS = 4_000;
/** Longer lines of stdout are cut off: no outcome is that long. */
const MOST_LINE = 1 << 24;
/** How long pipes that outlived their process may stay open, in milliseconds. */
const PIPES_MS = 500;
/** On Linux: of all processes, those of steps are the first that the kernel ends for want of memory. */
const FIRST_TO_GO = "1000";

/** A running process, the leader of a group of its own. */
export class Child {
  /** Resolves when the process is gone and what it wrote has been heard; never rejects. */
  readonly ended: Promise<ChildEnd>;
  readonly #child: ChildProcess;
  #lastWords = "";
  #isOver = false;

  constructor({ command: [file, ...args], env, request, heard }: ChildOrder) {
    this.#child = spawn(file, args, { env: { ...env }, stdio: ["pipe", "pipe", "pipe"], detached: true });
    this.#offer();
    this.#listen(heard);
    this.ended = this.#end();
    // A process that is gone before it has read its request is told by its end.
    this.#child.stdin?.on("error", ignore);
    this.#child.stdin?.write(`${request}\n`);
  }

  /** The number of the process and of its group; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Asks the process itself to stop. */
  ask(): void {
    this.#signal((pid) => pid, "SIGTERM");
  }

  /** Ends the whole group at once. */
  kill(): void {
    this.#signal((pid) => -pid, "SIGKILL");
  }

  #signal(target: (pid: number) => number, signal: "SIGTERM" | "SIGKILL"): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#isOver) return;
    try {
      process.kill(target(pid), signal);
    } catch {
      // It is gone already.
    }
  }

  #offer(): void {
    if (process.platform !== "linux" || this.pid === undefined) return;
    try {
      writeFileSync(`/proc/${this.pid}/oom_score_adj`, FIRST_TO_GO);
    } catch {
      // It is gone already, or the host does not allow it: then the kernel chooses as it likes.
    }
  }

  #listen(heard: (line: string) => void): void {
    const { stdout, stderr } = this.#child;
    let rest = "";
    stdout?.setEncoding("utf8").on("data", (piece: string) => {
      const lines = (rest + piece).split("\n");
      rest = (lines.pop() ?? "").slice(0, MOST_LINE);
      for (const line of lines) heard(line);
    });
    stderr?.setEncoding("utf8").on("data", (piece: string) => {
      this.#lastWords = (this.#lastWords + piece).slice(-MOST_WORDS);
      process.stderr.write(piece);
    });
  }

  /** What the process has started is ended with it. Pipes may be held open by what has left the group. */
  #end(): Promise<ChildEnd> {
    return new Promise((resolve) => {
      const end = (told: Omit<ChildEnd, "lastWords">): void => {
        this.#isOver = true;
        this.#child.stdin?.destroy();
        resolve({ ...told, lastWords: this.#lastWords });
      };
      this.#child.once("error", (failure) => {
        if (this.pid === undefined) end({ code: undefined, signal: undefined, failure });
      });
      this.#child.once("exit", (code, signal) => {
        this.kill();
        const told = { code: code ?? undefined, signal: signal ?? undefined };
        const timer = setTimeout(() => end(told), PIPES_MS);
        this.#child.once("close", () => {
          clearTimeout(timer);
          end(told);
        });
      });
    });
  }
}

function ignore(): void {}
