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
    assert.deepEqual(await findCredentials(given, env, noFetch, clock)(), given);
    assert.deepEqual(await findCredentials(() => Promise.resolve(given), env, noFetch, clock)(), given);
    assert.deepEqual(await findCredentials(undefined, env, noFetch, clock)(), {
      accessKeyId: "a",
      secretAccessKey: "s",
    });
    const session = { ...env, AWS_SESSION_TOKEN: "t" };
    assert.equal((await findCredentials(undefined, session, noFetch, clock)()).sessionToken, "t");
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
      const get = findCredentials(undefined, env, lender(asked), moving);
      assert.deepEqual([(await get()).accessKeyId, (await get()).accessKeyId], ["id-1", "id-1"]);
      nowMs = 6 * 60_000;
      assert.equal((await get()).accessKeyId, "id-2");
    });
    assert.deepEqual(asked[0], ["http://pod.test/keys", "Bearer x"]);
    await findCredentials(
      undefined,
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/k" },
      lender(asked),
      clock,
    )();
    assert.deepEqual(asked[2], ["http://169.254.170.2/v2/k", null]);
  });

  test("that are not there are missed with advice", async () => {
    await assert.rejects(findCredentials(undefined, {}, noFetch, clock)(), /there are no credentials/);
  });
});
