/** How a webhook is known to come from who sends it. */

/** What was sent, before anything of it is read. */
export interface SignedRequest {
  /** Its headers. */
  readonly headers: Headers;
  /** Its body as it was sent: a signature is one of bytes. */
  readonly body: Uint8Array;
  /** The time, in epoch milliseconds. */
  readonly nowMs: number;
}

/** What is known of a webhook whose signature is right. */
export interface Verified {
  /** What this delivery is known by: the same for each attempt at it. Undefined where the sender gives none. */
  readonly id: string | undefined;
}

/** A way to sign webhooks: {@linkcode standardWebhooks}, {@linkcode githubSignature}, or one's own. */
export interface WebhookSignature {
  /** What it is called, for lists and messages. */
  readonly name: string;
  /** What is known of a request whose signature is right; undefined for every other, whatever is wrong with it. */
  verify(request: SignedRequest): Verified | undefined;
}
