/** T58: bodies that are made to hurt, over a real socket. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { connect } from "node:net";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { defineAsset, definitions } from "sluice";
import { defineHttpTrigger } from "sluice/server";
import { exchange, KNOWN, serve, statusOf, TOKEN } from "../support.ts";

const report = defineAsset({ key: "report", run: () => 1 });
const all = definitions({ assets: [report] });
const triggers = [defineHttpTrigger({ name: "report", target: report })];
const HEAD =
  `POST /triggers/report HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Type: application/json\r\n`;

/** Sends chunks without end, until the server has answered and closed or `most` bytes are sent; gives how many were, and the answer. */
function flood(port: number, most: number): Promise<{ readonly sent: number; readonly answer: string }> {
  const chunk = Buffer.from(`10000\r\n${" ".repeat(0x10000)}\r\n`);
  return new Promise((resolve) => {
    let sent = 0;
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => {
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      push();
    });
    const end = (): void => resolve({ sent, answer });
    const push = (): void => {
      while (sent < most && !socket.destroyed && socket.writable) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
      if (sent >= most) socket.destroy();
    };
    socket.on("drain", push);
    socket.on("data", (piece) => {
      answer += piece.toString("latin1");
      setTimeout(() => socket.destroy(), 200);
    });
    socket.on("error", () => {});
    socket.on("close", end);
  });
}

describe("T58 a body", () => {
  test("that never ends is not read to its end", async () => {
    await using served = await serve(all, { triggers });
    const before = process.memoryUsage.rss();
    const { answer } = await flood(served.server.port, 2 ** 31);
    assert.equal(statusOf(answer), 413, answer);
    assert.ok(process.memoryUsage.rss() - before < 300e6);
    assert.equal((await served.ask("/health")).status, 200);
  });

  test("that says that it is too long is not read at all", async () => {
    await using served = await serve(all, { triggers });
    const answer = await exchange(served.server.port, `${HEAD}Content-Length: ${2 ** 31}\r\n\r\n{`);
    assert.equal(statusOf(answer), 413);
  });

  test("is refused when it is deep, wide, compressed, no text, or would change prototypes", async () => {
    await using served = await serve(all, { triggers });
    const wide = `{${Array.from({ length: 60_000 }, (_, index) => `"k${index}":0`).join(",")}}`;
    const post = async (body: Uint8Array | string, headers: Record<string, string> = {}) => {
      const answer = await served.ask("/triggers/report", {
        method: "POST",
        headers: { ...KNOWN, ...headers },
        body: body as BodyInit,
      });
      await answer.body?.cancel();
      return answer.status;
    };
    assert.equal(await post("[".repeat(100_000) + "]".repeat(100_000)), 400);
    assert.equal(await post(wide), 400);
    assert.equal(await post(`{"tags":{"__proto__":"x"}}`), 400);
    assert.equal(await post(Uint8Array.of(0x7b, 0xc3, 0x28, 0x7d)), 400);
    assert.equal(await post(gzipSync(Buffer.alloc(50_000_000)), { "content-encoding": "gzip" }), 415);
    assert.equal(await post("x".repeat(2_000_000)), 413);
    assert.deepEqual(await served.sluice.runs(), []);
  });

  test("may not say two lengths", async () => {
    await using served = await serve(all, { triggers });
    const requests = [
      `${HEAD}Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}`,
      `${HEAD}Content-Length: -1\r\n\r\n{}`,
      `${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ];
    for (const request of requests) {
      const status = statusOf(await exchange(served.server.port, request));
      assert.ok(Number.isNaN(status) || status >= 400, `${status}: ${request}`);
    }
    assert.deepEqual(await served.sluice.runs(), []);
  });
});
