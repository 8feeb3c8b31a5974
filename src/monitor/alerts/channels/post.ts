/** Sending JSON to a receiver, and what its answer means. */
import { SluiceError } from "../../../model/issue.ts";
import { DeliveryError } from "../contract.ts";

/** Texts of answers are cut for messages. */
const SHOWN = 200;

/** Where and how. */
export interface PostOptions {
  /** Names the receiver in errors: its address may hold a secret. */
  readonly name: string;
  readonly url: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Throws MONITOR_INVALID unless a text is an address that can be posted to. */
export function requireAddress(what: string, url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new SluiceError({
    code: "MONITOR_INVALID",
    message: `${what} needs an address of http or https as url.`,
    path: ["alerts", "channels"],
    hint: 'Write url: "https://...".',
  });
}

/** Posts a text of JSON. Rejects with a {@linkcode DeliveryError} unless the receiver took it. */
export async function postJson({ name, url, headers, body, signal }: PostOptions): Promise<void> {
  const response = await reach(name, () =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body,
      signal,
      redirect: "error",
    }));
  const text = (await response.text().catch(() => "")).slice(0, SHOWN);
  if (response.ok) return;
  const { status } = response;
  const afterMs = retryAfterMs(response.headers.get("retry-after"));
  throw new DeliveryError(`${name} answered ${status}${text === "" ? "" : `: ${text}`}.`, {
    isTransient: status >= 500 || status === 408 || status === 429,
    ...(afterMs !== undefined && { afterMs }),
  });
}

/** What a failed connection says may hold the address. */
async function reach(name: string, connect: () => Promise<Response>): Promise<Response> {
  try {
    return await connect();
  } catch {
    throw new DeliveryError(`${name} could not be reached.`, { isTransient: true });
  }
}

function retryAfterMs(value: string | null): number | undefined {
  if (value === null || !/^\d{1,9}$/.test(value)) return undefined;
  return Number(value) * 1_000;
}
