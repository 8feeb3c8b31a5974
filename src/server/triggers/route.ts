/** `POST /triggers/<name>`: from the request to the answer. */
import type { Orchestrator } from "../../orchestrator/contract.ts";
import { parseBody, requireJsonType } from "../body/json.ts";
import { readBody } from "../body/read.ts";
import { requireCaller, requireSameSite } from "../door/callers.ts";
import { Problem } from "../problem.ts";
import type { Settings } from "../settings.ts";
import { accepted, finished, type TriggerAnswer } from "./answer.ts";
import { buildRun } from "./build.ts";
import type { IgnoredRequest, RequestTrigger, TriggeredRun } from "./contract.ts";
import { type Idempotent, idempotentBy } from "./idempotency.ts";
import { type Started, Starter } from "./start.ts";
import { workflowOf } from "./target.ts";

/** The longest that an answer may wait, in milliseconds. */
const LONGEST_WAIT_MS = 600_000;

/** Answers requests to triggers. */
export class TriggerRoute {
  readonly #orchestrator: Orchestrator;
  readonly #settings: Settings;
  readonly #starter: Starter;

  constructor(orchestrator: Orchestrator, settings: Settings) {
    this.#orchestrator = orchestrator;
    this.#settings = settings;
    this.#starter = new Starter(orchestrator);
  }

  async answer(name: string, request: Request): Promise<Response> {
    const trigger = this.#settings.triggers.get(name);
    const call = trigger?.kind === "webhook"
      ? await this.#signed(trigger, request)
      : await this.#known(trigger, request);
    const waitMs = waitOf(call.trigger, request);
    let asked: TriggeredRun = {};
    const build = async () => {
      const run = await buildRun(call.trigger, {
        inputs: parseBody(call.body),
        caller: call.caller,
        headers: request.headers,
        receivedMs: call.nowMs,
      });
      if (isIgnored(run)) throw new Ignored(run);
      return asked = run;
    };
    try {
      const started = await this.#starter.start(call, build, call.key, call.nowMs);
      return await this.#tell(call.trigger, started, asked, waitMs, request);
    } catch (error) {
      if (error instanceof Ignored) return ignored(call.trigger, error.request);
      throw error;
    }
  }

  /** A request of a caller. Who is not known learns nothing, also not which triggers there are. */
  async #known(trigger: RequestTrigger | undefined, request: Request): Promise<Call> {
    requireSameSite(request);
    const caller = await requireCaller(this.#settings.authorize, request);
    if (!trigger) throw new Problem(404, "NOT_FOUND", "There is no trigger of this name.");
    if (trigger.callers && !trigger.callers.includes(caller)) {
      throw new Problem(403, "CALLER_REFUSED", "This caller may not use this trigger.");
    }
    const body = await readBody(request, this.#settings.mostBytes);
    if (body.length > 0) requireJsonType(request);
    const key = idempotentBy(trigger.name, caller, request.headers.get("idempotency-key"), body);
    return { trigger, caller, body, key, nowMs: this.#settings.clock.now() };
  }

  /** A webhook. Its signature is looked at before anything is made of it. */
  async #signed(trigger: RequestTrigger, request: Request): Promise<Call> {
    const body = await readBody(request, this.#settings.mostBytes);
    const nowMs = this.#settings.clock.now();
    const verified = trigger.signature?.verify({ headers: request.headers, body, nowMs });
    if (!verified) throw new Problem(401, "SIGNATURE_REFUSED", "The signature is not right.");
    requireJsonType(request);
    const caller = trigger.signature?.name ?? "";
    return { trigger, caller, body, key: idempotentBy(trigger.name, caller, verified.id, body), nowMs };
  }

  async #tell(
    trigger: RequestTrigger,
    started: Started,
    { partitions }: TriggeredRun,
    waitMs: number,
    request: Request,
  ): Promise<Response> {
    const result = waitMs > 0 ? await within(started.ended(), waitMs, request.signal) : undefined;
    const answer = result
      ? await finished(trigger, result, partitions, this.#orchestrator)
      : accepted(trigger, started);
    return respond(answer, result || started.isReplayed ? 200 : 202, started.isReplayed);
  }
}

/** What is known of a request before anything is started. */
interface Call {
  readonly trigger: RequestTrigger;
  readonly caller: string;
  readonly body: Uint8Array;
  readonly key: Idempotent | undefined;
  readonly nowMs: number;
}

/** Leads out of what would start a run. */
class Ignored extends Error {
  readonly request: IgnoredRequest;

  constructor(request: IgnoredRequest) {
    super(request.reason);
    this.request = request;
  }
}

function isIgnored(run: TriggeredRun | IgnoredRequest): run is IgnoredRequest {
  return "kind" in run && run.kind === "ignored-request";
}

function ignored(trigger: RequestTrigger, { reason }: IgnoredRequest): Response {
  const answer = { trigger_id: trigger.name, workflow_id: workflowOf(trigger), status: "ignored", reason };
  return Response.json(answer, { headers: { "cache-control": "no-store" } });
}

function respond(answer: TriggerAnswer, status: number, isReplayed: boolean): Response {
  const headers = {
    "cache-control": "no-store",
    ...(status === 202 && { location: `../runs/${answer.run_id}` }),
    ...(isReplayed && { "idempotency-replayed": "true" }),
  };
  return Response.json(answer, { status, headers });
}

/** How long the answer may wait: what the request says, in seconds, else what the trigger says. */
function waitOf({ respond, waitMs }: RequestTrigger, { url, headers }: Request): number {
  const at = url.indexOf("?");
  const query = at < 0 ? null : new URLSearchParams(url.slice(at)).get("wait");
  const asked = query ?? /(?:^|[,;\s])wait=(\d+)/.exec(headers.get("prefer") ?? "")?.[1];
  if (asked === undefined || asked === null) return respond === "result" ? waitMs : 0;
  if (/^\d{1,6}$/.test(asked)) return Math.min(Number(asked) * 1_000, LONGEST_WAIT_MS);
  throw new Problem(400, "QUERY_INVALID", "wait is a whole number of seconds.");
}

/** What comes within a time, and as long as somebody listens; undefined when it does not. */
async function within<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>();
  const end = (): void => resolve(undefined);
  const timer = setTimeout(end, ms);
  signal.addEventListener("abort", end, { once: true });
  try {
    // What nobody waits for any more is on record: its failure is not one of this request.
    promise.catch(() => {});
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
