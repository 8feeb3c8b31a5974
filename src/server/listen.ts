/** Serving an app by the HTTP server of the runtime. */
import { SluiceError } from "../model/issue.ts";

/** Where an app is served. */
export interface ListenOptions {
  /** The address to listen at. Default `127.0.0.1`: only programs on the same machine reach it. */
  readonly hostname?: string;
  /** The port; 0 takes a free one. Default 0. */
  readonly port?: number;
}

/** An app that is served; made by {@linkcode listen}. */
export interface Listening extends AsyncDisposable {
  /** Where it is reached: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Its port. */
  readonly port: number;
  /** Takes no more requests, and ends those that are under way. */
  close(): Promise<void>;
}

/** What answers requests: a Hono app is one. */
export interface Fetch {
  /** The answer to a request. */
  fetch(request: Request): Response | Promise<Response>;
}

interface BunHost {
  serve(options: object): { readonly port: number; stop(closeActive: boolean): Promise<void> };
}

interface DenoHost {
  serve(options: object, handler: (request: Request) => Response | Promise<Response>): {
    readonly addr: { readonly port: number };
    readonly finished: Promise<void>;
  };
}

/**
 * Serves an app by the HTTP server of Bun or Deno. Streams may be quiet for as long as they like.
 *
 * @throws {SluiceError} USAGE on other runtimes. What the system refuses (a port that is taken) rejects.
 * @example
 * ```ts
 * import { listen } from "sluice/server";
 * import assert from "node:assert/strict";
 *
 * await using server = await listen({ fetch: () => new Response("hello") });
 * assert.equal(await (await fetch(server.url)).text(), "hello");
 * ```
 */
export async function listen(app: Fetch, options: ListenOptions = {}): Promise<Listening> {
  const { hostname = "127.0.0.1", port = 0 } = options;
  const { Bun, Deno } = globalThis as { readonly Bun?: BunHost; readonly Deno?: DenoHost };
  const answer = (request: Request): Response | Promise<Response> => app.fetch(request);
  if (Bun) return listenOnBun(Bun, answer, hostname, port);
  if (Deno) return await listenOnDeno(Deno, answer, hostname, port);
  throw new SluiceError({
    code: "USAGE",
    message: "listen() needs the HTTP server of Bun or Deno.",
    path: ["listen"],
    hint: "Elsewhere, give app.fetch to a server of your own.",
  });
}

type Answer = (request: Request) => Response | Promise<Response>;

function listenOnBun(bun: BunHost, fetch: Answer, hostname: string, port: number): Listening {
  const server = bun.serve({ hostname, port, fetch, idleTimeout: 0 });
  return serving(hostname, server.port, () => server.stop(true));
}

async function listenOnDeno(
  deno: DenoHost,
  fetch: Answer,
  hostname: string,
  port: number,
): Promise<Listening> {
  const closing = new AbortController();
  const { signal } = closing;
  const { promise: heard, resolve } = Promise.withResolvers<void>();
  const server = deno.serve(
    { hostname, port, signal, onListen: () => resolve() },
    async (request) => endedBy(signal, await fetch(request)),
  );
  await heard;
  return serving(hostname, server.addr.port, async () => {
    closing.abort();
    await server.finished;
  });
}

/** A stream of events has no end of its own, and Deno's server waits for it. */
function endedBy(signal: AbortSignal, answer: Response): Response {
  const { body, status, headers } = answer;
  if (!body || headers.get("content-type") !== "text/event-stream") return answer;
  const reader = body.getReader();
  const end = (): void => void reader.cancel().catch(() => {});
  signal.addEventListener("abort", end, { once: true });
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      signal.removeEventListener("abort", end);
      controller.close();
    },
    cancel: (reason) => {
      signal.removeEventListener("abort", end);
      return reader.cancel(reason);
    },
  });
  return new Response(stream, { status, headers });
}

function serving(hostname: string, port: number, close: () => Promise<void>): Listening {
  const name = hostname.includes(":") ? `[${hostname}]` : hostname;
  return Object.freeze({ url: `http://${name}:${port}`, port, close, [Symbol.asyncDispose]: close });
}
