/** The process as a host: its streams, signals and console. */
import { Console } from "node:console";
import process from "node:process";
import { userInfo } from "node:os";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { systemClock } from "../../model/ports.ts";
import { type Mask, openMask } from "../../runtime/redact/mask.ts";
import type { StopSignal } from "../exit.ts";
import { takeStdout } from "./descriptor.ts";
import type { Host, Output } from "./host.ts";
import { openInput, type TextStream } from "./input.ts";

/**
 * The host that a command has when it is started from a shell: the streams, signals and environment of the process.
 *
 * @example
 * ```ts
 * import { openProcessHost } from "sluice/cli";
 * import assert from "node:assert/strict";
 *
 * assert.match(openProcessHost().runtime, /^(bun|deno|node) \d/);
 * ```
 */
export function openProcessHost(): Host {
  const mask = openMask();
  const stdout = openOutput(process.stdout);
  return {
    stdout,
    stderr: openOutput(process.stderr, mask),
    stdin: openInput(() => process.stdin as unknown as TextStream),
    env: process.env,
    user: userName(),
    cwd: process.cwd(),
    clock: systemClock,
    runtime: runtimeName(),
    ask,
    onSignal,
    onUncaught,
    onEnd,
    exit: (code) => process.exit(code),
    guardUserCode: (write) => guardUserCode(write, mask),
    sealStdout: () => sealStdout(stdout),
    mask,
  };
}

/** Containers may have a user without a name. */
function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

function openOutput(stream: NodeJS.WriteStream, mask: Mask = openMask()): Output {
  const write = stream.write.bind(stream);
  let isClosed = false;
  // A reader that went away is no failure: `| head` has seen enough.
  stream.on("error", () => {
    isClosed = true;
  });
  return {
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns;
    },
    get isClosed() {
      return isClosed;
    },
    write: (text) =>
      new Promise((resolve) => {
        if (isClosed || text === "") return resolve();
        write(mask.apply(text), (error) => {
          if (error) isClosed = true;
          resolve();
        });
      }),
  };
}

async function ask(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const end = new Promise<undefined>((resolve) => reader.once("close", () => resolve(undefined)));
    return await Promise.race([reader.question(question), end]);
  } finally {
    reader.close();
  }
}

function onSignal(listener: (signal: StopSignal) => void): () => void {
  const signals: readonly StopSignal[] = ["SIGINT", "SIGTERM"];
  const listeners = signals.map((signal) => [signal, () => listener(signal)] as const);
  for (const [signal, each] of listeners) process.on(signal, each);
  return () => {
    for (const [signal, each] of listeners) process.off(signal, each);
  };
}

function onUncaught(listener: (error: unknown) => void): () => void {
  process.on("uncaughtException", listener);
  return () => void process.off("uncaughtException", listener);
}

/** Deno's own way to end the process tells nobody, and is where the other one ends: it takes the detour once. */
function onEnd(listener: () => number): () => void {
  const { Deno } = globalThis as { Deno?: { exit(code?: number): void } };
  const leave = Deno?.exit;
  let isEnding = false;
  if (Deno) Deno.exit = (code) => isEnding ? leave?.call(Deno, code) : process.exit(code);
  const end = () => {
    isEnding = true;
    process.exit(listener());
  };
  process.once("exit", end);
  return () => {
    process.off("exit", end);
    if (Deno && leave) Deno.exit = leave;
  };
}

/**
 * Results own stdout: the console and writes of user code go elsewhere, those to stderr too, since they would get
 * between the lines of notes (raw writes to descriptors are not seen). A promise that nobody catches is told and does
 * not end a run.
 */
function guardUserCode(write: (text: string) => void, mask: Mask): () => void {
  const stream = mask.stream();
  const sink = new Writable({
    decodeStrings: false,
    write: (chunk, _encoding, done) => {
      write(stream.write(String(chunk)));
      done();
    },
  });
  Object.assign(globalThis, { console: new Console({ stdout: sink, stderr: sink }) });
  process.stdout.write = sink.write.bind(sink) as typeof process.stdout.write;
  process.stderr.write = sink.write.bind(sink) as typeof process.stderr.write;
  process.on("unhandledRejection", (reason) => {
    const text = reason instanceof Error ? reason.stack ?? reason.message : String(reason);
    write(`A promise was rejected and nobody caught it: ${text}\n`);
  });
  return () => write(stream.end());
}

/** Where the descriptor itself cannot be taken, what the guard of user code replaces has to do. */
async function sealStdout(stdout: Output): Promise<Output> {
  const taken = await takeStdout();
  if (!taken) return stdout;
  let isClosed = false;
  return {
    isTerminal: false,
    columns: undefined,
    get isClosed() {
      return isClosed;
    },
    write: (text) => {
      isClosed ||= !taken.write(text);
      return Promise.resolve();
    },
  };
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions as { readonly [name: string]: string | undefined };
  return bun ? `bun ${bun}` : deno ? `deno ${deno}` : `node ${node}`;
}
