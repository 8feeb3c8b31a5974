/** A program: a table of commands, from words to an exit code. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { sortArguments } from "./line/arguments.ts";
import type { Answer, Command } from "./command.ts";
import { failureDocument, failureOf } from "./failure.ts";
import { answerHelp } from "./line/help.ts";
import type { Host } from "./host/host.ts";
import { type Notes, openNotes } from "./host/notes.ts";
import { type Invocation, parseInvocation } from "./line/parse.ts";
import { maskRecord } from "../runtime/redact/json.ts";
import { writeAnswer, writeDocument } from "./print/answer.ts";
import { formatFailure } from "./print/error.ts";
import { inert } from "./print/inert.ts";
import { isInteractive, openPage, type Page } from "./print/page.ts";
import type { OpenSession, OpenSessionRequest } from "./session.ts";
import { answerVersion } from "./version.ts";

/** What there is to run, and over what. */
export interface Program {
  readonly commands: readonly Command[];
  /** Opens the session of one command. */
  openSession(request: OpenSessionRequest): OpenSession;
}

/** The looks that were asked for; known before the command line is understood, so that errors can follow them. */
interface Looks {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  readonly isDebug: boolean;
  readonly color: boolean | undefined;
}

/** Runs one command of a program to its end. Gives the exit code; errors are printed and never thrown. */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  host: Host,
): Promise<number> {
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
    return await answer(program, argv, host, notes, page, looks.isJson);
  } catch (error) {
    return await tell(error, host, notes, looks);
  } finally {
    notes.status(undefined);
    await notes.flush();
  }
}

async function answer(
  program: Program,
  argv: readonly string[],
  host: Host,
  notes: Notes,
  page: Page,
  isJson: boolean,
): Promise<number> {
  const invocation = parseInvocation(argv, program.commands);
  const { command, options } = invocation;
  const print = async (answer: Answer): Promise<number> => {
    await writeAnswer(answer, page, isJson, host.stdout);
    return answer.exitCode ?? 0;
  };
  if (options.version) return await print(answerVersion(host.runtime));
  if (options.help || !command) return await print(answerHelp(command, program.commands));
  return await call(program, command, invocation, host, notes, print);
}

async function call(
  program: Program,
  command: Command,
  { options, words }: Invocation,
  host: Host,
  notes: Notes,
  print: (answer: Answer) => Promise<number>,
): Promise<number> {
  const given = { option: options.module, variable: host.env.SLUICE_MODULE };
  const { module, args } = sortArguments(command, words, given);
  if (module?.source === "SLUICE_MODULE") noteMistakenModule(words, module.name, host, notes);
  const session = program.openSession({ module: module?.name, options, host, notes });
  try {
    return await print(await command.run({ args, options, session, host, notes, table: program.commands }));
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
  const failure = maskRecord(failureOf(error), host.mask);
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
