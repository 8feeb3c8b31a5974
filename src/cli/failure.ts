/** From anything that was thrown to a failure with an exit code. */
import type { Issue } from "../model/issue.ts";
import { exitCodes, exitOfIssue } from "./exit.ts";
import { isSluiceError } from "./module/load_failure.ts";
import type { Failure, Finding } from "./print/error.ts";
import { TimeoutError } from "./timeout.ts";

const MOST_CAUSES = 5;

/** What an error means to the caller of a command. */
export function failureOf(error: unknown): Failure {
  const stack = error instanceof Error ? fullStack(error) : undefined;
  if (isSluiceError(error)) {
    const isLoading = error.code === "MODULE_INVALID";
    const causes = isLoading ? causesOf(causeOf(error.cause)) : causesOf(error.cause);
    return { exitCode: exitOfIssue(error.code), findings: error.issues.map(inWordsOfOptions), causes, stack };
  }
  if (error instanceof TimeoutError) {
    const finding = { code: "TIMEOUT", message: error.message, hint: error.hint };
    return { exitCode: exitCodes.timeout, findings: [finding], causes: [], stack };
  }
  return {
    exitCode: exitCodes.fault,
    findings: [unexpected(error)],
    causes: causesOf(causeOf(error)),
    stack,
  };
}

/** The document that `--json` prints for a failure. */
export function failureDocument({ exitCode, findings }: Failure): object {
  const issues = findings.map(({ code, message, path, site, hint }) => ({ code, message, path, site, hint }));
  return { error: { code: issues[0].code, message: issues[0].message, exitCode, issues } };
}

/** Where the library's hint speaks of properties, the command line has options. */
function inWordsOfOptions(issue: Issue): Finding {
  const hint = hintOf(issue);
  return hint === undefined ? issue : { ...issue, hint };
}

function hintOf({ code, path }: Issue): string | undefined {
  if (code === "STORE_LOCKED") {
    return "Commands that only look work beside it; for others, wait until it is done.";
  }
  if (code !== "PLAN_INVALID" || path[0] !== "partitions") return undefined;
  return "Give --partition KEY, --range A...B or --all; or a --scope such as missing.";
}

function unexpected(error: unknown): Finding {
  return {
    code: "FAULT",
    message: `Something happened that Sluice did not expect: ${describe(error)}`,
    hint: "--debug shows where. If it is not your code, please report it.",
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

/** The texts of a chain of causes; a circle ends it. */
function causesOf(error: unknown): string[] {
  const causes: string[] = [];
  for (let cause = error; cause !== undefined && causes.length < MOST_CAUSES; cause = causeOf(cause)) {
    causes.push(describe(cause));
  }
  return causes;
}

function describe(error: unknown): string {
  if (error instanceof Error) return error.message === "" ? error.name : `${error.name}: ${error.message}`;
  try {
    return String(error);
  } catch {
    return typeof error;
  }
}

/** The stack with the stacks of what caused it, as far as there are any. */
function fullStack(error: Error): string | undefined {
  const inner = error.cause instanceof Error ? error.cause.stack : undefined;
  return inner ? `${error.stack ?? ""}\ncaused by ${inner}` : error.stack;
}
