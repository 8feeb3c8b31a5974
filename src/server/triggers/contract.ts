/** What a request may start: declarations of HTTP triggers and webhooks. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { Schema } from "../../model/assets/schema.ts";
import type { RunConcurrency } from "../../model/gates/concurrency.ts";
import type { Job, RunConfig, Selection } from "../../model/job.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import type { WebhookSignature } from "../signatures/contract.ts";

/** How the run that a request starts is made. */
export interface TriggeredRun {
  /** Config by step name, over that of the job. */
  readonly config?: RunConfig;
  /** Values by name, over those of the job. */
  readonly tags?: { readonly [name: string]: string };
  /** The partitions to make. */
  readonly partitions?: PartitionRequest;
  /** Runs with a higher number are served first. */
  readonly priority?: number;
  /** How many steps of it, and how many runs of one key, may be under way at once. */
  readonly concurrency?: number | RunConcurrency;
}

/** Says that a request starts nothing; made by {@linkcode ignoreRequest}. */
export interface IgnoredRequest {
  /** Says what this is. */
  readonly kind: "ignored-request";
  /** Why. */
  readonly reason: string;
}

/** What was sent, as an input builder sees it. */
export interface TriggerCall<Inputs> {
  /** The body, as the schema gives it. */
  readonly inputs: Inputs;
  /** Who asks: the name of the token, or of the signature. */
  readonly caller: string;
  /** The headers of the request. */
  readonly headers: Headers;
  /** When it came, in epoch milliseconds. */
  readonly receivedMs: number;
}

/** What a trigger makes of a call. */
export type BuildRun<Inputs> = (
  call: TriggerCall<Inputs>,
) => TriggeredRun | IgnoredRequest | Promise<TriggeredRun | IgnoredRequest>;

/** What both kinds of triggers take. */
export interface TriggerSpec<Inputs> {
  /** Letters, digits, `_` and `-`: it is a part of the address. */
  readonly name: string;
  /** What it runs: a job, or a selection of assets. */
  readonly target: Job | Selection;
  /**
   * What the body must be, by a schema of any library that follows Standard Schema. Default: for an HTTP trigger a
   * {@linkcode TriggeredRun} as JSON, for a webhook anything.
   */
  readonly inputs?: Schema<unknown, Inputs>;
  /** Assets whose values are the `outputs` of an answer that waits. Default none. */
  readonly outputs?: readonly (Asset | string)[];
  /** What it is, for people. */
  readonly description?: string;
}

/** What {@linkcode defineHttpTrigger} takes. */
export interface HttpTriggerSpec<Inputs> extends TriggerSpec<Inputs> {
  /** Makes the run out of the inputs. Needed with a schema of your own. */
  readonly run?: BuildRun<Inputs>;
  /** Whether an answer comes when the run is on record, or when it is over. A call may say otherwise. Default `"accepted"`. */
  readonly respond?: "accepted" | "result";
  /** How long an answer may wait for a result, in milliseconds; after that it says that the run goes on. Default 30,000. */
  readonly waitMs?: number;
  /** Only these callers may use it. Default: all that are known. */
  readonly callers?: readonly string[];
}

/** What {@linkcode defineWebhook} takes. */
export interface WebhookSpec<Inputs> extends TriggerSpec<Inputs> {
  /** How the sender signs. */
  readonly signature: WebhookSignature;
  /** Makes the run out of what was sent, or says that it starts nothing. Default: a plain run. */
  readonly run?: BuildRun<Inputs>;
}

/** A declared trigger; made by {@linkcode defineHttpTrigger} and {@linkcode defineWebhook}. */
export interface RequestTrigger {
  /** Says what this is. */
  readonly kind: "http" | "webhook";
  /** Its name, and the last part of its address. */
  readonly name: string;
  /** What it runs. */
  readonly target: Job | Selection;
  /** What the body must be. */
  readonly inputs: Schema<unknown, unknown> | undefined;
  /** Makes the run. */
  readonly run: BuildRun<unknown> | undefined;
  /** Assets whose values are given. */
  readonly outputs: readonly string[];
  /** When an answer comes. */
  readonly respond: "accepted" | "result";
  /** How long it may wait, in milliseconds. */
  readonly waitMs: number;
  /** Who may use it; undefined for all that are known. */
  readonly callers: readonly string[] | undefined;
  /** How it is known where a webhook comes from. */
  readonly signature: WebhookSignature | undefined;
  /** What it is, for people. */
  readonly description: string | undefined;
}
