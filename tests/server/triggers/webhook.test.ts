/** T56: webhooks over a real socket. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { defineAsset, definitions } from "sluice";
import { defineWebhook, githubSignature, standardWebhooks } from "sluice/server";
import { z } from "zod";
import { serve, type Served } from "../support.ts";

const seen: unknown[] = [];
const paid = defineAsset({
  key: "paid",
  config: z.object({ order: z.int() }),
  run: ({ config }) => config.order,
});
const key = Buffer.alloc(32, 5);
const triggers = [
  defineWebhook({
    name: "paid",
    target: paid,
    signature: standardWebhooks(`whsec_${key.toString("base64")}`),
    inputs: z.object({ order: z.int() }),
    run: ({ inputs, caller }) => {
      seen.push(caller);
      return { config: { paid: inputs } };
    },
  }),
  defineWebhook({
    name: "pushed",
    target: paid,
    signature: githubSignature("hush"),
    run: () => ({ config: { paid: { order: 0 } } }),
  }),
];

interface Delivery {
  readonly id?: string;
  readonly stamp?: number;
  readonly body?: string;
  readonly signed?: string;
  readonly signature?: string;
}

function deliver(
  served: Served,
  { id = "msg_1", stamp = Date.now() / 1_000, body = '{"order": 7}', signed = body, signature }: Delivery,
) {
  const time = String(Math.floor(stamp));
  const right = createHmac("sha256", key).update(`${id}.${time}.${signed}`).digest("base64");
  return served.ask("/triggers/paid", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": time,
      "webhook-signature": signature ?? `v1,${right}`,
    },
    body,
  });
}

describe("T56 a webhook", () => {
  test("starts a run when it is signed, one for each delivery", async () => {
    await using served = await serve(definitions({ assets: [paid] }), { triggers });
    const first = await deliver(served, {});
    assert.equal(first.status, 202);
    assert.equal(seen.at(-1), "Standard Webhooks");
    const { run_id } = await first.json();
    const again = await deliver(served, {});
    assert.deepEqual([again.status, again.headers.get("idempotency-replayed")], [200, "true"]);
    assert.equal((await again.json()).run_id, run_id);
    const two = await deliver(served, { id: "msg_2", signature: undefined as never });
    assert.equal(two.status, 202);
    await two.body?.cancel();
    assert.equal((await served.sluice.runs()).length, 2);
  });

  test("takes one good signature among several", async () => {
    await using served = await serve(definitions({ assets: [paid] }), { triggers });
    const time = Math.floor(Date.now() / 1_000);
    const right = createHmac("sha256", key).update(`msg_1.${time}.{"order": 7}`).digest("base64");
    const answer = await deliver(served, { stamp: time, signature: `v1,${btoa("other")} v1a,x v1,${right}` });
    assert.equal(answer.status, 202);
  });

  test("starts nothing when anything is wrong, and does not say what", async () => {
    await using served = await serve(definitions({ assets: [paid] }), { triggers });
    const now = Date.now() / 1_000;
    const wrong: readonly Delivery[] = [
      { signature: `v1,${createHmac("sha256", "another key").update("x").digest("base64")}` },
      { stamp: now - 310 },
      { stamp: now + 310 },
      { body: '{"order": 8}', signed: '{"order": 7}' },
      { body: '{"order":7}', signed: '{"order": 7}' },
      { id: "msg.1" },
      { signature: "" },
    ];
    const answers = new Set<string>();
    for (const each of wrong) {
      const answer = await deliver(served, each);
      assert.equal(answer.status, 401, JSON.stringify(each));
      answers.add(await answer.text());
    }
    assert.equal(answers.size, 1);
    assert.deepEqual(await served.sluice.runs(), []);
  });

  test("is checked by its schema after its signature", async () => {
    await using served = await serve(definitions({ assets: [paid] }), { triggers });
    assert.equal((await deliver(served, { body: '{"order": "x"}' })).status, 422);
    assert.equal((await deliver(served, { body: "{" })).status, 400);
  });

  test("of GitHub is known by its delivery", async () => {
    await using served = await serve(definitions({ assets: [paid] }), { triggers });
    const body = '{"zen":"Design for failure."}';
    const push = (signature: string) =>
      served.ask("/triggers/pushed", {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-github-delivery": "d-1",
          "x-hub-signature-256": `sha256=${signature}`,
        },
        body,
      });
    const right = createHmac("sha256", "hush").update(body).digest("hex");
    assert.equal((await push(right.replace(/^./, "g"))).status, 401);
    const [one, other] = [await push(right), await push(right)];
    assert.deepEqual([one.status, other.status], [202, 200]);
    assert.equal((await one.json()).run_id, (await other.json()).run_id);
  });
});
