/** What a server is made of: the options of an app. */
import type { Secret } from "../model/assets/secret.ts";
import type { Clock } from "../model/ports.ts";
import type { Authorize } from "./door/callers.ts";
import type { RequestTrigger } from "./triggers/contract.ts";

/** An app of Hono. */
export type HonoApp = InstanceType<(typeof import("hono"))["Hono"]>;

/** How an app answers. */
export interface AppOptions {
  /** What requests may start. Default nothing. */
  readonly triggers?: readonly RequestTrigger[];
  /** Bearer tokens by the names of callers: texts of 16 characters at least, or names of secrets. */
  readonly tokens?: { readonly [caller: string]: string | Secret };
  /** Says who asks, in the place of tokens: for apps that know their users already. Undefined for nobody. */
  readonly authorize?: Authorize;
  /**
   * Names that the server goes by, besides those of the machine itself (`localhost`, `*.localhost`, `127.0.0.1`, `[::1]`): without
   * port. Requests to others are refused.
   */
  readonly hosts?: readonly string[];
  /** The most bytes of a body. Default 1,048,576. */
  readonly mostBytes?: number;
  /** How many requests may be under way at once, those that wait for results and streams included. Default 10,000. */
  readonly mostRequests?: number;
  /** How often a stream of events says that it is there, in milliseconds. Default 5,000. */
  readonly heartbeatMs?: number;
  /** The time, for signatures and keys. Default: that of the host. */
  readonly clock?: Clock;
}
