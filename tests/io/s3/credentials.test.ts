import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findCredentials } from "../../../src/io/s3/credentials.ts";
import { inFolder } from "../../support/folder.ts";

const clock = { now: () => 0, after: () => () => {} };
const noFetch = (() => assert.fail("nobody is to be asked")) as unknown as typeof globalThis.fetch;

/** Answers as a container's service does, and keeps what it was asked. */
function lender(asked: (readonly [string, string | null])[]): typeof globalThis.fetch {
  return ((address: string, init: RequestInit = {}) => {
    asked.push([address, new Headers(init.headers).get("authorization")]);
    const number = asked.length;
    return Promise.resolve(Response.json({ AccessKeyId: `id-${number}`, SecretAccessKey: "s", Token: "t" }));
  }) as typeof globalThis.fetch;
}

describe("credentials", () => {
  test("are those given, else those of the variables", async () => {
    const env = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "s" };
    const given = { accessKeyId: "x", secretAccessKey: "y" };
    assert.deepEqual(
      await findCredentials(given, { environment: env, fetch: noFetch, clock: clock })(),
      given,
    );
    assert.deepEqual(
      await findCredentials(() => Promise.resolve(given), {
        environment: env,
        fetch: noFetch,
        clock: clock,
      })(),
      given,
    );
    assert.deepEqual(await findCredentials(undefined, { environment: env, fetch: noFetch, clock: clock })(), {
      accessKeyId: "a",
      secretAccessKey: "s",
    });
    const session = { ...env, AWS_SESSION_TOKEN: "t" };
    assert.equal(
      (await findCredentials(undefined, { environment: session, fetch: noFetch, clock: clock })())
        .sessionToken,
      "t",
    );
  });

  test("are lent by the container, and kept for a while", async () => {
    const asked: (readonly [string, string | null])[] = [];
    let nowMs = 0;
    const moving = { ...clock, now: () => nowMs };
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "token"), "Bearer x\n");
      const env = {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://pod.test/keys",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, "token"),
      };
      const get = findCredentials(undefined, { environment: env, fetch: lender(asked), clock: moving });
      assert.deepEqual([(await get()).accessKeyId, (await get()).accessKeyId], ["id-1", "id-1"]);
      nowMs = 6 * 60_000;
      assert.equal((await get()).accessKeyId, "id-2");
    });
    assert.deepEqual(asked[0], ["http://pod.test/keys", "Bearer x"]);
    await findCredentials(undefined, {
      environment: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/k" },
      fetch: lender(asked),
      clock: clock,
    })();
    assert.deepEqual(asked[2], ["http://169.254.170.2/v2/k", null]);
  });

  test("are those of a role, for the token of a service account", async () => {
    const asked: (readonly [string, string])[] = [];
    let answer = () =>
      new Response(
        "<R><Credentials><AccessKeyId>id</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" +
          "<SessionToken>t&amp;t</SessionToken></Credentials></R>",
      );
    const fetch = (async (address: string, init: RequestInit) => {
      asked.push([address, await new Response(init.body).text()]);
      return answer();
    }) as typeof globalThis.fetch;
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "token"), "the token\n");
      const environment = {
        AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token"),
        AWS_ROLE_ARN: "arn:aws:iam::1:role/r",
        AWS_REGION: "eu-west-1",
      };
      const keys = await findCredentials(undefined, { environment, fetch, clock })();
      assert.deepEqual(keys, { accessKeyId: "id", secretAccessKey: "s", sessionToken: "t&t" });
      assert.equal(asked[0][0], "https://sts.eu-west-1.amazonaws.com");
      assert.deepEqual(Object.fromEntries(new URLSearchParams(asked[0][1])), {
        Action: "AssumeRoleWithWebIdentity",
        Version: "2011-06-15",
        RoleArn: "arn:aws:iam::1:role/r",
        RoleSessionName: "sluice",
        WebIdentityToken: "the token",
      });
      answer = () =>
        new Response("<E><Error><Code>AccessDenied</Code><Message>Not yours</Message></Error></E>", {
          status: 403,
        });
      await assert.rejects(
        findCredentials(undefined, { environment, fetch, clock })(),
        /role\/r lends no credentials: the service answers 403 AccessDenied \(Not yours\)/,
      );
    });
  });

  test("that are not there are missed with advice", async () => {
    await assert.rejects(
      findCredentials(undefined, { environment: {}, fetch: noFetch, clock: clock })(),
      /there are no credentials/,
    );
  });
});
