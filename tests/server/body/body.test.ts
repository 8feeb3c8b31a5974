import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseBody, requireJsonType } from "../../../src/server/body/json.ts";
import { readBody } from "../../../src/server/body/read.ts";
import { Problem } from "../../../src/server/problem.ts";

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function post(body: BodyInit | undefined, headers: Record<string, string> = {}): Request {
  return new Request("http://localhost/", { method: "POST", headers, ...(body !== undefined && { body }) });
}

function refusedWith(status: number, code: string): (error: unknown) => boolean {
  return (error) => error instanceof Problem && error.status === status && error.code === code;
}

describe("parseBody", () => {
  test("gives what JSON.parse gives", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        assert.deepEqual(parseBody(bytes(JSON.stringify(value))), JSON.parse(JSON.stringify(value)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("takes nothing for no inputs", () => assert.equal(parseBody(bytes("")), undefined));

  test("refuses what is no JSON, is too deep or too wide, or is not UTF-8", () => {
    const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    const wide = (fields: number) =>
      `{${Array.from({ length: fields }, (_, index) => `"k${index}":0`).join(",")}}`;
    parseBody(bytes(deep(64)));
    parseBody(bytes(wide(10_000)));
    const bad = [
      bytes("{"),
      bytes("nul"),
      bytes(deep(65)),
      bytes(deep(100_000)),
      bytes(wide(10_001)),
      Uint8Array.of(0x22, 0xff, 0x22),
    ];
    for (const each of bad) assert.throws(() => parseBody(each), refusedWith(400, "BODY_INVALID"));
  });

  test("counts what lies in texts as text", () => {
    const text = JSON.stringify({ a: `${"[{:".repeat(50_000)}\\"` });
    assert.deepEqual(parseBody(bytes(text)), JSON.parse(text));
  });

  test("refuses a field that would become a prototype, however it is written", () => {
    const texts = ['{"__proto__":{"x":1}}', '{"a":[{"\\u005f_proto__":1}]}', '{"a":{"__pro\\u0074o__":1}}'];
    for (const text of texts) assert.throws(() => parseBody(bytes(text)), refusedWith(400, "BODY_INVALID"));
    assert.deepEqual(parseBody(bytes('{"a":"__proto__"}')), { a: "__proto__" });
  });
});

describe("requireJsonType", () => {
  test("takes JSON and what is made of it", () => {
    for (
      const type of ["application/json", "Application/JSON; charset=utf-8", "application/cloudevents+json"]
    ) {
      requireJsonType(post("{}", { "content-type": type }));
    }
  });

  test("refuses everything else", () => {
    for (
      const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
    ) {
      assert.throws(
        () => requireJsonType(post("{}", { "content-type": type })),
        refusedWith(415, "BODY_TYPE_REFUSED"),
      );
    }
  });
});

describe("readBody", () => {
  test("gives the bytes as they were sent", async () => {
    const sent = Uint8Array.from({ length: 200_000 }, (_, index) => index * 7);
    assert.deepEqual(await readBody(post(sent), sent.length), sent);
  });

  test("stops reading a stream at the limit", async () => {
    let pulled = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    const request = new Request(
      "http://localhost/",
      { method: "POST", body: stream, duplex: "half" } as RequestInit,
    );
    await assert.rejects(readBody(request, 10_000), refusedWith(413, "BODY_TOO_LARGE"));
    assert.ok(pulled < 50, `${pulled} pieces were asked for`);
  });

  test("refuses what is compressed", async () => {
    const request = post("{}", { "content-encoding": "gzip" });
    await assert.rejects(readBody(request, 10), refusedWith(415, "BODY_TYPE_REFUSED"));
  });
});
