/** Signatures of Standard Webhooks 1.0 (standardwebhooks.com). */
import { createHmac } from "node:crypto";
import { isEqual } from "./compare.ts";
import type { WebhookSignature } from "./contract.ts";
import { badKey, type KeyText, keyTexts } from "./keys.ts";

/** How far the clocks of sender and receiver may be apart, and how old a webhook may be. Seconds. */
const TOLERANCE_S = 300;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const VERSION = "v1,";

/**
 * Webhooks signed as Standard Webhooks 1.0 asks: by an HMAC over `webhook-id`, `webhook-timestamp` and the body as it was sent.
 * A webhook may bear several signatures, and several secrets may be taken, so that secrets can be changed. The time may be five
 * minutes off.
 *
 * @param secrets The base64 text of the key, 24 to 64 bytes, with or without `whsec_` before it; or several; or names of secrets.
 * @throws {SluiceError} DEFINITION_INVALID for a key that is none or of another length, SECRET_MISSING.
 * @example
 * ```ts
 * import { standardWebhooks } from "sluice/server";
 * import assert from "node:assert/strict";
 *
 * const signature = standardWebhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
 * assert.equal(signature.name, "Standard Webhooks");
 * ```
 */
export function standardWebhooks(secrets: KeyText | readonly KeyText[]): WebhookSignature {
  const keys = keyTexts("standardWebhooks()", secrets).map(keyOf);
  return Object.freeze(
    {
      name: "Standard Webhooks",
      verify: ({ headers, body, nowMs }) => {
        const id = headers.get("webhook-id") ?? "";
        const stamp = headers.get("webhook-timestamp") ?? "";
        const given = (headers.get("webhook-signature") ?? "").split(" ").map(bytesOf);
        let isRight = false;
        for (const key of keys) {
          const right = createHmac("sha256", key).update(`${id}.${stamp}.`).update(body).digest();
          for (const each of given) if (isEqual(right, each)) isRight = true;
        }
        return isRight && isPlain(id) && isNow(stamp, nowMs) ? { id } : undefined;
      },
    } satisfies WebhookSignature,
  );
}

/** A full stop parts what is signed: an id with one could be read in two ways. */
function isPlain(id: string): boolean {
  return id !== "" && id.length <= 255 && !id.includes(".");
}

function isNow(stamp: string, nowMs: number): boolean {
  return /^\d{1,12}$/.test(stamp) && Math.abs(nowMs / 1_000 - Number(stamp)) <= TOLERANCE_S;
}

function bytesOf(signature: string): Uint8Array {
  return Buffer.from(signature.startsWith(VERSION) ? signature.slice(VERSION.length) : "", "base64");
}

function keyOf(secret: string): Uint8Array {
  const text = secret.replace(/^whsec_/, "");
  if (!BASE64.test(text) || text.length % 4 !== 0) {
    throw badKey("standardWebhooks()", "needs secrets in base64");
  }
  const key = Buffer.from(text, "base64");
  if (key.length >= 24 && key.length <= 64) return key;
  throw badKey("standardWebhooks()", `needs secrets of 24 to 64 bytes, not of ${key.length}`);
}
