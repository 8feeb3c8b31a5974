/** Sending JSON to a receiver, and what its answer means. */
import { SluiceError } from "../../../model/issue.ts";
import { type CallAnswer, callOut } from "../../../net/call.ts";
import { type Allowance, isAllowable, isNamed, openAllowance } from "../../../net/allow.ts";
import type { Shape } from "../../../model/validate/options.ts";
import { DeliveryError } from "../contract.ts";

/** Texts of answers are cut for messages. */
const SHOWN = 200;
/** No answer is read beyond this. */
const MOST_BYTES = 16_384;

/** What may be called beside the public internet, as an option. */
export const ALLOW: Shape = {
  is: "a list of hosts, addresses and networks",
  fits: (value) => Array.isArray(value) && value.every(isAllowable),
};

/** Where and how. */
export interface PostOptions {
  /** Names the receiver in errors: its address may hold a secret. */
  readonly name: string;
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body: string;
  readonly signal: AbortSignal;
  /** What may be called beside the public internet. */
  readonly allow: Allowance | undefined;
}

/** Throws MONITOR_INVALID unless a text is an address that can be posted to. */
export function requireAddress(what: string, url: string, allow: Allowance | undefined): void {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: "", hostname: "" };
  if (protocol === "https:") return;
  if (protocol === "http:" && isNamed(openAllowance(allow), hostname)) return;
  throw new SluiceError({
    code: "MONITOR_INVALID",
    message: `${what} needs an address of https as url.`,
    path: ["alerts", "channels"],
    hint: protocol === "http:"
      ? `Within your own network: allow: ["${hostname}"].`
      : 'Write url: "https://...".',
  });
}

/** Posts a text of JSON. Rejects with a {@linkcode DeliveryError} unless the receiver took it. */
export async function postJson({ name, url, headers, body, signal, allow }: PostOptions): Promise<void> {
  const answer = await reach(name, () =>
    callOut({
      url,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal,
      maxBytes: MOST_BYTES,
      ...(allow && { allow }),
    }));
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const text = answer.text.slice(0, SHOWN);
  const afterMs = retryAfterMs(answer.headers["retry-after"]);
  throw new DeliveryError(`${name} answered ${status}${text === "" ? "" : `: ${text}`}.`, {
    isTransient: status >= 500 || status === 408 || status === 429,
    ...(afterMs !== undefined && { afterMs }),
  });
}

/** What a failed connection says may hold the address; what is refused names the host and no more. */
async function reach(name: string, connect: () => Promise<CallAnswer>): Promise<CallAnswer> {
  try {
    return await connect();
  } catch (error) {
    if (error instanceof SluiceError) {
      throw new DeliveryError(`${name} was not called: ${error.message}`, { isTransient: false });
    }
    throw new DeliveryError(`${name} could not be reached.`, { isTransient: true });
  }
}

function retryAfterMs(value: string | undefined): number | undefined {
  if (value === undefined || !/^\d{1,9}$/.test(value)) return undefined;
  return Number(value) * 1_000;
}
