/** Declaring what requests may start. */
import { SluiceError } from "../../model/issue.ts";
import { show } from "../../model/quote.ts";
import {
  ANYTHING,
  FUNCTION,
  isRecord,
  requireOptions,
  type Shape,
  type Shapes,
  TEXT,
  TEXTS,
} from "../../model/validate/options.ts";
import type { HttpTriggerSpec, IgnoredRequest, RequestTrigger, WebhookSpec } from "./contract.ts";

/** Default of how long an answer may wait for a result. */
const WAIT_MS = 30_000;
const NAME = /^[A-Za-z0-9_-]{1,100}$/;

const SCHEMA: Shape = {
  is: "a schema that follows Standard Schema",
  fits: (value) => (isRecord(value) || typeof value === "function") && "~standard" in value,
};
const RESPOND: Shape = {
  is: '"accepted" or "result"',
  fits: (value) => value === "accepted" || value === "result",
};
const DURATION: Shape = {
  is: "a length of time in milliseconds",
  fits: (value) => Number.isFinite(value) && Number(value) >= 0,
};
const SIGNATURE: Shape = {
  is: "a signature",
  fits: (value) => isRecord(value) && typeof value.verify === "function" && typeof value.name === "string",
};
const ASSETS: Shape = {
  is: "a list of assets or their keys",
  fits: (value) =>
    Array.isArray(value) &&
    value.every((each) => typeof each === "string" || (isRecord(each) && each.kind === "asset")),
};

const COMMON = Object.freeze({
  name: TEXT,
  target: ANYTHING,
  inputs: SCHEMA,
  outputs: ASSETS,
  description: TEXT,
  run: FUNCTION,
});
const HTTP: Shapes<HttpTriggerSpec<unknown>> = Object.freeze({
  ...COMMON,
  respond: RESPOND,
  waitMs: DURATION,
  callers: TEXTS,
});
const WEBHOOK: Shapes<WebhookSpec<unknown>> = Object.freeze({ ...COMMON, signature: SIGNATURE });

/**
 * Declares a trigger: `POST /triggers/<name>` starts a run of its target. The body is checked by the schema before anything is
 * done. The answer comes when the run is on record, or when it is over.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a field of the wrong shape, and for a schema without a `run` that uses it.
 * @example
 * ```ts
 * import { defineAsset } from "sluice";
 * import { defineHttpTrigger } from "sluice/server";
 * import { z } from "zod";
 * import assert from "node:assert/strict";
 *
 * const report = defineAsset({ key: "report", config: z.object({ year: z.int() }), run: ({ config }) => config.year });
 * const yearly = defineHttpTrigger({
 *   name: "yearly-report",
 *   target: report,
 *   inputs: z.object({ year: z.int().min(2000) }),
 *   run: ({ inputs }) => ({ config: { report: inputs } }),
 *   outputs: [report],
 *   respond: "result",
 * });
 * assert.equal(yearly.name, "yearly-report");
 * ```
 */
export function defineHttpTrigger<Inputs = unknown>(spec: HttpTriggerSpec<Inputs>): RequestTrigger {
  const what = requireSpec("defineHttpTrigger()", spec, HTTP, ["name", "target"]);
  if (spec.inputs && !spec.run) {
    throw invalid(what, "inputs", "has a schema and does not say what becomes of the inputs", RUN_HINT);
  }
  return declare("http", spec, {
    respond: spec.respond ?? "accepted",
    waitMs: spec.waitMs ?? WAIT_MS,
    callers: spec.callers && Object.freeze([...spec.callers]),
    signature: undefined,
  });
}

/**
 * Declares a webhook: `POST /triggers/<name>` starts a run of its target when the signature is right, once for each delivery,
 * however often it is sent. It needs no token.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a field of the wrong shape.
 * @example
 * ```ts
 * import { defineAsset } from "sluice";
 * import { defineWebhook, githubSignature, ignoreRequest } from "sluice/server";
 * import { z } from "zod";
 * import assert from "node:assert/strict";
 *
 * const site = defineAsset({ key: "site", run: () => "built" });
 * const pushed = defineWebhook({
 *   name: "pushed",
 *   target: site,
 *   signature: githubSignature("It's a Secret to Everybody"),
 *   inputs: z.object({ ref: z.string() }),
 *   run: ({ inputs }) => inputs.ref === "refs/heads/main" ? {} : ignoreRequest("not the main branch"),
 * });
 * assert.equal(pushed.kind, "webhook");
 * ```
 */
export function defineWebhook<Inputs = unknown>(spec: WebhookSpec<Inputs>): RequestTrigger {
  requireSpec("defineWebhook()", spec, WEBHOOK, ["name", "target", "signature"]);
  return declare("webhook", spec, {
    respond: "accepted",
    waitMs: WAIT_MS,
    callers: undefined,
    signature: spec.signature,
  });
}

/** Says in the `run` of a trigger that a request starts nothing: the sender is told, and that all is well. */
export function ignoreRequest(reason: string): IgnoredRequest {
  return Object.freeze({ kind: "ignored-request", reason });
}

type Settled = Pick<RequestTrigger, "respond" | "waitMs" | "callers" | "signature">;

function declare<Inputs>(
  kind: RequestTrigger["kind"],
  spec: Omit<HttpTriggerSpec<Inputs>, keyof Settled>,
  settled: Settled,
): RequestTrigger {
  return Object.freeze({
    kind,
    name: spec.name,
    target: spec.target,
    inputs: spec.inputs,
    run: spec.run as RequestTrigger["run"],
    outputs: Object.freeze((spec.outputs ?? []).map((each) => typeof each === "string" ? each : each.key)),
    ...settled,
    description: spec.description,
  });
}

function requireSpec(
  verb: string,
  spec: { readonly name: string },
  shapes: Shapes<HttpTriggerSpec<unknown>> | Shapes<WebhookSpec<unknown>>,
  needed: readonly string[],
): string {
  const name = isRecord(spec) ? show(spec.name) : "";
  const what = `The trigger ${name} of ${verb}`;
  requireOptions<unknown>(spec, shapes as Shapes<unknown>, {
    what,
    code: "DEFINITION_INVALID",
    path: ["triggers", name],
    needed,
  });
  if (NAME.test(spec.name)) return what;
  throw invalid(what, "name", "has a name that is not 1 to 100 letters, digits, _ and -", NAME_HINT);
}

const NAME_HINT = "It is the last part of an address: /triggers/<name>.";
const RUN_HINT = "Write run: ({ inputs }) => ({ config: { <step>: inputs } }), or what fits.";

function invalid(what: string, field: string, problem: string, hint: string): SluiceError {
  return new SluiceError({
    code: "DEFINITION_INVALID",
    message: `${what} ${problem}.`,
    path: ["triggers", field],
    hint,
  });
}
