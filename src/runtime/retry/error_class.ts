/** Which kind of failure an error is, for retry policies with rules by class. */
import { asStepFailure } from "../../model/assets/failure.ts";
import type { ErrorClass } from "../../model/policy.ts";

/** Holds the class of an error that was thrown elsewhere: not all that told it has come along. */
const TOLD: unique symbol = Symbol("error class");

/** How far the chain of causes is followed. */
const MOST_CAUSES = 5;

/** Codes of Sluice, and those of the runtimes and of what they are built on. */
const CODES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ...classed("transient", [
    "BREAKER_OPEN",
    "IO_FAILED",
    "STEP_CRASHED",
    "STEP_LOST",
    "STEP_TIMEOUT",
    "EAI_AGAIN",
    "ECONNABORTED",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ENETUNREACH",
    "EPIPE",
    "ETIMEDOUT",
    "UND_ERR_CONNECT_TIMEOUT",
    "UND_ERR_SOCKET",
  ]),
  ...classed("resource", [
    "MEMORY_EXCEEDED",
    "RESOURCE_FAILED",
    "STORE_FULL",
    "EBUSY",
    "EDQUOT",
    "EMFILE",
    "ENFILE",
    "ENOMEM",
    "ENOSPC",
  ]),
  ...classed("configuration", ["CONFIG_INVALID", "SECRET_MISSING", "EACCES", "EPERM", "ENOTFOUND"]),
  ...classed("validation", ["VALUE_INVALID"]),
  ...classed("permanent", ["DEFINITION_CHANGED", "STEP_FAILED"]),
]);

/** Answers of HTTP, as `status` or `statusCode` of an error. */
const STATUSES: ReadonlyMap<number, ErrorClass> = new Map<number, ErrorClass>([
  ...([408, 425, 500, 502, 503, 504] as const).map((status) => [status, "transient"] as const),
  ...([429, 507] as const).map((status) => [status, "resource"] as const),
  ...([401, 403, 407] as const).map((status) => [status, "configuration"] as const),
  ...([400, 422] as const).map((status) => [status, "validation"] as const),
  ...([404, 410, 501] as const).map((status) => [status, "permanent"] as const),
]);

/**
 * The class of what was thrown: what a `StepFailure` says, else what its code, its HTTP status or its name says, else
 * what led to it; undefined for errors that tell nothing.
 */
export function classOf(thrown: unknown): ErrorClass | undefined {
  let error = thrown;
  for (let depth = 0; depth < MOST_CAUSES; depth++) {
    if (typeof error !== "object" || error === null) return undefined;
    const found = asStepFailure(error)?.errorClass ?? toldClass(error) ?? ownClass(error);
    if (found) return found;
    error = read(error, "cause");
  }
  return undefined;
}

/** Gives an error that was thrown elsewhere the class that it had there. */
export function withClass<E extends Error>(error: E, errorClass: ErrorClass | undefined): E {
  if (errorClass === undefined) return error;
  return Object.defineProperty(error, TOLD, { value: errorClass });
}

function toldClass(error: object): ErrorClass | undefined {
  return TOLD in error ? error[TOLD] as ErrorClass : undefined;
}

/** The codes and statuses of each class, for people. */
export function classMembers(
  wanted: ErrorClass,
): { readonly codes: readonly string[]; readonly statuses: readonly number[] } {
  return {
    codes: [...CODES].filter(([, each]) => each === wanted).map(([code]) => code),
    statuses: [...STATUSES].filter(([, each]) => each === wanted).map(([status]) => status),
  };
}

function ownClass(error: object): ErrorClass | undefined {
  const byCode = CODES.get(String(read(error, "code")));
  if (byCode) return byCode;
  const status = read(error, "status") ?? read(error, "statusCode");
  const byStatus = STATUSES.get(Number(status));
  if (byStatus) return byStatus;
  return read(error, "name") === "TimeoutError" ? "transient" : undefined;
}

function classed(
  errorClass: ErrorClass,
  codes: readonly string[],
): readonly (readonly [string, ErrorClass])[] {
  return codes.map((code) => [code, errorClass]);
}

/** Reads a property that may be a getter that throws. */
function read(from: object, property: string): unknown {
  try {
    return (from as { readonly [name: string]: unknown })[property];
  } catch {
    return undefined;
  }
}
