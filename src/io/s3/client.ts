/** Signed requests to one bucket, asked again while the fault is a passing one. */
import type { Clock, Random } from "../../model/ports.ts";
import type { S3Credentials } from "./credentials.ts";
import { faultOf, inside, isPassing, S3Fault } from "./fault.ts";

/** How a bucket is reached. */
export interface BucketOptions {
  readonly bucket: string;
  readonly region: string;
  /** The address of another service than Amazon's. */
  readonly endpoint: string | undefined;
  /** Whether the bucket is the first part of the path, and not of the host's name. */
  readonly pathStyle: boolean;
  readonly credentials: () => Promise<S3Credentials>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: Random;
}

/** One request. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly key: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: Uint8Array<ArrayBuffer>;
  /** The SHA-256 of the body in hexadecimal digits: the service refuses another. */
  readonly sha256?: string;
  /** Further headers: what is told of the object, and under which condition it is written. */
  readonly headers?: { readonly [name: string]: string };
}

/** The part of an answer that counts. */
export interface S3Answer {
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** How often a request is made before its fault counts. */
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** Talks to one bucket. */
export class Bucket {
  readonly #options: BucketOptions;
  readonly #base: string;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#base = baseOf(options);
  }

  /** Sends a request; undefined when there is no such object. Throws an {@linkcode S3Fault}. */
  async send(request: S3Request): Promise<S3Answer | undefined> {
    for (let attempt = 1;; attempt++) {
      try {
        return await this.#send(request);
      } catch (error) {
        if (attempt === ATTEMPTS || !isPassing(error)) throw error;
      }
      await this.#wait(attempt);
    }
  }

  /** Sends a request to an object that must be there or be made. */
  async require(request: S3Request): Promise<S3Answer> {
    const answer = await this.send(request);
    if (answer) return answer;
    throw new S3Fault("the service answers 404", { status: 404 });
  }

  async #send({ method, key, query, body, sha256, headers }: S3Request): Promise<S3Answer | undefined> {
    const response = await this.#fetch(`${this.#base}/${encodeKey(key)}${encodeQuery(query)}`, {
      method,
      headers: { ...headers, "x-amz-content-sha256": sha256 ?? EMPTY_SHA256 },
      ...(body && { body }),
    });
    const bytes = await reached(UNREACHABLE, () => response.bytes());
    if (response.ok) {
      if (method === "POST") refuseHiddenFault(bytes);
      return { headers: response.headers, body: bytes as Uint8Array<ArrayBuffer> };
    }
    const text = new TextDecoder().decode(bytes);
    const isAbsent = response.status === 404 && (text === "" || inside(text, "Code") === "NoSuchKey");
    if (isAbsent) return undefined;
    throw faultOf(response.status, text);
  }

  async #fetch(address: string, init: RequestInit): Promise<Response> {
    const { region, credentials, fetch } = this.#options;
    const { AwsV4Signer } = await import("aws4fetch");
    const signer = new AwsV4Signer({
      ...await reached("there are no credentials", credentials),
      service: "s3",
      region,
      url: address,
      method: init.method as string,
      headers: init.headers as HeadersInit,
      ...(init.body && { body: init.body }),
    });
    const { method, url, headers, body } = await signer.sign();
    return await reached(
      UNREACHABLE,
      () => fetch(url, { method, headers, ...(body && { body }), redirect: "manual" }),
    );
  }

  /** Waits longer each time, and not as long as others who were refused at the same moment. */
  async #wait(attempt: number): Promise<void> {
    const { clock, random } = this.#options;
    const mostMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
    await new Promise<void>((resolve) => clock.after(mostMs / 2 + random.next() * mostMs / 2, resolve));
  }
}

/** The SHA-256 of nothing. */
const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The completion of an upload may be answered by 200 with a fault in the body. */
function refuseHiddenFault(body: Uint8Array): void {
  const text = new TextDecoder().decode(body);
  if (/^\s*(<\?xml[^>]*>\s*)?<Error>/.test(text)) throw faultOf(500, text);
}

const UNREACHABLE = "the service cannot be reached";

/** What is thrown on the way is a passing fault, unless it is one that says otherwise. */
async function reached<T>(fault: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (cause) {
    if (cause instanceof S3Fault) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new S3Fault(`${fault}: ${why}`, { code: "Unreachable", cause });
  }
}

/** Amazon wants the bucket in the host, except where its name would not fit the certificate; others want a path. */
function baseOf({ bucket, region, endpoint, pathStyle }: BucketOptions): string {
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const url = new URL(endpoint ?? `https://s3.${region}.${suffix}`);
  const folder = url.pathname.replace(/\/+$/, "");
  if (pathStyle) return `${url.protocol}//${url.host}${folder}/${bucket}`;
  return `${url.protocol}//${bucket}.${url.host}${folder}`;
}

/** Escapes all but what every signature leaves alone. */
function encodeKey(key: string): string {
  return key.split("/").map(encodeText).join("/");
}

function encodeQuery(query: S3Request["query"]): string {
  if (!query) return "";
  const parts = Object.entries(query).map(([name, value]) => `${encodeText(name)}=${encodeText(value)}`);
  return `?${parts.join("&")}`;
}

function encodeText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
