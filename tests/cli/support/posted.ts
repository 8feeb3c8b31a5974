/** A server of this machine that takes whatever is posted. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves while something is done, and gives all that was posted, with its headers. */
export async function everythingPosted(use: (url: string) => Promise<void>): Promise<readonly string[]> {
  const posted: string[] = [];
  const server = createServer((request, response) => {
    const parts: Uint8Array[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      posted.push(JSON.stringify(request.headers) + Buffer.concat(parts).toString("utf8"));
      response.end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return posted;
}
