/** Copying what the process prints into messages. */
import { Console } from "node:console";
import process from "node:process";
import { StringDecoder } from "node:string_decoder";
import { clearTimeout, setTimeout } from "node:timers";
import type { StreamName } from "../channels/stdio.ts";

/** A running copy. */
export interface Capture {
  /** Hands on what was printed so far. */
  flush(): void;
  /** Hands on the rest and lets the process print as before. */
  stop(): void;
}

/** Text is handed on when it is so long, or so old. */
const CHUNK = 2000;
const DELAY_MS = 1000;

/**
 * Hands on everything that is printed through `console` and `process.stdout` or `process.stderr`, in pieces of at
 * most 2,000 characters; it is printed all the same. What child processes print, or native code, passes by.
 */
export function captureStdio(receive: (stream: StreamName, text: string) => void): Capture {
  const streams = (["stdout", "stderr"] as const).map((name) =>
    copyStream(name, (text) => receive(name, text))
  );
  const restoreConsole = routeConsole();
  return {
    flush: () => streams.forEach((stream) => stream.flush()),
    stop: () => {
      restoreConsole();
      streams.forEach((stream) => stream.stop());
    },
  };
}

function copyStream(name: StreamName, receive: (text: string) => void): Capture {
  const stream = process[name];
  const original = stream.write;
  const decoder = new StringDecoder("utf8");
  let held = "";
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const text = held;
    held = "";
    for (const piece of split(text)) receive(piece);
  };
  const copy = (chunk: unknown): void => {
    held += typeof chunk === "string" ? chunk : decoder.write(chunk as Uint8Array<ArrayBuffer>);
    if (held.length >= CHUNK) flush();
    else if (held !== "") timer ??= setTimeout(flush, DELAY_MS).unref();
  };
  const copying = function (this: unknown, ...args: Parameters<typeof original>): boolean {
    copy(args[0]);
    return original.apply(stream, args);
  } as typeof original;
  stream.write = copying;
  return {
    flush,
    stop: () => {
      held += decoder.end();
      flush();
      if (stream.write === copying) stream.write = original;
    },
  };
}

/** Bun and Deno print what `console` is given without asking `process.stdout`; a console of Node's kind asks. */
function routeConsole(): () => void {
  if (!("Bun" in globalThis) && !("Deno" in globalThis)) return () => {};
  const routed = new Console({ stdout: process.stdout, stderr: process.stderr });
  const before: Record<string, unknown> = {};
  const target = console as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(routed)) {
    if (typeof method !== "function" || typeof target[name] !== "function") continue;
    before[name] = target[name];
    target[name] = method;
  }
  return () => void Object.assign(target, before);
}

/** Pieces of text that split no character. */
function* split(text: string): Generator<string> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(from + CHUNK, text.length);
    if (to < text.length && /[\ud800-\udbff]/.test(text[to - 1])) to -= 1;
    yield text.slice(from, to);
    from = to;
  }
}
