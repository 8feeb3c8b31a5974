/** What is wrong with a request, as an answer: problem details of RFC 9457. */
import { SluiceError } from "../model/issue.ts";

/** What a problem is known by; stable across versions, safe to switch on. */
export type ProblemCode =
  | "HOST_REFUSED"
  | "ORIGIN_REFUSED"
  | "CALLER_UNKNOWN"
  | "CALLER_REFUSED"
  | "SIGNATURE_REFUSED"
  | "NOT_FOUND"
  | "METHOD_REFUSED"
  | "BODY_TYPE_REFUSED"
  | "BODY_TOO_LARGE"
  | "BODY_INVALID"
  | "INPUTS_INVALID"
  | "QUERY_INVALID"
  | "KEY_INVALID"
  | "KEY_REUSED"
  | "KEY_IN_USE"
  | "TOO_MANY_REQUESTS"
  | "REQUEST_FAILED";

/** One thing that is wrong, and where. */
export interface ProblemDetail {
  /** What is wrong. */
  readonly message: string;
  /** Where in what was sent: `inputs.days[0]`. */
  readonly path?: string;
  /** How to mend it. */
  readonly hint?: string;
}

/** A request that is refused. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly status: number;
  readonly code: string;
  readonly details: readonly ProblemDetail[];
  readonly headers: { readonly [name: string]: string };

  constructor(
    status: number,
    code: ProblemCode,
    message: string,
    { hint, details, headers }: {
      readonly hint?: string;
      readonly details?: readonly ProblemDetail[];
      readonly headers?: { readonly [name: string]: string };
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details ?? (hint === undefined ? [] : [{ message, hint }]);
    this.headers = headers ?? {};
  }
}

/** Which answers what Sluice refuses is: wrong requests, and times at which it cannot be done. */
const STATUS_OF: { readonly [code: string]: number } = {
  RUN_UNKNOWN: 404,
  CONFIG_INVALID: 422,
  PARTITION_UNKNOWN: 422,
  PARTITIONS_INVALID: 422,
  SELECTION_EMPTY: 422,
  SELECTION_INVALID: 422,
  PLAN_INVALID: 422,
  USAGE: 422,
  STORE_CLOSED: 503,
  STORE_FULL: 503,
  STORE_LOCKED: 503,
  STORE_READONLY: 503,
};

/** The answer to a request that failed. What Sluice does not know is not shown: it may hold what is not for callers. */
export function answerFailure(error: unknown): Response {
  if (error instanceof Problem) return answerProblem(error);
  const status = error instanceof SluiceError ? STATUS_OF[error.code] : undefined;
  if (status === undefined || !(error instanceof SluiceError)) {
    return answerProblem(new Problem(500, "REQUEST_FAILED", "The request could not be carried out."));
  }
  const details = error.issues.map(({ message, path, hint }) => ({
    message,
    ...(path.length > 0 && { path: path.join(".") }),
    ...(hint !== undefined && { hint }),
  }));
  return respond(status, error.code, details[0].message, details, {});
}

function answerProblem({ status, code, message, details, headers }: Problem): Response {
  return respond(status, code, message, details, headers);
}

function respond(
  status: number,
  code: string,
  title: string,
  details: readonly ProblemDetail[],
  headers: { readonly [name: string]: string },
): Response {
  const body = { type: "about:blank", status, code, title, ...(details.length > 0 && { errors: details }) };
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", ...headers },
  });
}
