/** Calls over real sockets: a server on this machine stands for the network that is not to be reached. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Call, callOut } from "../../src/net/call.ts";

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Serves as long as a test lasts, and tells what was asked for. */
async function serving(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (port: number, seen: Seen[]) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Uint8Array[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const { method, url: path, headers: { host, authorization } } = request;
      seen.push({ method, path, host, authorization, body: Buffer.concat(parts).toString() });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port, seen);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const here = (family = 4, address = "127.0.0.1") => async () => [{ address, family }];
const ok = (_: IncomingMessage, response: ServerResponse) => void response.end("here I am");
const call = (url: string, more: Partial<Call> = {}) => callOut({ url, timeoutMs: 5_000, ...more });
const refused = (why: RegExp) => ({ code: "CALL_REFUSED", message: why });

describe("callOut", () => {
  test("does not reach what is not public: by address, by name, in any spelling", async () => {
    await serving(ok, async (port, seen) => {
      const spellings = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
      ];
      for (const host of [...spellings, "0.0.0.0", "[::]"]) {
        await assert.rejects(call(`https://${host}:${port}/`), refused(/loopback|this machine/), host);
      }
      await assert.rejects(call(`https://localhost:${port}/`), refused(/leads to .*loopback/));
      const inside = call(`https://hooks.example:${port}/?key=hidden`, { resolve: here() });
      await assert.rejects(inside, (error: Error) => !error.message.includes("hidden"));
      const mixed = async () => [{ address: "8.8.8.8", family: 4 }, { address: "10.0.0.8", family: 4 }];
      await assert.rejects(
        call("https://hooks.example/", { resolve: mixed }),
        refused(/10\.0\.0\.8, a private/),
      );
      assert.deepEqual(seen, []);
    });
  });

  test("connects to the address that was looked at, and to no other that the name leads to later", async () => {
    await serving(ok, async (port, seen) => {
      let asked = 0;
      const resolve = async () => {
        asked++;
        return [{ address: asked === 1 ? "127.0.0.1" : "8.8.8.8", family: 4 }];
      };
      const url = `http://hooks.example:${port}/a`;
      const { status, text } = await call(url, { resolve, allow: ["hooks.example"] });
      assert.deepEqual([status, text, asked], [200, "here I am", 1]);
      assert.equal(seen[0].host, `hooks.example:${port}`);
    });
  });

  test("needs encryption, and what is allowed to do without is named", async () => {
    await serving(ok, async (port, seen) => {
      await assert.rejects(call("http://hooks.example/"), refused(/without encryption/));
      for (const url of ["ftp://hooks.example/", "file:///etc/passwd", "data:text/plain,x"]) {
        await assert.rejects(call(url), refused(/not of HTTPS/), url);
      }
      for (const allow of [["127.0.0.1"], ["127.0.0.0/8"], ["10.0.0.0/8", "127.0.0.1/32"]]) {
        assert.equal((await call(`http://127.0.0.1:${port}/`, { allow })).status, 200);
      }
      await assert.rejects(call(`http://127.0.0.1:${port}/`, { allow: ["10.0.0.0/8"] }), refused(/./));
      assert.equal(seen.length, 3);
    });
  });

  test("follows three redirects, looks at each, and keeps what one origin is told from others", async () => {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      const [, kind, left, status = "307"] = (request.url ?? "").split("/");
      if (kind === "count" && Number(left) > 0) {
        response.writeHead(Number(status), { location: `/count/${Number(left) - 1}/${status}` }).end();
      } else if (kind === "inside") {
        response.writeHead(302, { location: "https://169.254.169.254/latest" }).end();
      } else if (kind === "named") response.writeHead(302, { location: "https://inside.example/" }).end();
      else if (kind === "other") {
        response.writeHead(307, { location: `http://localhost:${request.socket.localPort}/end` }).end();
      } else if (kind === "file") response.writeHead(302, { location: "file:///etc/passwd" }).end();
      else response.end("at the end");
    };
    await serving(answer, async (port, seen) => {
      const base = `http://127.0.0.1:${port}`;
      const allow = ["127.0.0.1", "localhost"];
      const resolve = async (host: string) =>
        host === "localhost" ? await here()() : [{ address: "10.1.2.3", family: 4 }];
      const go = (path: string, more: Partial<Call> = {}) =>
        call(`${base}${path}`, { allow, resolve, ...more });
      assert.equal((await go("/count/3")).text, "at the end");
      await assert.rejects(go("/count/4"), refused(/redirected 3 times/));
      await assert.rejects(go("/inside"), refused(/169\.254\.169\.254, a metadata address/));
      await assert.rejects(go("/named"), refused(/10\.1\.2\.3, a private address/));
      await assert.rejects(go("/file"), refused(/file:/));
      seen.length = 0;
      const posted = await go("/other", {
        method: "POST",
        body: "{}",
        headers: { authorization: "Bearer x" },
      });
      assert.equal(posted.text, "at the end");
      assert.deepEqual(seen.map(({ method, authorization, body }) => [method, authorization, body]), [
        ["POST", "Bearer x", "{}"],
        ["POST", undefined, "{}"],
      ]);
      const moved = await go("/count/1/302", { method: "POST", body: "{}" });
      assert.equal(moved.status, 302, "a POST is not turned into a GET");
      assert.equal((await go("/count/1/302")).status, 200);
    });
  });

  test("takes no longer than it may, reads no more than it may, and can be taken back", async () => {
    const drip = (request: IncomingMessage, response: ServerResponse) => {
      if (request.url === "/big") return void response.end("x".repeat(300_000));
      if (request.url === "/slow") return;
      response.write("x");
      const timer = setInterval(() => response.write("x"), 5);
      response.on("close", () => clearInterval(timer));
    };
    await serving(drip, async (port) => {
      const go = (path: string, more: Partial<Call> = {}) =>
        call(`http://127.0.0.1:${port}${path}`, { allow: ["127.0.0.1"], ...more });
      const big = await go("/big", { maxBytes: 1_000 });
      assert.deepEqual([big.text.length, big.isCut], [1_000, true]);
      await assert.rejects(go("/slow", { timeoutMs: 50 }), /no answer within 50 ms/);
      await assert.rejects(go("/drip", { timeoutMs: 80 }), /no answer within 80 ms/);
      const controller = new AbortController();
      const taken = go("/drip", { signal: controller.signal });
      setTimeout(() => controller.abort(new Error("not any more")), 30);
      await assert.rejects(taken, /not any more/);
      await assert.rejects(go("/big", { signal: controller.signal }), /not any more/);
    });
  });
});
