/** Errors as Dagster keeps them: a message, frames, and the errors that led to it. */
import { inspect } from "node:util";

/** An error as it travels; all fields are always there. */
export interface PipesException {
  /** Class and text, as Python prints them. */
  readonly message: string;
  /** One line for each frame, with its newline. */
  readonly stack: readonly string[];
  /** The class. */
  readonly name: string | null;
  /** What led to it: `error.cause`. */
  readonly cause: PipesException | null;
  /** What was being handled when it was thrown: the body's own error, when a disposal failed as well. */
  readonly context: PipesException | null;
}

/** Chains are cut here: Python walks them recursively. */
const MAX_DEPTH = 20;

/** What was thrown, with its causes. Anything can be thrown in JavaScript, and everything is told. */
export function describeException(thrown: unknown): PipesException {
  return describe(thrown, 0, new Set());
}

function describe(thrown: unknown, depth: number, seen: Set<unknown>): PipesException {
  if (!isError(thrown)) {
    return { message: `thrown: ${show(thrown)}\n`, stack: [], name: null, cause: null, context: null };
  }
  seen.add(thrown);
  const follow = (next: unknown): PipesException | null =>
    next === undefined || next === null || seen.has(next) || depth >= MAX_DEPTH
      ? null
      : describe(next, depth + 1, seen);
  const { error, suppressed } = thrown as { readonly error?: unknown; readonly suppressed?: unknown };
  const isSuppressed = thrown.name === "SuppressedError";
  return {
    message: `${titleOf(thrown)}\n${listErrors(thrown)}`,
    stack: framesOf(thrown),
    name: thrown.name,
    cause: follow(isSuppressed ? error : thrown.cause),
    context: isSuppressed ? follow(suppressed) : null,
  };
}

function titleOf({ name, message }: Error): string {
  return message === "" ? name : `${name}: ${message}`;
}

/** The members of an AggregateError, which Dagster has no place for. */
function listErrors(error: Error): string {
  const { errors } = error as { readonly errors?: unknown };
  if (!Array.isArray(errors)) return "";
  return errors.map((each, index) => `  ${index + 1}. ${isError(each) ? titleOf(each) : show(each)}\n`).join(
    "",
  );
}

/** The lines of the stack that are frames; the rest of it repeats the message. */
function framesOf({ stack }: Error): string[] {
  return (stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)).map((line) => `${line}\n`);
}

function isError(thrown: unknown): thrown is Error {
  return thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
}

function show(value: unknown): string {
  return typeof value === "string" ? value : inspect(value);
}
