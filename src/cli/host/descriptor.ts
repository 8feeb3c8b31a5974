/**
 * Descriptor 1, taken away from the process: from then on it is a second name of stderr, for this process and all that
 * it starts, whatever they call to write. Only the holder of what is given here still reaches the real stdout.
 *
 * The runtimes have no call for it, so it goes through the C library. Where that cannot be had (Windows, Deno without
 * `--allow-ffi`), nothing is taken, and the caller has to make do with replacing the functions that write.
 */
import { readdirSync, readlinkSync } from "node:fs";
import process from "node:process";

/** Writes to what stdout was. */
export interface TakenStdout {
  /** Writes all of a text before it returns, even to a slow reader; false when the reader is gone. */
  write(text: string): boolean;
}

/** The calls of the C library. */
interface Calls {
  fcntl(descriptor: number, command: number, least: number): number;
  dup(descriptor: number): number;
  dup2(from: number, to: number): number;
  write(descriptor: number, bytes: Uint8Array, count: bigint | number): bigint | number;
  /** Why the last call failed, as a number of the system. */
  reason(): number;
}

const LIBRARIES: readonly string[] = process.platform === "darwin"
  ? ["libSystem.B.dylib"]
  : ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1", "libc.so"];

/** F_DUPFD_CLOEXEC of Linux: the copy is not handed to processes that are started. */
const COPY_AND_CLOSE = 1030;
/** EPIPE: there is no reader any more. */
const NO_READER = 32;
/** How long a reader may take nothing at all before it counts as gone, in milliseconds. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 5;

/** Takes stdout; undefined where that cannot be done. */
export async function takeStdout(): Promise<TakenStdout | undefined> {
  const calls = await loadCalls();
  if (!calls) return undefined;
  const kept = process.platform === "linux" ? calls.fcntl(1, COPY_AND_CLOSE, 3) : calls.dup(1);
  if (kept < 0) return undefined;
  for (const descriptor of namesOfStdout(kept)) if (calls.dup2(2, descriptor) < 0) return undefined;
  return { write: (text) => writeAll(calls, kept, new TextEncoder().encode(text)) };
}

/**
 * The descriptors that lead to stdout. Deno keeps one of its own, which it hands to child processes; only Linux tells
 * which one it is.
 */
function namesOfStdout(kept: number): readonly number[] {
  if (process.platform !== "linux") return [1];
  const target = leadsTo(1);
  const others = target === "/dev/null"
    ? []
    : readdirSync("/proc/self/fd").map(Number).filter((descriptor) =>
      descriptor > 2 && descriptor !== kept && leadsTo(descriptor) === target
    );
  return [1, ...others];
}

function leadsTo(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return undefined;
  }
}

function writeAll(calls: Calls, descriptor: number, bytes: Uint8Array): boolean {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let waitedMs = 0;
  for (let start = 0; start < bytes.length;) {
    const count = Number(calls.write(descriptor, bytes.slice(start), bytes.length - start));
    if (count > 0) {
      start += count;
      waitedMs = 0;
    } else if (calls.reason() === NO_READER || waitedMs >= PATIENCE_MS) {
      return false;
    } else {
      Atomics.wait(pause, 0, 0, PAUSE_MS);
      waitedMs += PAUSE_MS;
    }
  }
  return true;
}

async function loadCalls(): Promise<Calls | undefined> {
  const open = await opener();
  for (const library of open ? LIBRARIES : []) {
    try {
      return open?.(library);
    } catch {
      continue;
    }
  }
  return undefined;
}

/** Opens a library. Throws when there is none of that name. */
type Opener = (library: string) => Calls;

async function opener(): Promise<Opener | undefined> {
  const { Deno } = globalThis as { readonly Deno?: DenoForeign };
  if (Deno) return (library) => openByDeno(Deno, library);
  if (!process.versions.bun) return undefined;
  const bun = await import("bun:ffi" as string) as BunForeign;
  return (library) => openByBun(bun, library);
}

/** The place of the number that says why a call failed. */
const REASON = process.platform === "darwin" ? "__error" : "__errno_location";

/** What of `Deno` is used here. */
interface DenoForeign {
  dlopen(library: string, symbols: object): { readonly symbols: unknown };
  readonly UnsafePointerView: new (pointer: unknown) => { getInt32(): number };
}

function openByDeno(deno: DenoForeign, library: string): Calls {
  const { symbols } = deno.dlopen(library, {
    fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
    dup: { parameters: ["i32"], result: "i32" },
    dup2: { parameters: ["i32", "i32"], result: "i32" },
    write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
    [REASON]: { parameters: [], result: "pointer" },
  });
  const calls = symbols as Calls & { readonly [name: string]: () => unknown };
  return { ...calls, reason: () => new deno.UnsafePointerView(calls[REASON]()).getInt32() };
}

/** What of `bun:ffi` is used here. */
interface BunForeign {
  dlopen(library: string, symbols: object): { readonly symbols: unknown };
  readonly read: { i32(pointer: unknown, offset: number): number };
}

function openByBun(bun: BunForeign, library: string): Calls {
  const { symbols } = bun.dlopen(library, {
    fcntl: { args: ["i32", "i32", "i32"], returns: "i32" },
    dup: { args: ["i32"], returns: "i32" },
    dup2: { args: ["i32", "i32"], returns: "i32" },
    write: { args: ["i32", "ptr", "u64"], returns: "i64" },
    [REASON]: { args: [], returns: "ptr" },
  });
  const calls = symbols as Calls & { readonly [name: string]: () => unknown };
  return { ...calls, reason: () => bun.read.i32(calls[REASON](), 0) };
}
