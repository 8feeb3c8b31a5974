import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type Alert,
  type AlertChannel,
  type DeliveryError,
  pagerDutyChannel,
  slackChannel,
  webhookChannel,
} from "sluice";

/** The servers of these tests are on this machine. */
const allow = ["127.0.0.1"];

interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a channel posts to a server that gives an answer; and what the channel makes of that. */
async function post(
  open: (url: string) => AlertChannel,
  alert: Alert,
  answer: { readonly status: number; readonly headers?: { readonly [name: string]: string } } = {
    status: 200,
  },
): Promise<{ readonly posted: Posted; readonly error: DeliveryError | undefined }> {
  let posted: Posted | undefined;
  const server = createServer((request, response) => {
    const parts: Uint8Array[] = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      posted = { headers: request.headers, text: Buffer.concat(parts).toString("utf8") };
      response.writeHead(answer.status, answer.headers).end("so it is");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const channel = open(`http://127.0.0.1:${port}/hook?key=hidden`);
    const error = await channel.send(alert, AbortSignal.timeout(5_000)).then(
      () => undefined,
      (thrown) => thrown,
    );
    return { posted: posted as Posted, error };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const alert: Alert = {
  key: "failures/job nightly",
  state: "firing",
  rule: "failures",
  subject: "job nightly",
  severity: "error",
  count: 3,
  firstMs: Date.UTC(2026, 0, 1),
  lastMs: Date.UTC(2026, 0, 1, 0, 5),
  summary: "job nightly: run r1 failed: <!channel> & \u{1f600}",
  events: [],
  lines: ["run r1 failed: <https://evil.example|click>", "run r2 failed"],
};

describe("a webhook", () => {
  test("is signed as Standard Webhooks says", async () => {
    const key = crypto.getRandomValues(new Uint8Array(24));
    const secret = `whsec_${btoa(String.fromCharCode(...key))}`;
    const { posted: { headers, text }, error } = await post(
      (url) => webhookChannel({ url, allow, secret }),
      alert,
    );
    assert.equal(error, undefined);
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${text}`;
    const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, [
      "verify",
    ]);
    const [version, signature] = String(headers["webhook-signature"]).split(",");
    assert.equal(version, "v1");
    const bytes = Uint8Array.from(atob(signature), (each) => each.charCodeAt(0));
    assert.ok(await crypto.subtle.verify("HMAC", imported, bytes, new TextEncoder().encode(signed)));
    assert.ok(Math.abs(Number(headers["webhook-timestamp"]) * 1_000 - Date.now()) < 60_000);
    assert.match(String(headers["webhook-id"]), /^[\w-]+$/);
    assert.deepEqual(JSON.parse(text), {
      type: "sluice.alert",
      timestamp: "2026-01-01T00:05:00.000Z",
      data: { ...alert },
    });
  });

  test("keeps its id when it is sent again, and has another for another notice", async () => {
    const open = (url: string) => webhookChannel({ url, allow, secret: "c2VjcmV0LXNlY3JldC1zZWNyZXQ=" });
    const ids = [];
    for (const each of [alert, alert, { ...alert, count: 4 }, { ...alert, state: "resolved" } as const]) {
      ids.push((await post(open, each)).posted.headers["webhook-id"]);
    }
    assert.equal(ids[0], ids[1]);
    assert.equal(new Set(ids).size, 3);
  });

  test("is not signed without a secret, and refuses what is none", async () => {
    const { posted: { headers } } = await post((url) => webhookChannel({ url, allow }), alert);
    assert.equal(headers["webhook-signature"], undefined);
    assert.equal(headers["content-type"], "application/json");
    assert.throws(() => webhookChannel({ url: "ftp://x" }), { code: "MONITOR_INVALID" });
    assert.throws(() => webhookChannel({ url: "https://x", secret: "not base64!" }), {
      code: "MONITOR_INVALID",
    });
    assert.throws(() => webhookChannel({} as never), { code: "MONITOR_INVALID" });
  });
});

describe("a message in Slack", () => {
  test("has the shape of a message with blocks, and mentions nobody", async () => {
    const { posted: { text } } = await post((url) => slackChannel({ url, allow }), alert);
    const message = JSON.parse(text);
    assert.deepEqual(Object.keys(message).sort(), ["blocks", "text"]);
    const [header, section, context] = message.blocks;
    assert.deepEqual(header, {
      type: "header",
      text: { type: "plain_text", text: "Error: job nightly", emoji: false },
    });
    assert.equal(section.type, "section");
    assert.equal(section.text.type, "mrkdwn");
    assert.doesNotMatch(section.text.text + message.text, /[<>]/);
    assert.match(section.text.text, /&lt;!channel&gt; &amp; \u{1f600}\n- run r1 failed/u);
    assert.deepEqual(context.elements, [{ type: "plain_text", text: "failures, 3 in all", emoji: false }]);
  });

  test("keeps to the lengths that Slack takes", async () => {
    const long = "&".repeat(2_000) + "\u{1f600}".repeat(3_000);
    const { posted: { text } } = await post((url) => slackChannel({ url, allow }), {
      ...alert,
      subject: long,
      summary: long,
    });
    const { blocks: [header, section] } = JSON.parse(text);
    assert.ok(header.text.text.length <= 150);
    assert.ok(section.text.text.length <= 3_000);
    assert.doesNotMatch(section.text.text, /&(?!amp;|lt;|gt;)/);
    assert.ok(!/[\ud800-\udbff](?![\udc00-\udfff])/.test(header.text.text + section.text.text));
  });
});

describe("an event of PagerDuty", () => {
  const open = (url: string) => pagerDutyChannel({ routingKey: "r".repeat(32), url, source: "shop", allow });

  test("triggers with all that the API requires", async () => {
    const { posted: { text } } = await post(open, alert);
    const { payload, ...head } = JSON.parse(text);
    assert.deepEqual(head, {
      routing_key: "r".repeat(32),
      dedup_key: "failures/job nightly",
      event_action: "trigger",
      client: "Sluice",
    });
    assert.deepEqual(payload, {
      summary: alert.summary,
      source: "shop",
      severity: "error",
      timestamp: "2026-01-01T00:05:00.000Z",
      component: "job nightly",
      class: "failures",
      custom_details: { count: 3, first: "2026-01-01T00:00:00.000Z", events: alert.lines },
    });
  });

  test("resolves by the same key, and keeps to the lengths of the API", async () => {
    const key = "k".repeat(400);
    const [fired, resolved] = [
      await post(open, { ...alert, key, summary: "\u{1f600}".repeat(2_000) }),
      await post(open, { ...alert, key, state: "resolved" }),
    ].map(({ posted }) => JSON.parse(posted.text));
    assert.equal(resolved.event_action, "resolve");
    assert.equal(resolved.dedup_key, fired.dedup_key);
    assert.ok(fired.dedup_key.length <= 255 && fired.payload.summary.length <= 1_024);
  });
});

describe("a receiver's answer", () => {
  test("says whether trying again may help, and never shows the address", async () => {
    const open = (url: string) => slackChannel({ url, allow });
    const cases = [[400, false], [404, false], [408, true], [429, true], [500, true], [503, true]] as const;
    for (const [status, isTransient] of cases) {
      const { error } = await post(open, alert, { status });
      assert.equal(error?.isTransient, isTransient, String(status));
      assert.equal(error?.message, `slack answered ${status}: so it is.`);
    }
    const { error } = await post(open, alert, { status: 429, headers: { "retry-after": "7" } });
    assert.equal(error?.afterMs, 7_000);
    const nobody = slackChannel({ url: "http://127.0.0.1:1/hidden", allow });
    await assert.rejects(nobody.send(alert, AbortSignal.timeout(5_000)), (thrown: DeliveryError) => {
      assert.equal(thrown.message, "slack could not be reached.");
      return thrown.isTransient;
    });
  });

  test("is not followed elsewhere", async () => {
    const { error } = await post((url) => slackChannel({ url, allow }), alert, {
      status: 307,
      headers: { location: "http://127.0.0.1:1/" },
    });
    assert.ok(error?.isTransient);
  });
});

describe("a receiver within the network", () => {
  test("is not called unless it is allowed, whatever its name leads to, and not tried again", async () => {
    const insides = [
      "https://127.0.0.1/x",
      "https://[::1]/x",
      "https://169.254.169.254/x",
      "https://localhost/x",
    ];
    for (const url of insides) {
      const error: DeliveryError = await webhookChannel({ url }).send(alert, AbortSignal.timeout(5_000)).then(
        () => assert.fail("it was sent"),
        (thrown) => thrown,
      );
      assert.match(error.message, /was not called: .*leads to .*(loopback|metadata) address/);
      assert.equal(error.isTransient, false);
    }
    assert.throws(() => webhookChannel({ url: "http://hooks.example/x" }), {
      code: "MONITOR_INVALID",
      message: /allow: \["hooks.example"\]/,
    });
    assert.throws(() => webhookChannel({ url: "https://hooks.example/x", allow: ["http://x"] }), {
      code: "MONITOR_INVALID",
      message: /hosts, addresses and networks/,
    });
  });
});
