/** Mail to a server of this machine, over a real socket. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type AddressInfo, createServer } from "node:net";
import { type Alert, type DeliveryError, emailChannel } from "sluice";

interface Received {
  readonly commands: readonly string[];
  /** The message as it was sent, dots unstuffed. */
  readonly message: string;
}

/** A mail server that takes one mail at a time; `refuse` gives the answer to a command that it does not take. */
async function mailServer(
  use: (port: number) => Promise<unknown>,
  refuse: (command: string) => string | undefined = () => undefined,
): Promise<Received> {
  const commands: string[] = [];
  let message = "";
  let isData = false;
  const server = createServer((socket) => {
    let pending = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    const hear = (line: string) => {
      if (isData) {
        if (line !== ".") return void (message += `${line.replace(/^\./, "")}\r\n`);
        isData = false;
        return say(refuse("END") ?? "250 2.0.0 queued");
      }
      commands.push(line);
      const verb = line.split(" ")[0].toUpperCase();
      const refusal = refuse(verb);
      if (refusal) return say(refusal);
      if (verb === "EHLO") return say("250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN");
      if (verb === "DATA") {
        isData = true;
        return say("354 go on");
      }
      if (verb === "AUTH") return say("235 2.7.0 welcome");
      say(verb === "QUIT" ? "221 bye" : "250 ok");
      if (verb === "QUIT") socket.end();
    };
    socket.on("data", (bytes) => {
      pending += bytes.toString("utf8");
      const lines = pending.split("\r\n");
      pending = lines.pop() ?? "";
      for (const line of lines) hear(line);
    });
    socket.on("error", () => {});
    say("220 mail.example ESMTP");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
  return { commands, message };
}

const alert: Alert = {
  key: "failures/job nightly",
  state: "firing",
  rule: "failures",
  subject: "job nightly\r\nBcc: everybody@example.com",
  severity: "error",
  count: 3,
  firstMs: Date.UTC(2026, 0, 1),
  lastMs: Date.UTC(2026, 0, 1, 0, 5),
  summary: "job nightly: run r1 failed \u{1f600}",
  events: [],
  lines: ["run r1 failed: no space", ".hidden by a dot"],
};
const base = {
  host: "127.0.0.1",
  from: "Sluice <sluice@example.com>",
  to: ["a@example.com", "b@example.com"],
  allow: ["127.0.0.1"],
} as const;
const signal = () => AbortSignal.timeout(10_000);

/** The headers of a message, unfolded, by their names in lower case. */
function headersOf(message: string): ReadonlyMap<string, string> {
  const [head] = message.split("\r\n\r\n");
  const lines = head.replace(/\r\n[ \t]+/g, " ").split("\r\n");
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
  );
}

function bodyOf(message: string): string {
  const [, ...rest] = message.split("\r\n\r\n");
  const text = rest.join("\r\n\r\n");
  switch (headersOf(message).get("content-transfer-encoding")) {
    case "base64":
      return Buffer.from(text, "base64").toString("utf8");
    case "quoted-printable":
      return Buffer.from(
        text.replace(/=\r\n/g, "").replace(
          /=([0-9A-F]{2})/g,
          (_, hex) => String.fromCharCode(parseInt(hex, 16)),
        ),
        "latin1",
      ).toString("utf8");
    default:
      return text;
  }
}

describe("mail", () => {
  test("has the form of a message, and no header that a text has brought along", async () => {
    const { commands, message } = await mailServer((port) =>
      emailChannel({ ...base, port, auth: { user: "me", pass: "word" } }).send(alert, signal())
    );
    assert.match(commands[0], /^EHLO /);
    const login = Buffer.from("\0me\0word").toString("base64");
    assert.ok(commands.includes(`AUTH PLAIN ${login}`));
    assert.deepEqual(
      commands.filter((line) => /^(MAIL|RCPT)/.test(line)).map((line) => line.split(" BODY")[0]),
      [
        "MAIL FROM:<sluice@example.com>",
        "RCPT TO:<a@example.com>",
        "RCPT TO:<b@example.com>",
      ],
    );
    const headers = headersOf(message);
    assert.equal(headers.get("from"), "Sluice <sluice@example.com>");
    assert.equal(headers.get("to"), "a@example.com, b@example.com");
    assert.equal(headers.get("subject"), "[Sluice] Error: job nightly Bcc: everybody@example.com");
    assert.equal(headers.has("bcc"), false);
    assert.equal(headers.get("auto-submitted"), "auto-generated");
    assert.match(headers.get("content-type") ?? "", /^text\/plain; charset=utf-8/);
    assert.ok(Number.isFinite(Date.parse(headers.get("date") ?? "")));
    assert.match(headers.get("message-id") ?? "", /^<[0-9a-f]{32}@example\.com>$/);
    assert.equal(
      bodyOf(message).replaceAll("\r\n", "\n").trimEnd(),
      [
        "job nightly: run r1 failed \u{1f600}",
        "",
        "- run r1 failed: no space",
        "- .hidden by a dot",
        "",
        "Rule: failures",
        "Events: 3, from 2026-01-01T00:00:00.000Z to 2026-01-01T00:05:00.000Z",
      ].join("\n"),
    );
  });

  test("keeps its id when it is sent again, and all of one trouble in a thread", async () => {
    const sent = async (each: Alert) =>
      headersOf((await mailServer((port) => emailChannel({ ...base, port }).send(each, signal()))).message);
    const [one, again, end] = [
      await sent(alert),
      await sent(alert),
      await sent({ ...alert, state: "resolved" }),
    ];
    assert.equal(one.get("message-id"), again.get("message-id"));
    assert.notEqual(one.get("message-id"), end.get("message-id"));
    assert.deepEqual([one.get("in-reply-to"), one.get("references")], [
      end.get("in-reply-to"),
      end.get("references"),
    ]);
    assert.match(end.get("subject") ?? "", /Resolved/);
  });

  test("says whether trying again may help, and never the password", async () => {
    const answers: readonly (readonly [verb: string, answer: string, isTransient: boolean])[] = [
      ["RCPT", "550 5.1.1 no such user", false],
      ["RCPT", "451 4.3.0 later", true],
      ["AUTH", "535 5.7.8 wrong", false],
      ["END", "554 5.7.1 looks like spam", false],
    ];
    for (const [verb, answer, isTransient] of answers) {
      let error: DeliveryError | undefined;
      await mailServer(
        (port) =>
          emailChannel({ ...base, port, to: ["a@example.com"], auth: { user: "me", pass: "tell-nobody" } })
            .send(alert, signal()).catch((thrown) => error = thrown),
        (command) => command === verb ? answer : undefined,
      );
      assert.equal(error?.isTransient, isTransient, `${verb} ${answer}: ${error?.message}`);
      assert.ok(error.message.includes(answer.slice(0, 3)), error.message);
      assert.equal(error.message.includes("tell-nobody"), false);
    }
    const nobody = emailChannel({ ...base, port: 1 }).send(alert, signal());
    await assert.rejects(nobody, { name: "DeliveryError", isTransient: true });
  });

  test("goes to no server within the network unless it is allowed, and not without encryption elsewhere", async () => {
    const inside = emailChannel({ ...base, allow: [], port: 25 }).send(alert, signal());
    await assert.rejects(inside, { isTransient: false, message: /loopback/ });
    const { commands } = await mailServer(async (port) => {
      const plain = emailChannel({ ...base, host: "127.0.0.1", allow: ["localhost"], port });
      await assert.rejects(plain.send(alert, signal()));
      let given: { readonly requireTLS?: boolean; readonly tls?: unknown } = {};
      const mailer = {
        createTransport: (options: object) => {
          given = options;
          return { sendMail: async () => {}, close: () => {} };
        },
      };
      await emailChannel({ ...base, host: "1.1.1.1", mailer }).send(alert, signal());
      assert.equal(given.requireTLS, true);
      await emailChannel({ ...base, host: "localhost", allow: ["localhost"], mailer }).send(alert, signal());
      assert.deepEqual([given.requireTLS, given.tls], [false, { servername: "localhost" }]);
    });
    assert.deepEqual(commands, []);
  });

  test("refuses options that are none", () => {
    for (
      const wrong of [{}, { ...base, to: [] }, { ...base, hots: "x" }, { ...base, port: 0 }, {
        ...base,
        auth: {},
      }]
    ) {
      assert.throws(() => emailChannel(wrong as never), { code: "MONITOR_INVALID" });
    }
  });
});
