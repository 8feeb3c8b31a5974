/** Alerts as JSON to any address, signed as Standard Webhooks asks. */
import { createHmac } from "node:crypto";
import { SluiceError } from "../../../model/issue.ts";
import { systemClock } from "../../../model/ports.ts";
import { requireOptions, type Shapes, TEXT } from "../../../model/validate/options.ts";
import type { Alert, AlertChannel } from "../contract.ts";
import { ALLOW, postJson, requireAddress } from "./post.ts";

/** Where a webhook goes. */
export interface WebhookOptions {
  /** An address of http or https. */
  readonly url: string;
  /**
   * Signs every notice: the base64 text of the key, with or without `whsec_` before it. Left out, nothing is signed.
   */
  readonly secret?: string;
  /** Its name, for errors. Default `"webhook"`. */
  readonly name?: string;
  /**
   * Hosts, addresses and networks that may be called though they are not of the public internet, and by plain HTTP:
   * `["alerts.internal", "10.1.0.0/16"]`. Default none.
   */
  readonly allow?: readonly string[];
}

const OPTIONS: Shapes<WebhookOptions> = Object.freeze({ url: TEXT, secret: TEXT, name: TEXT, allow: ALLOW });
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/**
 * Sends alerts to an address: `{ type: "sluice.alert", timestamp, data }` with the {@linkcode Alert} as `data`. With a secret the
 * headers `webhook-id`, `webhook-timestamp` and `webhook-signature` are those of Standard Webhooks 1.0, so that its libraries
 * verify it. The id stays the same over the attempts at one notice.
 *
 * @throws {SluiceError} MONITOR_INVALID for an address or a secret that is none.
 * @example
 * ```ts
 * import { webhookChannel } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const channel = webhookChannel({ url: "https://hooks.example/sluice", secret: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ=" });
 * assert.equal(channel.name, "webhook");
 * ```
 */
export function webhookChannel(options: WebhookOptions): AlertChannel {
  requireOptions(options, OPTIONS, {
    what: "webhookChannel()",
    code: "MONITOR_INVALID",
    path: ["alerts", "channels"],
    needed: ["url"],
  });
  const { url, secret, name = "webhook", allow } = options;
  requireAddress("webhookChannel()", url, allow);
  const key = secret === undefined ? undefined : keyOf(secret);
  return Object.freeze({
    name,
    send: async (alert: Alert, signal: AbortSignal) => {
      const body = JSON.stringify({
        type: "sluice.alert",
        timestamp: new Date(alert.lastMs).toISOString(),
        data: alert,
      });
      const headers = key === undefined ? {} : signatureOf(key, idOf(alert), body);
      await postJson({ name, url, allow, body, signal, headers });
    },
  });
}

/** One for each notice of a trouble. */
function idOf({ key, state, count }: Alert): string {
  return `sluice_${createHmac("sha256", "id").update(`${key} ${state} ${count}`).digest("hex").slice(0, 32)}`;
}

function signatureOf(key: Uint8Array, id: string, body: string): { readonly [name: string]: string } {
  const timestamp = String(Math.floor(systemClock.now() / 1_000));
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

function keyOf(secret: string): Uint8Array {
  const text = secret.replace(/^whsec_/, "");
  if (BASE64.test(text) && text.length % 4 === 0) {
    return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  }
  throw new SluiceError({
    code: "MONITOR_INVALID",
    message: "webhookChannel() needs a secret in base64.",
    path: ["alerts", "channels", "secret"],
    hint: "Make one with: openssl rand -base64 32",
  });
}
