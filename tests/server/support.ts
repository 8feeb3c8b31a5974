/** A server over a real socket, and requests as bytes: what no client library would send. */
import { connect } from "node:net";
import { type AppOptions, createApp, listen, type Listening } from "sluice/server";
import { createOrchestrator, type Definitions, type Orchestrator, type OrchestratorOptions } from "sluice";

/** The token of the caller that tests go by. */
export const TOKEN = "a-token-that-nobody-guesses";

/** Headers of a caller who is known. */
export const KNOWN: Readonly<Record<string, string>> = {
  authorization: `Bearer ${TOKEN}`,
  "content-type": "application/json",
};

/** An app that is served. */
export interface Served extends AsyncDisposable {
  readonly sluice: Orchestrator;
  readonly server: Listening;
  /** A request to it, at a path. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

/** Serves an app over definitions. */
export async function serve(
  definitions: Definitions,
  options: AppOptions = {},
  orchestrator: OrchestratorOptions = { store: "memory", defaultIO: "memory" },
): Promise<Served> {
  const sluice = createOrchestrator(definitions, orchestrator);
  const server = await listen(createApp(sluice, { tokens: { tests: TOKEN }, ...options }));
  return {
    sluice,
    server,
    ask: (path, init) => fetch(`${server.url}${path}`, init),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await sluice.close();
    },
  };
}

/** Posts a body as JSON, as a caller who is known. */
export function posting(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: "POST", headers: { ...KNOWN, ...headers }, body: JSON.stringify(body) };
}

/** Sends bytes and gives what comes back until the server ends, or until `until` is found in it. */
export function exchange(
  port: number,
  send: string | Uint8Array,
  until: RegExp = /\r\n\r\n/,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(send));
    let text = "";
    const end = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      if (until.test(text)) end();
    });
    socket.on("close", end);
    socket.on("error", (error) => text === "" ? reject(error) : end());
  });
}

/** The status of an answer as bytes. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
