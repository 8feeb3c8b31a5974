import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { githubSignature } from "../../../src/server/signatures/github.ts";
import { standardWebhooks } from "../../../src/server/signatures/standard.ts";

const NOW_MS = 1_760_000_000_000;
const STAMP = String(NOW_MS / 1_000);

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Signs by the words of the specification, with its own primitives. */
function sign(secret: string, id: string, stamp: string, body: string): string {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  return `v1,${createHmac("sha256", key).update(Buffer.from(`${id}.${stamp}.${body}`)).digest("base64")}`;
}

describe("standardWebhooks", () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const other = Buffer.alloc(24, 9).toString("base64");
  const body = '{"type":"order.paid", "data":{"id":1}}';

  function verify(
    over: { id?: string; stamp?: string; signature?: string; body?: string; secrets?: string[] } = {},
  ) {
    const { id = "msg_1", stamp = STAMP } = over;
    const headers = new Headers({
      "webhook-id": id,
      "webhook-timestamp": stamp,
      "webhook-signature": over.signature ?? sign(secret, id, stamp, body),
    });
    return standardWebhooks(over.secrets ?? [secret]).verify({
      headers,
      body: bytes(over.body ?? body),
      nowMs: NOW_MS,
    });
  }

  test("knows the example of the specification", () => {
    // The test vector that the libraries of Standard Webhooks share.
    const headers = new Headers({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
    const found = standardWebhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").verify({
      headers,
      body: bytes('{"test": 2432232314}'),
      nowMs: 1_614_265_330_000,
    });
    assert.deepEqual(found, { id: "msg_p5jXN8AQM9LWM0D4loKWxJek" });
  });

  test("takes what is signed, by any of its secrets and among several signatures", () => {
    assert.deepEqual(verify(), { id: "msg_1" });
    assert.deepEqual(verify({ secrets: [other, secret] }), { id: "msg_1" });
    assert.deepEqual(verify({ signature: `v1a,xxxx v1,AAAA ${sign(secret, "msg_1", STAMP, body)}` }), {
      id: "msg_1",
    });
    for (const stamp of [Number(STAMP) - 300, Number(STAMP) + 300]) {
      assert.ok(verify({ stamp: String(stamp) }), String(stamp));
    }
  });

  test("takes nothing else", () => {
    const late = String(Number(STAMP) - 301);
    const early = String(Number(STAMP) + 301);
    const wrong: readonly Parameters<typeof verify>[0][] = [
      { signature: sign(other, "msg_1", STAMP, body) },
      { stamp: late },
      { stamp: early },
      { stamp: "" },
      { stamp: "1e9" },
      { id: "msg.1" },
      { id: "" },
      { body: body.replace("1", "2") },
      { body: JSON.stringify(JSON.parse(body)) },
      { signature: "" },
      { signature: "v1," },
      { signature: sign(secret, "msg_1", STAMP, body).replace("v1,", "v2,") },
      { signature: sign(secret, "msg_2", STAMP, body) },
    ];
    for (const each of wrong) assert.equal(verify(each), undefined, JSON.stringify(each));
  });

  test("wants secrets that are long enough", () => {
    for (
      const bad of [
        "",
        "short",
        Buffer.alloc(23).toString("base64"),
        Buffer.alloc(65).toString("base64"),
        "***",
      ]
    ) {
      assert.throws(() => standardWebhooks(bad), { code: "DEFINITION_INVALID" }, bad);
    }
    assert.throws(() => standardWebhooks([]), { code: "DEFINITION_INVALID" });
  });
});

describe("githubSignature", () => {
  const secret = "It's a Secret to Everybody";

  function verify(header: string | undefined, body: string = "Hello, World!", secrets: string[] = [secret]) {
    const headers = new Headers({ "x-github-delivery": "72d3162e" });
    if (header !== undefined) headers.set("x-hub-signature-256", header);
    return githubSignature(secrets).verify({ headers, body: bytes(body), nowMs: NOW_MS });
  }

  test("knows the example of GitHub's documentation", () => {
    const right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    assert.deepEqual(verify(right), { id: "72d3162e" });
    assert.deepEqual(verify(right, "Hello, World!", ["another", secret]), { id: "72d3162e" });
    for (
      const wrong of [
        undefined,
        "",
        "sha256=",
        right.toUpperCase(),
        right.replace("7", "8"),
        right.replace("256", "1"),
      ]
    ) {
      assert.equal(verify(wrong), undefined, String(wrong));
    }
    assert.equal(verify(right, "Hello, World"), undefined);
  });

  test("wants a secret", () => assert.throws(() => githubSignature(""), { code: "DEFINITION_INVALID" }));
});
