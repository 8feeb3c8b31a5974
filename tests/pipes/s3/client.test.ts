import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { openDagsterPipes } from "sluice/pipes";
import { addressOf, createS3Client } from "../../../src/pipes/s3/client.ts";
import { findCredentials } from "../../../src/pipes/s3/credentials.ts";
import { encodeParam } from "../../../src/pipes/wire/params.ts";
import { inFolder } from "../../support/folder.ts";

const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

/** Runs a test against a server that gives these answers. */
async function withServer(answer: Answer, work: (endpoint: string) => Promise<void>): Promise<void> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A bucket in memory. */
function keep(objects: Map<string, string>): Answer {
  return async (request, response) => {
    assert.match(
      request.headers.authorization ?? "",
      /^AWS4-HMAC-SHA256 Credential=id\/\d{8}\/eu-west-1\/s3\//,
    );
    const key = request.url ?? "";
    if (request.method === "PUT") objects.set(key, await text(request));
    if (!objects.has(key)) response.statusCode = 404;
    response.end(objects.get(key) ?? "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>");
  };
}

describe("the client of S3", () => {
  test("puts and gets objects with signed requests, whatever their key", () =>
    withServer(keep(new Map()), async (endpoint) => {
      const s3 = createS3Client({ endpoint, region: "eu-west-1", credentials });
      await s3.put("b", "a key/\u00e9+&.json", "text \u00e9");
      assert.equal(await s3.get("b", "a key/\u00e9+&.json"), "text \u00e9");
      await assert.rejects(s3.get("b", "absent"), {
        code: "CHANNEL_FAILED",
        message: "CHANNEL_FAILED: Cannot read s3://b/absent: 404 NoSuchKey: gone.",
      });
    }));

  test("says when nobody answers", async () => {
    const s3 = createS3Client({ endpoint: "http://127.0.0.1:1", credentials });
    await assert.rejects(s3.get("b", "k"), /cannot be reached/);
  });

  test("finds Amazon's address of a bucket", () => {
    assert.equal(addressOf("b", "k/1.json", "eu-west-1"), "https://b.s3.eu-west-1.amazonaws.com/k/1.json");
    assert.equal(addressOf("b.c", "k", "eu-west-1"), "https://s3.eu-west-1.amazonaws.com/b.c/k");
    assert.equal(addressOf("b", "k", "cn-north-1"), "https://b.s3.cn-north-1.amazonaws.com.cn/k");
    assert.equal(addressOf("b", "k", "any", "http://host:9000/"), "http://host:9000/b/k");
  });
});

describe("credentials", () => {
  test("come from where they are given, the environment, or the container", () =>
    withServer((request, response) => {
      assert.equal(request.headers.authorization, "token");
      response.end(JSON.stringify({ AccessKeyId: "a", SecretAccessKey: "b", Token: "c" }));
    }, async (endpoint) => {
      const keys = { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "y", AWS_SESSION_TOKEN: "z" };
      const lent = {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: endpoint,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: "token",
      };
      assert.deepEqual(await findCredentials(credentials, keys)(), credentials);
      assert.deepEqual(await findCredentials(async () => credentials, keys)(), credentials);
      assert.deepEqual(await findCredentials(undefined, keys)(), {
        accessKeyId: "x",
        secretAccessKey: "y",
        sessionToken: "z",
      });
      assert.deepEqual(await findCredentials(undefined, lent)(), {
        accessKeyId: "a",
        secretAccessKey: "b",
        sessionToken: "c",
      });
      await assert.rejects(findCredentials(undefined, {})(), { code: "CREDENTIALS_MISSING" });
    }));
});

describe("the role of a service account", () => {
  const answer =
    "<R><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken></R>";

  test("is taken with the token in its file", () =>
    inFolder((folder) =>
      withServer(async (request, response) => {
        const asked = new URLSearchParams(await text(request));
        const isRight = asked.get("RoleArn") === "arn:r" && asked.get("WebIdentityToken") === "token";
        response.statusCode = isRight ? 200 : 403;
        response.end(isRight ? answer : "<E><Code>AccessDenied</Code><Message>no</Message></E>");
      }, async (endpoint) => {
        const file = join(folder, "token");
        writeFileSync(file, "token\n");
        const role = { AWS_ENDPOINT_URL_STS: endpoint, AWS_WEB_IDENTITY_TOKEN_FILE: file };
        assert.deepEqual(await findCredentials(undefined, { ...role, AWS_ROLE_ARN: "arn:r" })(), {
          accessKeyId: "a",
          secretAccessKey: "b",
          sessionToken: "c",
        });
        await assert.rejects(
          findCredentials(undefined, { ...role, AWS_ROLE_ARN: "arn:x" })(),
          /the role arn:x lends none: 403 AccessDenied: no/,
        );
      })
    ));
});

describe("a session over S3", () => {
  test("reads its context there, and has sent its first chunk when it is open", () => {
    const objects = new Map([[
      "/b/context.json",
      JSON.stringify({ run_id: "r", retry_number: 0, extras: {} }),
    ]]);
    return withServer(keep(objects), async (endpoint) => {
      const pipes = await openDagsterPipes({
        from: {
          DAGSTER_PIPES_CONTEXT: encodeParam({ bucket: "b", key: "context.json" }),
          DAGSTER_PIPES_MESSAGES: encodeParam({ bucket: "b", key_prefix: "p" }),
        },
        s3: { endpoint, region: "eu-west-1", credentials },
      });
      const methods = (key: string): unknown =>
        objects.get(key)?.split("\n").map((line) => JSON.parse(line).method);
      assert.deepEqual(methods("/b/p/1.json"), ["opened"]);
      pipes.log.info("x");
      await pipes.close();
      assert.deepEqual(methods("/b/p/2.json"), ["log", "closed"]);
    });
  });

  test("does not open when its messages cannot be sent", () =>
    withServer((_, response) => void (response.statusCode = 403, response.end()), async (endpoint) => {
      const from = {
        DAGSTER_PIPES_CONTEXT: encodeParam({ data: { run_id: "r", retry_number: 0, extras: {} } }),
        DAGSTER_PIPES_MESSAGES: encodeParam({ bucket: "b" }),
      };
      const s3 = { endpoint, region: "eu-west-1", credentials };
      await assert.rejects(openDagsterPipes({ from, s3, chunks: { retries: 0 } }), {
        code: "CHANNEL_FAILED",
      });
    }));
});
