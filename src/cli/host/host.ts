/** What a command needs of the process it runs in: streams, environment, time and signals. */
import type { Clock } from "../../model/ports.ts";
import type { Mask } from "../../runtime/redact/mask.ts";
import type { StopSignal } from "../exit.ts";
import type { Input } from "./input.ts";

/** A stream to write to. */
export interface Output {
  /** Whether a terminal shows what is written. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined for what is none. */
  readonly columns: number | undefined;
  /** True once the reader is gone (`| head`): what is written from then on is dropped. */
  readonly isClosed: boolean;
  /** Resolves when more may be written. */
  write(text: string): Promise<void>;
}

/** The process, or what stands in for it in a test. */
export interface Host {
  /** Takes results. */
  readonly stdout: Output;
  /** Takes everything else: notes, progress, errors. */
  readonly stderr: Output;
  /** Gives what is asked for. */
  readonly stdin: Input;
  /** The environment variables. */
  readonly env: { readonly [name: string]: string | undefined };
  /** Who uses it, by the name that the system knows; undefined where it knows none. */
  readonly user: string | undefined;
  /** The working directory, an absolute path. */
  readonly cwd: string;
  /** The time, and waiting for it. */
  readonly clock: Clock;
  /** Runtime and its version: `bun 1.4.5`. */
  readonly runtime: string;
  /** Asks the person at the terminal; undefined when there is none. */
  ask(question: string): Promise<string | undefined>;
  /** Calls back with every signal to stop, instead of what the process would do by itself. Gives its undoing. */
  onSignal(listener: (signal: StopSignal) => void): () => void;
  /** Calls back with what was thrown where nobody catches it, instead of ending the process. Gives its undoing. */
  onUncaught(listener: (error: unknown) => void): () => void;
  /**
   * Calls back when the process ends and `exit` was not called: by code of the user's, or for want of anything to wait
   * for. The listener gives the exit code and cannot wait. Gives its undoing.
   */
  onEnd(listener: () => number): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
  /**
   * Keeps user code apart from results: what it prints to stdout, and promises that it rejects without catching,
   * become text for `write`. Called before any of it is loaded. Gives what writes the end that the mask held back.
   */
  guardUserCode(write: (text: string) => void): () => void;
  /**
   * Takes stdout away from everything else in the process and in those that it starts: what they write there goes to
   * stderr, and only what is given here reaches the real one. Called before any code of the user's is loaded.
   */
  sealStdout(): Promise<Output>;
  /** Hides the values of secrets: in all that goes to stderr, in outcomes and in errors. */
  readonly mask: Mask;
}
