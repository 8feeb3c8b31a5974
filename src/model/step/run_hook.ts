/** The request to call a hook of a job, for whoever executes its runs. */
import type { StepCounts } from "../events/record.ts";
import type { IssueCode } from "../issue.ts";
import { canonicalJson } from "./canonical.ts";
import { type Fields, readDocument } from "./fields.ts";
import { readError, type StepError } from "./outcome.ts";

const HOOKS = ["onRunStart", "onRunEnd"] as const;
const STATUSES = ["success", "failed", "canceled"] as const;

/** What a run of a job has come to: the hook is told of it. Plain JSON. */
export interface RunHookRequest {
  /** The version of this shape. */
  readonly version: 1;
  /** Which hook: of the beginning of the run, or of its end. */
  readonly hook: "onRunStart" | "onRunEnd";
  /** The run: any text of the caller's. */
  readonly runId: string;
  /** The job that is run. */
  readonly job: string;
  /** Values by name, of the run. Default: none. */
  readonly tags?: { readonly [name: string]: string };
  /** Of `onRunStart`: whether the run is gone on with. Default false. */
  readonly isResumed?: boolean;
  /** Of `onRunEnd`, which needs it: what became of the run. */
  readonly status?: "success" | "failed" | "canceled";
  /** Of `onRunEnd`, which needs it: how many steps came to which end. Counts that are left out are 0. */
  readonly steps?: Partial<StepCounts>;
  /** Of `onRunEnd`: what ended the run, beyond the failures of its steps. */
  readonly error?: StepError;
}

const KIND: { readonly what: string; readonly code: IssueCode } = {
  what: "A request for a hook",
  code: "REQUEST_INVALID",
};

/**
 * Reads a request.
 *
 * @param text One JSON object.
 * @throws {SluiceError} REQUEST_INVALID with an issue for each field that is missing, unknown or of another type.
 * @example
 * ```ts
 * import { parseRunHookRequest } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const { hook } = parseRunHookRequest('{"version":1,"hook":"onRunStart","runId":"r1","job":"nightly"}');
 * assert.equal(hook, "onRunStart");
 * assert.throws(
 *   () => parseRunHookRequest('{"version":1,"hook":"onRunEnd","runId":"r1","job":"nightly"}'),
 *   /status is missing/,
 * );
 * ```
 */
export function parseRunHookRequest(text: string): RunHookRequest {
  return readDocument(text, KIND, readRequest);
}

/**
 * Writes a request as one line of JSON: equal requests give equal texts.
 *
 * @example
 * ```ts
 * import { formatRunHookRequest } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const text = formatRunHookRequest({ job: "nightly", runId: "r1", hook: "onRunStart", version: 1 });
 * assert.equal(text, '{"version":1,"hook":"onRunStart","runId":"r1","job":"nightly"}');
 * ```
 */
export function formatRunHookRequest(request: RunHookRequest): string {
  return canonicalJson(request, ["version", "hook", "runId", "job", "tags", "status", "steps"]);
}

function readRequest(fields: Fields): RunHookRequest {
  const version = fields.version(1);
  const hook = fields.choice("hook", HOOKS);
  const head = {
    version,
    hook,
    runId: fields.text("runId"),
    job: fields.text("job"),
    ...fields.some("tags", (name) => fields.record(name, (each) => each.text())),
  };
  if (hook !== "onRunEnd") return { ...head, ...fields.some("isResumed", (name) => fields.flag(name)) };
  return {
    ...head,
    status: fields.choice("status", STATUSES),
    steps: fields.within("steps", readCounts),
    ...fields.some("error", (name) => fields.within(name, readError)),
  };
}

const COUNTS: readonly (keyof StepCounts)[] = Object.freeze([
  "total",
  "success",
  "failed",
  "skipped",
  "upstreamFailed",
  "canceled",
  "undone",
  "undoFailed",
]);

function readCounts(fields: Fields): Partial<StepCounts> {
  const counts: { [Name in keyof StepCounts]?: number } = {};
  for (const count of COUNTS) Object.assign(counts, fields.some(count, (name) => fields.count(name, 0)));
  return counts;
}
