import { afterAll, beforeAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOrchestrator, defineAsset, definitions, httpSensor, type HttpSensorSpec } from "sluice";
import { virtualClock } from "sluice/testing";

const load = defineAsset({ key: "load", run: () => 1 });

interface Said {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: { readonly [name: string]: string };
}

let server: Server;
let address = "";
let answer: (request: IncomingMessage) => Said = () => ({});
const heard: IncomingMessage["headers"][] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    heard.push(request.headers);
    const { status = 200, body = "", headers = {} } = answer(request);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
});
afterAll(() => server.close());

/** Lets a sensor look as often as there are answers, and gives what came of each look. */
async function looks(spec: Partial<HttpSensorSpec>, answers: readonly Said[]): Promise<readonly string[]> {
  const clock = virtualClock(Date.UTC(2026, 0, 1));
  const sensor = httpSensor({
    name: "s",
    url: address,
    allow: ["127.0.0.1"],
    intervalMs: 1_000,
    target: load,
    ...spec,
  });
  await using sluice = createOrchestrator(definitions({ assets: [load], sensors: [sensor] }), {
    store: "memory",
    defaultIO: "memory",
    clock,
  });
  const left = [...answers];
  heard.length = 0;
  answer = () => left.shift() ?? answers[answers.length - 1];
  const came: string[] = [];
  let ticks = 0;
  await sluice.start();
  for (let n = 1; n <= answers.length; n++) {
    for (let tries = 0; tries < 400 && heard.length < n; tries++) {
      await clock.advance(n === 1 ? 0 : 250);
      await new Promise((resolve) => setTimeout(resolve, 2));
      if ((await sluice.ticks({ limit: 1 }))[0]?.error?.code === "CALL_REFUSED") break;
    }
    for (let turn = 0; turn < 6; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 3));
      await clock.advance(0);
    }
    const all = await sluice.ticks({ limit: 1_000 });
    const [latest] = all;
    came.push(
      all.length === ticks ? "-" : latest.status === "failed" ? latest.error?.message ?? "" : latest.status,
    );
    ticks = all.length;
  }
  return came;
}

describe("a sensor of an address", () => {
  test("asks when the body or the status is another one, and not for the first answer", async () => {
    assert.deepEqual(
      await looks({}, [{ body: "a" }, { body: "a" }, { body: "b" }, { body: "b" }, {
        status: 404,
        body: "b",
      }]),
      ["-", "-", "requested", "-", "requested"],
    );
    assert.deepEqual(await looks({ initial: true }, [{ body: "a" }, { body: "a" }]), ["requested", "-"]);
  });

  test("sends back what the server has said of its answer", async () => {
    const tagged = { body: "a", headers: { etag: '"1"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" } };
    assert.deepEqual(await looks({}, [tagged, { status: 304 }, { body: "b" }]), ["-", "-", "requested"]);
    assert.equal(heard[0]["if-none-match"], undefined);
    assert.deepEqual([heard[1]["if-none-match"], heard[1]["if-modified-since"]], [
      '"1"',
      "Thu, 01 Jan 2026 00:00:00 GMT",
    ]);
    assert.equal(heard[2]["if-none-match"], '"1"');
  });

  test("lets a function decide", async () => {
    const when: HttpSensorSpec["when"] = ({ status, body, headers }) =>
      status === 200 && headers["x-n"] === "1" && body.startsWith("go");
    const headers = { "x-n": "1" };
    assert.deepEqual(
      await looks({ when }, [{ body: "stay", headers }, { body: "go", headers }, { body: "go" }, {
        body: "go",
        headers,
      }]),
      ["-", "requested", "-", "requested"],
    );
  });

  test("fails when the server does, and when the answer is too long", async () => {
    assert.deepEqual(await looks({ maxBytes: 10 }, [{ body: "a" }, { status: 503 }]), [
      "-",
      "The server answered 503.",
    ]);
    assert.deepEqual(await looks({ maxBytes: 3 }, [{ body: "abcd" }]), [
      "The answer is longer than 3 bytes.",
    ]);
  });

  test("asks nobody within the network unless it is allowed", async () => {
    const [came] = await looks({ allow: [] }, [{ body: "a" }]);
    assert.match(came, /was not called/);
    assert.equal(heard.length, 0);
  });

  test("makes headers when it needs them", async () => {
    let n = 0;
    await looks({ headers: { accept: "text/csv", authorization: () => `Bearer ${++n}` } }, [{ body: "a" }, {
      body: "a",
    }]);
    assert.deepEqual(heard.map(({ accept, authorization }) => `${accept} ${authorization}`), [
      "text/csv Bearer 1",
      "text/csv Bearer 2",
    ]);
  });
});
