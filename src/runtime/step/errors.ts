/** What was thrown, as a record: whatever it is, this never throws. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { RecordedError } from "../../model/events/event.ts";
import { SluiceError } from "../../model/issue.ts";

const MOST_MESSAGE = 4_000;
const MOST_STACK = 8_000;
const MOST_CAUSES = 5;

/** Turns anything that was thrown into something readable, free of live objects and of bounded size. */
export function recordError(thrown: unknown): RecordedError {
  return record(thrown, new Set());
}

/** The error of a step that took too long. */
export function timeoutError({ name, timeoutMs }: StepDeclaration): SluiceError {
  return new SluiceError({
    code: "STEP_TIMEOUT",
    message: `${name} took longer than ${timeoutMs} ms.`,
    path: ["steps", name],
    hint: "Raise timeoutMs, or let the body heed `signal`.",
  });
}

function record(thrown: unknown, seen: Set<unknown>): RecordedError {
  if (!isErrorLike(thrown)) return { name: "Thrown", message: cut(describeThrown(thrown), MOST_MESSAGE) };
  seen.add(thrown);
  const code = read(thrown, "code");
  const stack = read(thrown, "stack");
  const cause = read(thrown, "cause");
  const hasCause = cause !== undefined && !seen.has(cause) && seen.size < MOST_CAUSES;
  return {
    name: text(read(thrown, "name")) || "Error",
    message: cut(messageOf(thrown), MOST_MESSAGE),
    ...((typeof code === "string" || typeof code === "number") && { code: String(code) }),
    ...(typeof stack === "string" && { stack: cut(stack, MOST_STACK) }),
    ...(hasCause && { cause: record(cause, seen) }),
  };
}

/** An error of this realm or another: something with a message and a stack. */
function isErrorLike(thrown: unknown): thrown is object {
  if (typeof thrown !== "object" || thrown === null) return false;
  try {
    return thrown instanceof Error || (typeof read(thrown, "message") === "string" && "stack" in thrown);
  } catch {
    return false;
  }
}

/** The message; that of the errors inside when it has none (`Promise.any`). */
function messageOf(error: object): string {
  const own = text(read(error, "message"));
  if (own !== "") return own;
  const inner = read(error, "errors");
  if (!Array.isArray(inner) || inner.length === 0) return "(no message)";
  return inner.slice(0, MOST_CAUSES).map((each) => record(each, new Set([error])).message).join("; ");
}

function describeThrown(thrown: unknown): string {
  switch (typeof thrown) {
    case "string":
      return thrown === "" ? "an empty string was thrown" : thrown;
    case "object":
      return thrown === null ? "null was thrown" : `an object was thrown: ${inspect(thrown)}`;
    case "function":
      return "a function was thrown";
    case "undefined":
      return "undefined was thrown";
    default:
      return `a ${typeof thrown} was thrown: ${String(thrown)}`;
  }
}

function inspect(value: object): string {
  try {
    return JSON.stringify(value) ?? "(nothing that JSON can say)";
  } catch {
    return "(nothing that JSON can say)";
  }
}

/** Reads a property that may be a getter that throws. */
function read(from: object, property: string): unknown {
  try {
    return (from as { readonly [name: string]: unknown })[property];
  } catch {
    return undefined;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function cut(value: string, most: number): string {
  return value.length <= most ? value : `${value.slice(0, most)}... (${value.length - most} more characters)`;
}
