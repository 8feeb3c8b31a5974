/**
 * `s3IO` against a real S3 server: moto from PyPI, in the Python that `SLUICE_DAGSTER_PYTHON` names. Without it these
 * tests are skipped, and say so.
 */
import { afterAll, beforeAll, describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { Receipt, ValueAddress } from "../../src/io/manager.ts";
import { type S3IO, s3IO } from "../../src/io/s3.ts";
import { ioContract } from "../../src/testing/io_contract.ts";
import { step } from "../cli/support/step.ts";
import { inFolder } from "../support/folder.ts";
import { compiled } from "./python.ts";

const python = process.env.SLUICE_DAGSTER_PYTHON;
const hasMoto = python !== undefined && spawnSync(python, ["-c", "import moto.server"]).status === 0;
if (!hasMoto) console.log("s3IO: skipped, since SLUICE_DAGSTER_PYTHON does not name a Python that has moto");

const server: { child?: ChildProcess; address: string; prefixes: number } = { address: "", prefixes: 0 };

function open(prefix: string, credentials = { accessKeyId: "testing", secretAccessKey: "testing" }): S3IO {
  return s3IO({ bucket: "bucket", prefix, endpoint: server.address, region: "us-east-1", credentials });
}

function newPrefix(): string {
  return `test ${server.prefixes++}/+%`;
}

const whole: ValueAddress = { asset: "big", partition: undefined };
const receipt: Receipt = {
  version: 1,
  ...whole,
  runId: "r",
  atMs: 0,
  dataVersion: "v",
  codeVersion: undefined,
  metadata: undefined,
};

/** Starts the server, and waits for its address. */
async function startServer(): Promise<void> {
  const script = fileURLToPath(new URL("s3_server.py", import.meta.url));
  const child = spawn(python as string, ["-W", "ignore", script], {
    env: { ...process.env, ...compiled },
    stdio: ["pipe", "pipe", "ignore"],
  });
  server.child = child;
  server.address = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").once("data", (line) => resolve(String(line).trim()));
    child.once("close", () => reject(new Error("the server did not start")));
  });
}

/** The server, for the tests of a chapter. */
function useServer(): void {
  beforeAll(startServer);
  afterAll(async () => {
    server.child?.stdin?.end();
    if (server.child) await once(server.child, "close");
  });
}

(hasMoto ? describe : describe.skip)("s3IO at a real server", () => {
  useServer();

  const cases = ioContract({
    name: "s3",
    open: () => {
      const prefix = newPrefix();
      return { manager: open(prefix), reopen: () => open(prefix) };
    },
  });
  for (const { name, run } of cases) test(name, run);

  test("keeps a large value in parts, with its receipt", async () => {
    const io = open(newPrefix()).configure({ manager: "s3", format: "bytes" });
    const value = Uint8Array.from({ length: (40 << 20) + 17 }, (_, at) => at % 253);
    await io.store(whole, value, receipt);
    assert.equal(Buffer.compare(await io.load(whole) as Uint8Array, value), 0);
    assert.equal((await io.receipt(whole))?.dataVersion, "v");
  });

  test("is not replaced by an earlier owner of its history, nor by one that has looked too early", async () => {
    const prefix = newPrefix();
    const at = (number: number): Receipt => ({ ...receipt, fence: { history: "h", number } });
    await open(prefix).store(whole, "first", at(1));
    await open(prefix).store(whole, "second", at(2));
    await assert.rejects(open(prefix).store(whole, "late", at(1)), { code: "STEP_LOST" });
    assert.equal(await open(prefix).load(whole), "second");
    const own = open(prefix);
    const many = await Promise.allSettled(
      [3, 4, 5, 6].map((number) => open(prefix).store(whole, `of ${number}`, at(number))),
    );
    assert.equal(many.at(-1)?.status, "fulfilled");
    assert.equal(await own.load(whole), "of 6");
    assert.equal((await own.receipt(whole))?.fence?.number, 6);
  });

  test("tells of a bucket that is not there", async () => {
    const io = s3IO({
      bucket: "no-such-bucket",
      endpoint: server.address,
      credentials: { accessKeyId: "a", secretAccessKey: "s" },
    });
    await assert.rejects(async () => await io.store(whole, 1, receipt), {
      code: "IO_FAILED",
      message: /NoSuchBucket[^]*Make the bucket/,
    });
    await assert.rejects(async () => await io.load(whole), { code: "IO_FAILED" });
  });
});

(hasMoto ? describe : describe.skip)("steps over a real server", () => {
  useServer();

  test("take the keys of a role for the token of a service account", async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, "token"), "a token");
      const env = {
        AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, "token"),
        AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/steps",
        AWS_ENDPOINT_URL: server.address,
      };
      const { code, err } = await step(["--asset", "raw/days", "--partition", "2026-01-01"], {
        io: "s3://bucket/role",
        env,
      });
      assert.equal(code, 0, err);
      assert.deepEqual(await open("role").load({ asset: "raw/days", partition: "2026-01-01" }), {
        day: "2026-01-01",
      });
    });
  });

  test("keep and read what they make, by SLUICE_IO", async () => {
    const env = {
      AWS_ACCESS_KEY_ID: "testing",
      AWS_SECRET_ACCESS_KEY: "testing",
      AWS_ENDPOINT_URL_S3: server.address,
    };
    const io = "s3://bucket/steps";
    const range = ["--range", "2026-01-01...2026-01-03"];
    const made = await step(["--asset", "raw/days", ...range], { io, env });
    assert.equal(made.code, 0, made.err);
    const read = await step(["--asset", "mart/rolling", "--partition", "2026-01-03"], { io, env });
    assert.equal(read.code, 0, read.err);
    const kept = open("steps");
    assert.deepEqual(await kept.load({ asset: "mart/rolling", partition: "2026-01-03" }), [
      "2026-01-01",
      "2026-01-02",
      "2026-01-03",
    ]);
    const slip = await kept.receipt({ asset: "raw/days", partition: "2026-01-02" });
    assert.deepEqual([slip?.codeVersion, slip?.metadata], ["v1", { rows: 10 }]);
    const missing = await step(["--asset", "mart/rolling", "--partition", "2026-01-09"], { io, env });
    assert.deepEqual([missing.code, missing.outcome.error?.code], [75, "VALUE_MISSING"]);
  });
});
