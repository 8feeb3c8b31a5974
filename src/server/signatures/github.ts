/** Signatures of webhooks as GitHub sends them, and others after its example. */
import { createHmac } from "node:crypto";
import { isEqual } from "./compare.ts";
import type { WebhookSignature } from "./contract.ts";
import { type KeyText, keyTexts } from "./keys.ts";

const SIGNATURE = /^sha256=([0-9a-f]{64})$/;

/**
 * Webhooks signed as GitHub does: `X-Hub-Signature-256` holds an HMAC of the body as it was sent, and `X-GitHub-Delivery` is what a
 * delivery is known by. The time is not signed: what is sent again is known by its delivery.
 *
 * @param secrets The secret that was given to GitHub; or several, so that it can be changed; or names of secrets.
 * @throws {SluiceError} DEFINITION_INVALID for an empty secret, SECRET_MISSING.
 * @example
 * ```ts
 * import { githubSignature } from "sluice/server";
 * import assert from "node:assert/strict";
 *
 * assert.equal(githubSignature("It's a Secret to Everybody").name, "GitHub");
 * ```
 */
export function githubSignature(secrets: KeyText | readonly KeyText[]): WebhookSignature {
  const keys = keyTexts("githubSignature()", secrets);
  return Object.freeze(
    {
      name: "GitHub",
      verify: ({ headers, body }) => {
        const given = SIGNATURE.exec(headers.get("x-hub-signature-256") ?? "")?.[1] ?? "";
        let isRight = false;
        for (const key of keys) {
          const right = createHmac("sha256", key).update(body).digest();
          if (isEqual(right, Buffer.from(given, "hex"))) isRight = true;
        }
        return isRight ? { id: headers.get("x-github-delivery") ?? undefined } : undefined;
      },
    } satisfies WebhookSignature,
  );
}
