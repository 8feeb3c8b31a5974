/** Calls to others over HTTP, which never reach this machine or its network unless that is allowed. */
import { lookup as resolveHost } from "node:dns";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestSecure } from "node:https";
import { isIP } from "node:net";
import { type Clock, systemClock } from "../model/ports.ts";
import { SluiceError } from "../model/issue.ts";
import { type Allowance, type Allowed, bareHost, isNamed, openAllowance, whyRefused } from "./allow.ts";

/** Redirects that are followed. */
const MOST_REDIRECTS = 3;
const TIMEOUT_MS = 10_000;
const MOST_BYTES = 1 << 20;
/** What one origin is told and no other. */
const PRIVATE_HEADERS: ReadonlySet<string> = new Set(["authorization", "cookie", "proxy-authorization"]);

/** An address of a host, as it was looked up. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** Looks up the addresses of a host. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

/** What is called, and how. */
export interface Call {
  readonly url: string;
  /** Default `GET`. */
  readonly method?: "GET" | "HEAD" | "POST";
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** Takes the call back. */
  readonly signal?: AbortSignal;
  /** What may be called beside the public internet, and by plain HTTP. Default nothing. */
  readonly allow?: Allowance;
  /** For all of it, with redirects. Default 10,000. */
  readonly timeoutMs?: number;
  /** The rest of a longer answer is not read. Default 1 MiB. */
  readonly maxBytes?: number;
  readonly clock?: Clock;
  /** Default that of the host. */
  readonly resolve?: ResolveHost;
}

/** What was answered. */
export interface CallAnswer {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly text: string;
  /** Whether there was more than `maxBytes`. */
  readonly isCut: boolean;
}

/** What is known for every request of one call. */
interface CallParts {
  readonly call: Call;
  readonly allowed: Allowed;
  readonly signal: AbortSignal;
}

/**
 * Calls an address of the public internet by HTTPS. The address that a name leads to is looked at when the connection is made, so that
 * it is the one that is connected to; the same for each of up to three redirects. A redirect that would turn
 * a POST into a GET is an answer like any other.
 *
 * @throws {SluiceError} CALL_REFUSED for what is not allowed: it was not sent. Other errors: it could not be reached, or took too long.
 */
export async function callOut(call: Call): Promise<CallAnswer> {
  const { clock = systemClock, timeoutMs = TIMEOUT_MS } = call;
  const controller = new AbortController();
  const abort = () => controller.abort(call.signal?.reason);
  if (call.signal?.aborted) abort();
  call.signal?.addEventListener("abort", abort);
  const callOff = clock.after(
    timeoutMs,
    () => controller.abort(new Error(`no answer within ${timeoutMs} ms`)),
  );
  try {
    return await follow({ call, allowed: openAllowance(call.allow), signal: controller.signal });
  } finally {
    callOff();
    call.signal?.removeEventListener("abort", abort);
  }
}

async function follow(parts: CallParts): Promise<CallAnswer> {
  const { method = "GET" } = parts.call;
  let url = new URL(parts.call.url);
  const first = url.origin;
  for (let redirects = 0;; redirects++) {
    const answer = await send(parts, url, url.origin === first);
    const { location } = answer.headers;
    const isKept = answer.status === 307 || answer.status === 308;
    const isMoved = isKept || [301, 302, 303].includes(answer.status) && method !== "POST";
    if (!isMoved || location === undefined) return answer;
    if (redirects === MOST_REDIRECTS) throw refused(url, `has redirected ${MOST_REDIRECTS} times already`);
    if (!URL.canParse(location, url)) throw refused(url, "redirects to what is no address");
    url = new URL(location, url);
  }
}

/** One request. */
async function send(parts: CallParts, url: URL, isFirst: boolean): Promise<CallAnswer> {
  const { call: { method = "GET", headers = {}, body, maxBytes = MOST_BYTES }, allowed, signal } = parts;
  signal.throwIfAborted();
  const named = isNamed(allowed, url.hostname);
  const isPlain = url.protocol === "http:";
  if (!isPlain && url.protocol !== "https:") throw refused(url, `is not of HTTPS, but of ${url.protocol}`);
  if (isPlain && !named) throw refused(url, "is called without encryption");
  const host = bareHost(url.hostname);
  if (isIP(host) > 0 && !named) requireOpen(allowed, url, host);
  let refusal: unknown;
  const options = {
    method,
    headers: {
      ...Object.fromEntries(
        Object.entries(headers).filter(([name]) => isFirst || !PRIVATE_HEADERS.has(name.toLowerCase())),
      ),
      ...(body !== undefined && { "content-length": String(new TextEncoder().encode(body).length) }),
    },
    agent: false,
    lookup: lookupWith(parts, url, named, (error) => refusal = error),
  };
  let abort = (): void => {};
  try {
    return await new Promise((resolve, reject) => {
      const request = (isPlain ? requestPlain : requestSecure)(url, options);
      abort = () => {
        reject(signal.reason);
        request.destroy();
      };
      signal.addEventListener("abort", abort);
      request.on("error", (error) => reject(refusal ?? error));
      request.on("response", (response) => read(response, maxBytes).then(resolve, reject));
      request.end(body);
    });
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

type LookupCallback = (
  error: Error | null,
  address: string | { address: string; family: number }[],
  family?: number,
) => void;

/** A look-up that gives no address that may not be called: the connection goes to what it gives. */
function lookupWith(
  { call: { resolve = resolveAll }, allowed }: CallParts,
  url: URL,
  isNamedHost: boolean,
  refuse: (error: unknown) => void,
): (host: string, options: { readonly all?: boolean | undefined }, callback: LookupCallback) => void {
  return (host, { all }, callback) => {
    resolve(host).then((addresses) => {
      if (!isNamedHost) { for (const { address } of addresses) requireOpen(allowed, url, address); }
      if (addresses.length === 0) throw new Error(`${host} has no address`);
      if (all) callback(null, addresses.map(({ address, family }) => ({ address, family })));
      else callback(null, addresses[0].address, addresses[0].family);
    }).catch((error) => {
      refuse(error);
      callback(error instanceof Error ? error : new Error(String(error)), "", 4);
    });
  };
}

/**
 * The address of a host that may be connected to, for protocols beside HTTP. What connects is to be given this and not the name.
 *
 * @throws {SluiceError} CALL_REFUSED.
 */
export async function resolveOpen(
  host: string,
  allow: Allowance | undefined,
  resolve: ResolveHost = resolveAll,
): Promise<string> {
  const allowed = openAllowance(allow);
  const url = new URL(`tcp://${isIP(host) === 6 ? `[${host}]` : host}`);
  const addresses = isIP(host) > 0 ? [{ address: host }] : await resolve(host);
  if (!isNamed(allowed, host)) { for (const { address } of addresses) requireOpen(allowed, url, address); }
  const [first] = addresses;
  if (!first) throw new Error(`${host} has no address`);
  return first.address;
}

function resolveAll(host: string): Promise<readonly ResolvedAddress[]> {
  return new Promise((resolve, reject) =>
    resolveHost(host, { all: true }, (error, addresses) => error ? reject(error) : resolve(addresses))
  );
}

/** Of several addresses all must be open: which one is connected to is not for us to say. */
function requireOpen(allowed: Allowed, url: URL, address: string): void {
  const why = whyRefused(allowed, address);
  if (why !== undefined) throw refused(url, `leads to ${address}, ${why}`);
}

async function read(response: IncomingMessage, maxBytes: number): Promise<CallAnswer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    chunks.push(chunk.subarray(0, Math.max(0, maxBytes - size)));
    size += chunk.length;
    if (size > maxBytes) break;
  }
  response.destroy();
  const headers = Object.entries(response.headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]]
  );
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(headers),
    text: new TextDecoder().decode(joined(chunks)),
    isCut: size > maxBytes,
  };
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, place);
    place += chunk.length;
  }
  return bytes;
}

/** Paths and queries may hold secrets: only the host is named. */
function refused(url: URL, why: string): SluiceError {
  return new SluiceError({
    code: "CALL_REFUSED",
    message: `${url.host} was not called: it ${why}.`,
    path: ["calls", url.host],
    hint: `Only the public internet is called, and encrypted. Where this is meant: allow: ["${
      bareHost(url.hostname)
    }"].`,
  });
}
