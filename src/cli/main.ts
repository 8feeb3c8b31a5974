#!/usr/bin/env bun
/** The command line: from words to an exit code. */
import process from "node:process";
import type { Host } from "./host/host.ts";
import { openProcessHost } from "./host/process.ts";
import { runProgram } from "./program.ts";
import { openSession } from "./session.ts";
import { commands } from "./table.ts";

export type { Clock } from "../model/ports.ts";
export type { StopSignal } from "./exit.ts";
export type { Host, Output } from "./host/host.ts";
export type { Input } from "./host/input.ts";
export { openProcessHost };

/**
 * Runs one command to its end, in this process or in what stands in for it.
 *
 * @param argv The words after the name of the program.
 * @param host Streams, environment, time and signals; {@linkcode openProcessHost} gives those of the process.
 * @returns The exit code; errors are printed and never thrown.
 * @example
 * ```ts
 * import { main, openProcessHost } from "sluice/cli";
 * import assert from "node:assert/strict";
 *
 * let out = "";
 * const host = openProcessHost();
 * const stdout = { ...host.stdout, write: (text: string) => Promise.resolve(void (out += text)) };
 *
 * assert.equal(await main(["--version"], { ...host, stdout }), 0);
 * assert.match(out, /^sluice \d+\.\d+\.\d+ /);
 * ```
 */
export function main(argv: readonly string[], host: Host): Promise<number> {
  return runProgram({ commands, openSession }, argv, host);
}

if (import.meta.main) {
  const host = openProcessHost();
  host.exit(await main(process.argv.slice(2), host));
}
