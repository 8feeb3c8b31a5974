/** A service that speaks the part of S3's protocol that is used here, in memory and behind a `fetch`. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { type S3IO, s3IO, type S3IOOptions } from "../../../src/io/s3.ts";

/** One request as the service saw it. */
export interface Seen {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly bytes: number;
}

/** Answers a request in the place of the service; undefined lets it through. Throwing is a broken connection. */
export type Meddle = (seen: Seen, count: number) => Response | undefined;

/** The service, and what a test sees of it. */
export interface FakeS3 {
  readonly fetch: typeof globalThis.fetch;
  readonly objects: Map<string, Uint8Array>;
  /** What was told of objects. */
  readonly told: Map<string, string>;
  readonly seen: Seen[];
  /** The uploads in parts that are neither complete nor aborted. */
  readonly uploads: Map<string, Map<number, Uint8Array>>;
  meddle: Meddle;
}

/** Opens a service with one bucket, `bucket`. */
export function openFakeS3(): FakeS3 {
  const fake: FakeS3 = {
    objects: new Map(),
    told: new Map(),
    seen: [],
    uploads: new Map(),
    meddle: () => undefined,
    fetch: (async (address: string | URL | Request, init: RequestInit = {}) => {
      const url = new URL(String(address));
      const body = init.body === undefined || init.body === null
        ? new Uint8Array()
        : new Uint8Array(await new Response(init.body).arrayBuffer());
      const [, bucket, ...segments] = url.pathname.split("/").map(decodeURIComponent);
      const seen = {
        method: init.method ?? "GET",
        key: segments.join("/"),
        query: url.searchParams,
        headers: new Headers(init.headers),
        bytes: body.length,
      };
      fake.seen.push(seen);
      checkSignature(seen, body);
      const meddled = fake.meddle(seen, fake.seen.length);
      if (meddled) return meddled;
      return bucket === "bucket" ? answer(fake, seen, body) : refusal(404, "NoSuchBucket");
    }) as typeof globalThis.fetch,
  };
  return fake;
}

/** A manager over a service, which waits for nothing. */
export function fakeManager(fake: FakeS3, options: Partial<S3IOOptions> = {}): S3IO {
  return s3IO({
    bucket: "bucket",
    prefix: "a/b",
    endpoint: "http://s3.test",
    region: "eu-west-1",
    credentials: { accessKeyId: "AKID", secretAccessKey: "hidden" },
    fetch: fake.fetch,
    clock: { now: () => 0, after: (_delayMs, callback) => (callback(), () => {}) },
    random: { next: () => 0.5 },
    ...options,
  });
}

/** An answer with a fault. */
export function refusal(status: number, code: string, message = "No."): Response {
  const xml = `<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Response(xml, { status, headers: { "content-type": "application/xml" } });
}

function checkSignature({ headers }: Seen, body: Uint8Array): void {
  assert.match(
    headers.get("authorization") ?? "",
    /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/s3\/aws4_request, SignedHeaders=[^,]*x-amz-content-sha256/,
  );
  assert.equal(headers.get("x-amz-content-sha256"), createHash("sha256").update(body).digest("hex"));
}

const FENCE = "x-amz-meta-sluice-fence";

/** Whether the object is not the one that a request wants to replace. */
function isOther({ objects }: FakeS3, { key, headers }: Seen): boolean {
  const found = objects.get(key);
  if (headers.get("if-none-match") === "*") return found !== undefined;
  const wanted = headers.get("if-match");
  return wanted !== null && (found === undefined || etag(found) !== wanted);
}

function answer(fake: FakeS3, seen: Seen, body: Uint8Array): Response {
  const { objects, uploads, told } = fake;
  const { method, key, query, headers: asked } = seen;
  const id = query.get("uploadId");
  const isWritten = method === "PUT" && id === null || method === "POST" && id !== null;
  if (isWritten && isOther(fake, seen)) return refusal(412, "PreconditionFailed");
  if (asked.has(FENCE)) told.set(key, asked.get(FENCE) as string);
  if (method === "POST" && query.has("uploads")) {
    const made = `upload-${uploads.size + 1}`;
    uploads.set(made, new Map());
    return new Response(
      `<InitiateMultipartUploadResult><UploadId>${made}</UploadId></InitiateMultipartUploadResult>`,
    );
  }
  if (id !== null) return answerPart({ objects, uploads }, { method, key, query }, id, body);
  if (method === "PUT") {
    objects.set(key, body);
    return new Response(null, { headers: { etag: etag(body) } });
  }
  if (method === "DELETE") {
    objects.delete(key);
    return new Response(null, { status: 204 });
  }
  const found = objects.get(key);
  if (!found) return method === "HEAD" ? new Response(null, { status: 404 }) : refusal(404, "NoSuchKey");
  const fence = told.get(key);
  const headers = {
    etag: etag(found),
    "content-length": String(found.length),
    ...(fence !== undefined && { [FENCE]: fence }),
  };
  return new Response(method === "HEAD" ? null : new Uint8Array(found), { headers });
}

function answerPart(
  { objects, uploads }: Pick<FakeS3, "objects" | "uploads">,
  { method, key, query }: Pick<Seen, "method" | "key" | "query">,
  id: string,
  body: Uint8Array,
): Response {
  const parts = uploads.get(id);
  if (!parts) return refusal(404, "NoSuchUpload");
  if (method === "DELETE") {
    uploads.delete(id);
    return new Response(null, { status: 204 });
  }
  if (method === "PUT") {
    parts.set(Number(query.get("partNumber")), body);
    return new Response(null, { headers: { etag: etag(body) } });
  }
  const named = [
    ...new TextDecoder().decode(body).matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]*)<\/ETag>/g),
  ];
  const pieces = named.map(([, number, tag]) => {
    const piece = parts.get(Number(number)) as Uint8Array;
    assert.equal(tag, etag(piece));
    return piece;
  });
  objects.set(key, Buffer.concat(pieces));
  uploads.delete(id);
  return new Response(
    `<CompleteMultipartUploadResult><ETag>&quot;${
      etag(body).slice(1, -1)
    }&quot;</ETag></CompleteMultipartUploadResult>`,
  );
}

function etag(bytes: Uint8Array): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}
