#!/usr/bin/env bun
/** The command line: from words to an exit code. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { sortArguments } from "./line/arguments.ts";
import type { Answer, Command } from "./command.ts";
import { failureDocument, failureOf } from "./failure.ts";
import { answerHelp } from "./line/help.ts";
import type { Host } from "./host/host.ts";
import { type Notes, openNotes } from "./host/notes.ts";
import { type Invocation, parseInvocation } from "./line/parse.ts";
import { writeAnswer, writeDocument } from "./print/answer.ts";
import { formatFailure } from "./print/error.ts";
import { inert } from "./print/inert.ts";
import { isInteractive, openPage, type Page } from "./print/page.ts";
import { openProcessHost } from "./host/process.ts";
import { openSession } from "./session.ts";
import { commands } from "./table.ts";
import { answerVersion } from "./version.ts";

export type { Clock } from "../model/ports.ts";
export type { StopSignal } from "./exit.ts";
export type { Host, Output } from "./host/host.ts";
export type { Input } from "./host/input.ts";
export { openProcessHost };

/** The looks that were asked for; known before the command line is understood, so that errors can follow them. */
interface Looks {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isDebug: boolean;
  readonly color: boolean | undefined;
}

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
export async function main(argv: readonly string[], host: Host): Promise<number> {
  const looks = readLooks(argv);
  const nowMs = host.clock.now();
  const around = { env: host.env, color: looks.color };
  const page = openPage({ ...host.stdout, ...around }, nowMs);
  const notes = openNotes({
    output: host.stderr,
    page: openPage({ ...host.stderr, ...around }, nowMs),
    isQuiet: looks.isQuiet,
    isLive: isInteractive({ ...host.stderr, env: host.env }),
  });
  try {
    return await answer(argv, host, notes, page, looks.isJson);
  } catch (error) {
    return await tell(error, host, notes, looks);
  } finally {
    notes.status(undefined);
    await notes.flush();
  }
}

async function answer(
  argv: readonly string[],
  host: Host,
  notes: Notes,
  page: Page,
  isJson: boolean,
): Promise<number> {
  const invocation = parseInvocation(argv, commands);
  const { command, options } = invocation;
  const print = async (answer: Answer): Promise<number> => {
    await writeAnswer(answer, page, isJson, host.stdout);
    return answer.exitCode ?? 0;
  };
  if (options.version) return await print(answerVersion(host.runtime));
  if (options.help || !command) return await print(answerHelp(command, commands));
  return await call(command, invocation, host, notes, print);
}

async function call(
  command: Command,
  { options, words }: Invocation,
  host: Host,
  notes: Notes,
  print: (answer: Answer) => Promise<number>,
): Promise<number> {
  const given = { option: options.module, variable: host.env.SLUICE_MODULE };
  const { module, args } = sortArguments(command, words, given);
  if (module?.source === "SLUICE_MODULE") noteMistakenModule(words, module.name, host, notes);
  const session = openSession(module?.name, options, host, notes);
  try {
    return await print(await command.run({ args, options, session, host, notes, table: commands }));
  } finally {
    await session.close();
  }
}

/** Who names the module twice means the first word, and not the variable. */
function noteMistakenModule([word]: readonly string[], module: string, host: Host, notes: Notes): void {
  if (word === undefined || !/\.[cm]?[jt]sx?$/.test(word) || !existsSync(resolve(host.cwd, word))) return;
  notes.note(`SLUICE_MODULE names the module (${inert(module)}); ${inert(word)} is taken for an argument.`);
}

async function tell(error: unknown, host: Host, notes: Notes, looks: Looks): Promise<number> {
  const failure = failureOf(error);
  notes.status(undefined);
  if (looks.isJson) await writeDocument(failureDocument(failure), host.stdout);
  const { page } = notes;
  notes.alert(...formatFailure(failure, { page, cwd: host.cwd, isDebug: looks.isDebug }));
  return failure.exitCode;
}

function readLooks(argv: readonly string[]): Looks {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  const color = words.findLast((word) => word === "--color" || word === "--no-color");
  return {
    isJson: words.includes("--json"),
    isQuiet: words.some((word) => word === "--quiet" || /^-[a-z]*q/.test(word)),
    isDebug: words.includes("--debug"),
    color: color === undefined ? undefined : color === "--color",
  };
}

if (import.meta.main) {
  const host = openProcessHost();
  host.exit(await main(process.argv.slice(2), host));
}
