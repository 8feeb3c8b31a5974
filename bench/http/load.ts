/** Load from a thread of its own: connections that are kept, each with one request after the other. */
import { connect } from "node:net";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";

interface Order {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  readonly count: number;
}

const { connections, body } = workerData as { readonly connections: number; readonly body: string };

/** Whether an answer has come to its end, by its length or by its last chunk. */
function isWhole(text: string): boolean {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return false;
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return length === undefined ? text.endsWith("\r\n0\r\n\r\n") : text.length >= head + 4 + Number(length);
}

function send({ port, path, token, count }: Order): Promise<void> {
  const request = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const bytes = Buffer.from(request);
  let left = count;
  let open = connections;
  return new Promise((resolve, reject) => {
    for (let index = 0; index < connections; index++) {
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      let text = "";
      left--;
      socket.on("error", reject);
      socket.on("data", (piece) => {
        text += piece.toString("latin1");
        if (!isWhole(text)) return;
        if (!/^HTTP\/1\.1 20[02]/.test(text)) return void reject(new Error(text));
        text = "";
        if (left-- > 0) socket.write(bytes);
        else {
          socket.destroy();
          if (--open === 0) resolve();
        }
      });
    }
  });
}

parentPort?.on("message", async (order: Order) => {
  try {
    await send(order);
    parentPort?.postMessage({ ok: true });
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
});
