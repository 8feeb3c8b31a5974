/** T54 and T55: who is let in, over a real socket. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { defineAsset, definitions } from "sluice";
import { defineHttpTrigger } from "sluice/server";
import { exchange, KNOWN, posting, serve, statusOf, TOKEN } from "../support.ts";

const report = defineAsset({ key: "report", run: () => "made" });
const all = definitions({ assets: [report] });
const triggers = [
  defineHttpTrigger({ name: "report", target: report }),
  defineHttpTrigger({ name: "guarded", target: report, callers: ["somebody-else"] }),
];

describe("T54 the name that a request asks for", () => {
  const good = (port: number) => [
    `127.0.0.1:${port}`,
    "localhost",
    "LOCALHOST.",
    "app.localhost:1",
    "[::1]:8080",
    "[0:0:0:0:0:0:0:1]",
    "sluice.example",
    "SLUICE.example.:443",
  ];
  const bad = [
    "evil.example",
    "evil.example.",
    "EVIL.EXAMPLE:80",
    "127.0.0.1.evil.example",
    "[::2]",
    "10.0.0.1",
    "a b",
  ];

  test("is one of the server's, at every address", async () => {
    await using served = await serve(all, { triggers, hosts: ["sluice.example"] });
    const { port } = served.server;
    const ask = (method: string, path: string, host: string) =>
      exchange(
        port,
        `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
      );
    const addresses = [
      ["GET", "/health"],
      ["GET", "/events"],
      ["GET", "/runs"],
      ["POST", "/triggers/report"],
      ["GET", "/none"],
    ];
    for (const [method, path] of addresses) {
      for (const host of bad) {
        const status = statusOf(await ask(method, path, host));
        // A server may refuse what is no name at all before the app sees it.
        assert.ok(
          status === 421 || (host === "a b" && status === 400),
          `${method} ${path} ${host}: ${status}`,
        );
      }
    }
    for (const host of good(port)) assert.equal(statusOf(await ask("GET", "/health", host)), 200, host);
    assert.deepEqual(await served.sluice.runs(), []);
  });
});

describe("T55 who asks", () => {
  test("must be known before anything is created", async () => {
    await using served = await serve(all, { triggers });
    const bodies: readonly RequestInit[] = [
      { headers: { "content-type": "text/plain" }, body: "{}" },
      { body: new Uint8Array([123, 125]) },
      { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "a=1" },
      { headers: { "content-type": "application/json" }, body: "{}" },
      {
        headers: { "content-type": "application/json", authorization: "Bearer wrong-token-altogether" },
        body: "{}",
      },
      {
        headers: { "content-type": "application/json", authorization: `Basic ${btoa(`tests:${TOKEN}`)}` },
        body: "{}",
      },
      { headers: { "content-type": "application/json", authorization: "Bearer " }, body: "{}" },
      { headers: { "content-type": "application/json", cookie: `token=${TOKEN}` }, body: "{}" },
    ];
    for (const init of bodies) {
      for (const path of ["/triggers/report", "/triggers/none"]) {
        const answer = await served.ask(path, { ...init, method: "POST" });
        assert.equal(answer.status, 401);
        assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/);
        assert.equal((await answer.json()).code, "CALLER_UNKNOWN");
      }
    }
    for (const site of ["cross-site", "same-site"]) {
      const answer = await served.ask("/triggers/report", posting({}, { "sec-fetch-site": site }));
      assert.equal(answer.status, 403);
      assert.equal((await answer.json()).code, "ORIGIN_REFUSED");
    }
    assert.equal((await served.ask("/triggers/guarded", posting({}))).status, 403);
    assert.equal((await served.ask("/runs")).status, 401);
    assert.equal((await served.ask("/events")).status, 401);
    assert.deepEqual(await served.sluice.runs(), []);
    assert.equal((await served.ask("/triggers/report", posting({}))).status, 202);
  });

  test("gets no leave for pages of other sites", async () => {
    await using served = await serve(all, { triggers });
    const asked = {
      method: "OPTIONS",
      headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
    };
    const answer = await served.ask("/triggers/report", asked);
    assert.equal(answer.headers.get("access-control-allow-origin"), null);
    await answer.body?.cancel();
    const listed = await served.ask("/runs", { headers: { ...KNOWN, origin: "https://evil.example" } });
    assert.equal(listed.headers.get("access-control-allow-origin"), null);
    await listed.body?.cancel();
  });
});

describe("T60 paths that lead elsewhere", () => {
  test("lead nowhere", async () => {
    await using served = await serve(all, { triggers });
    const paths = [
      "/runs/..%2f..%2fetc%2fpasswd",
      "/runs/..%5c..%5cwindows/bundle",
      "/runs//bundle",
      "//runs/x/bundle",
      "/runs/%00/bundle",
      "/runs/x%00.json/bundle",
      "/runs/__proto__",
      "/runs/constructor/steps",
      "/triggers/../runs/x",
      "/assets/../../mod.ts",
      "/runs/%e0%80%af/bundle",
    ];
    for (const path of paths) {
      const request =
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`;
      const status = statusOf(await exchange(served.server.port, request));
      assert.ok(status === 404 || status === 400, `${path}: ${status}`);
    }
  });
});
