/**
 * Sluice over HTTP: a Hono app over an orchestrator, and what requests may start.
 *
 * @module
 */
export { createApp } from "./app.ts";
export type { AppOptions, HonoApp } from "./contract.ts";
export type { Authorize } from "./door/callers.ts";
export { listen } from "./listen.ts";
export type { Fetch, Listening, ListenOptions } from "./listen.ts";
export type { SignedRequest, Verified, WebhookSignature } from "./signatures/contract.ts";
export { githubSignature } from "./signatures/github.ts";
export type { KeyText } from "./signatures/keys.ts";
export { standardWebhooks } from "./signatures/standard.ts";
export { defineHttpTrigger, defineWebhook, ignoreRequest } from "./triggers/declare.ts";
export type {
  BuildRun,
  HttpTriggerSpec,
  IgnoredRequest,
  RequestTrigger,
  TriggerCall,
  TriggeredRun,
  TriggerSpec,
  WebhookSpec,
} from "./triggers/contract.ts";
