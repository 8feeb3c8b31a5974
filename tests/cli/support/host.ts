/** A host for tests: streams into strings, time by hand, signals on demand. */
import { Readable } from "node:stream";
import type { StopSignal } from "../../../src/cli/exit.ts";
import type { Host, Output } from "../../../src/cli/host/host.ts";
import { openInput } from "../../../src/cli/host/input.ts";
import { type Clock, systemClock } from "../../../src/model/ports.ts";
import { openMask } from "../../../src/runtime/redact/mask.ts";

/** A stream that keeps what is written to it. */
export interface MemoryOutput extends Output {
  readonly text: () => string;
}

/** What a test says about its host. */
export interface HostOptions {
  readonly env?: { readonly [name: string]: string | undefined };
  readonly cwd?: string;
  /** Makes both streams terminals of this width. */
  readonly columns?: number;
  readonly clock?: Clock;
  /** The answer of the person at the terminal. */
  readonly answer?: string;
  /** After so many characters the reader of stdout is gone. */
  readonly closesAfter?: number;
  /** What stdin gives before it ends. */
  readonly input?: string;
}

/** A host and what happened to it. */
export interface TestHost extends Host {
  readonly stdout: MemoryOutput;
  readonly stderr: MemoryOutput;
  readonly questions: readonly string[];
  /** The codes with which the process would have ended at once. */
  readonly exits: readonly number[];
  send(signal: StopSignal): void;
}

export function openTestHost(options: HostOptions = {}): TestHost {
  const listeners = new Set<(signal: StopSignal) => void>();
  const questions: string[] = [];
  const exits: number[] = [];
  const stdout = memoryOutput(options.columns, options.closesAfter);
  return {
    stdout,
    stderr: memoryOutput(options.columns),
    stdin: openInput(() => Readable.from(options.input === undefined ? [] : [options.input])),
    env: options.env ?? {},
    user: "ada",
    cwd: options.cwd ?? "/",
    clock: options.clock ?? systemClock,
    runtime: "test 1.0.0",
    questions,
    exits,
    ask(question) {
      questions.push(question);
      return Promise.resolve(options.answer);
    },
    onSignal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onUncaught: () => () => {},
    onEnd: () => () => {},
    exit: (code) => void exits.push(code),
    guardUserCode: () => () => {},
    sealStdout: () => Promise.resolve(stdout),
    mask: openMask(),
    send(signal) {
      for (const listener of listeners) listener(signal);
    },
  };
}

export function memoryOutput(columns?: number, closesAfter = Infinity): MemoryOutput {
  let text = "";
  return {
    isTerminal: columns !== undefined,
    columns,
    get isClosed() {
      return text.length >= closesAfter;
    },
    text: () => text,
    write(piece) {
      if (text.length < closesAfter) text += piece;
      return Promise.resolve();
    },
  };
}

/** Time that passes when it is told to. */
export interface HandClock extends Clock {
  advance(durationMs: number): void;
}

export function handClock(startMs = 0): HandClock {
  let nowMs = startMs;
  const waiting = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  return {
    now: () => nowMs,
    after(delayMs, callback) {
      const entry = { atMs: nowMs + delayMs, callback };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advance(durationMs) {
      const endMs = nowMs + durationMs;
      for (;;) {
        const [next] = [...waiting].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs);
        if (!next) break;
        waiting.delete(next);
        nowMs = next.atMs;
        next.callback();
      }
      nowMs = endMs;
    },
  };
}
