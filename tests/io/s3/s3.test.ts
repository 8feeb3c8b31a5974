import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SluiceError } from "../../../src/model/issue.ts";
import { filesIO } from "../../../src/io/files.ts";
import { s3IO } from "../../../src/io/s3.ts";
import type { Receipt, ValueAddress } from "../../../src/io/manager.ts";
import { hostileAddresses } from "../../../src/testing/hostile_keys.ts";
import { ioContract } from "../../../src/testing/io_contract.ts";
import { fakeManager, openFakeS3, refusal } from "./fake.ts";

const day: ValueAddress = { asset: "raw/days", partition: "2026-01-01" };

function receiptOf({ asset, partition }: ValueAddress, dataVersion = "v1"): Receipt {
  return {
    version: 1,
    asset,
    partition,
    runId: "r",
    atMs: 1,
    dataVersion,
    codeVersion: "c",
    metadata: { rows: 2 },
  };
}

/** What something throws. */
async function refused(work: () => Promise<unknown>): Promise<SluiceError> {
  const error = await work().then(() => undefined, (thrown) => thrown);
  assert.ok(error instanceof SluiceError, String(error));
  return error;
}

describe("the contract of IO managers", () => {
  const cases = ioContract({
    name: "s3",
    open: () => {
      const fake = openFakeS3();
      return { manager: fakeManager(fake), reopen: () => fakeManager(fake) };
    },
  });
  for (const { name, run } of cases) test(name, run);
});

describe("s3IO", () => {
  test("keeps a value and then its receipt, where files would lie", async () => {
    const fake = openFakeS3();
    await fakeManager(fake).store(day, [1, 2], receiptOf(day));
    assert.deepEqual([...fake.objects.keys()], [
      "a/b/raw/days.parts/2026-01-01.json",
      "a/b/raw/days.parts/.receipts/2026-01-01.json",
    ]);
    assert.equal(
      Buffer.from(fake.objects.get("a/b/raw/days.parts/2026-01-01.json") ?? []).toString(),
      "[1,2]\n",
    );
  });

  test("gives each value the path that it has below a folder", () => {
    const objects = fakeManager(openFakeS3(), { prefix: "" });
    const files = filesIO({ folder: "/values" });
    for (const address of hostileAddresses()) {
      assert.equal(objects.locate(address).replace("s3://bucket", "/values"), files.locate(address));
    }
  });

  test("takes formats and extensions as files do", async () => {
    const fake = openFakeS3();
    const text = fakeManager(fake).configure({ manager: "s3", format: "text", extension: "md" });
    await text.store(day, "# Title\n", receiptOf(day));
    assert.equal(await text.load(day), "# Title\n");
    assert.ok(fake.objects.has("a/b/raw/days.parts/2026-01-01.md"));
    assert.throws(() => text.configure({ manager: "s3", compression: "gzip" }), /no option "compression"/);
    const error = await refused(() =>
      fakeManager(fake).configure({ manager: "s3", format: "bytes" }).load(day)
    );
    assert.equal(error.code, "VALUE_MISSING");
    await fakeManager(fake).store(day, 1, receiptOf(day));
    const other = await refused(() =>
      fakeManager(fake).configure({ manager: "s3", format: "text" }).load(day)
    );
    assert.match(other.message, /2026-01-01\.json from when it was kept as json/);
  });

  test("puts the bucket into the host at Amazon, and into the path elsewhere", async () => {
    const hosts: string[] = [];
    const fetch = (address: unknown) => {
      hosts.push(String(address).split("?")[0]);
      return Promise.resolve(new Response(null, { status: 404 }));
    };
    const options = {
      credentials: { accessKeyId: "a", secretAccessKey: "s" },
      fetch: fetch as typeof globalThis.fetch,
      region: "eu-west-1",
    };
    const whole = { asset: "a", partition: undefined };
    await s3IO({ ...options, bucket: "my-bucket" }).has(whole);
    await s3IO({ ...options, bucket: "my.bucket" }).has(whole);
    await s3IO({ ...options, bucket: "my-bucket", region: "cn-north-1" }).has(whole);
    await s3IO({ ...options, bucket: "my-bucket", endpoint: "https://minio.test/s3/" }).has(whole);
    await s3IO({ ...options, bucket: "my-bucket", endpoint: "https://r2.test", pathStyle: false }).has(whole);
    assert.deepEqual(hosts, [
      "https://my-bucket.s3.eu-west-1.amazonaws.com/a.json",
      "https://s3.eu-west-1.amazonaws.com/my.bucket/a.json",
      "https://my-bucket.s3.cn-north-1.amazonaws.com.cn/a.json",
      "https://minio.test/s3/my-bucket/a.json",
      "https://my-bucket.r2.test/a.json",
    ]);
  });

  test("refuses buckets and prefixes that cannot be", () => {
    for (const bucket of ["", "ab", "a/b", "-ab", undefined as unknown as string]) {
      assert.throws(() => s3IO({ bucket }), { code: "DEFINITION_INVALID" });
    }
    for (const prefix of ["a//b", "../a", "a/./b"]) {
      assert.throws(() => s3IO({ bucket: "bucket", prefix }), { code: "DEFINITION_INVALID" });
    }
    assert.equal(
      s3IO({ bucket: "bucket", prefix: "/a/b/" }).locate({ asset: "x", partition: undefined }),
      "s3://bucket/a/b/x.json",
    );
  });
});

describe("a value that comes late", () => {
  const at = (number: number, history = "h/1") => ({ ...receiptOf(day), fence: { history, number } });
  const isReceipt = (key: string) => key.includes(".receipts");

  test("from an owner that was followed by another, is refused and leaves what is there", async () => {
    const fake = openFakeS3();
    await fakeManager(fake).store(day, "first", at(1));
    await fakeManager(fake).store(day, "second", at(2));
    const late = await refused(() => fakeManager(fake).store(day, "late", at(1)));
    assert.equal(late.code, "STEP_LOST");
    assert.equal(await fakeManager(fake).load(day), "second");
    assert.deepEqual((await fakeManager(fake).receipt(day))?.fence, { history: "h/1", number: 2 });
  });

  test("is one of the same history only, and of one that is known", async () => {
    const io = fakeManager(openFakeS3());
    await io.store(day, "second", at(2));
    await io.store(day, "of another history", at(1, "other"));
    await io.store(day, "of nobody", receiptOf(day));
    await io.store(day, "again", at(1));
    assert.equal(await io.load(day), "again");
  });

  test("is refused at whatever moment the later one is written", async () => {
    // The later owner writes its value and its receipt just before the n-th request of the earlier one.
    for (let before = 1; before <= 8; before++) {
      const fake = openFakeS3();
      const [earlier, later] = [fakeManager(fake), fakeManager(fake)];
      await earlier.store(day, "old", at(1));
      let left = before;
      const { fetch } = fake;
      const meddled = fakeManager(fake, {
        fetch: (async (...words: Parameters<typeof fetch>) => {
          if (--left === 0) await later.store(day, "new", at(2));
          return await fetch(...words);
        }) as typeof fetch,
      });
      const error = await meddled.store(day, "late", at(1)).then(() => undefined, (thrown) => thrown);
      if (left > 0) await later.store(day, "new", at(2));
      else assert.equal((error as SluiceError | undefined)?.code ?? "STEP_LOST", "STEP_LOST", `${before}`);
      assert.equal(await later.load(day), "new", `${before}`);
      assert.equal((await later.receipt(day))?.fence?.number, 2, `${before}`);
    }
  });

  test("is told by its object, before the receipt of the later one is there", async () => {
    const fake = openFakeS3();
    fake.meddle = ({ method, key }) =>
      method === "PUT" && isReceipt(key) ? refusal(403, "AccessDenied") : undefined;
    await refused(() => fakeManager(fake).store(day, "new", at(2)));
    fake.meddle = () => undefined;
    assert.equal((await refused(() => fakeManager(fake).store(day, "late", at(1)))).code, "STEP_LOST");
    assert.equal(await fakeManager(fake).load(day), "new");
  });

  test("of many parts is refused when it is complete, and leaves no parts", async () => {
    const fake = openFakeS3();
    const io = fakeManager(fake).configure({ manager: "s3", format: "bytes" });
    await io.store(day, new Uint8Array((16 << 20) + 1), at(2));
    const late = await refused(() => io.store(day, new Uint8Array((16 << 20) + 2), at(1)));
    assert.deepEqual([late.code, fake.uploads.size], ["STEP_LOST", 0]);
    assert.equal((await io.receipt(day))?.fence?.number, 2);
  });

  test("is looked at also where the service knows no conditions", async () => {
    const fake = openFakeS3();
    fake.meddle = ({ headers }) =>
      headers.has("if-match") || headers.has("if-none-match") ? refusal(501, "NotImplemented") : undefined;
    await fakeManager(fake).store(day, "second", at(2));
    assert.equal((await refused(() => fakeManager(fake).store(day, "late", at(1)))).code, "STEP_LOST");
  });
});

describe("an object", () => {
  const bytes = (size: number) => Uint8Array.from({ length: size }, (_, at) => at % 251);
  const large = 2 * (16 << 20) + 12_345;

  test("is sent in parts when it is large, and is whole at once", async () => {
    const fake = openFakeS3();
    const io = fakeManager(fake).configure({ manager: "s3", format: "bytes" });
    const value = bytes(large);
    await io.store(day, value, receiptOf(day));
    assert.deepEqual(
      fake.seen.map(({ method, query, bytes }) =>
        `${method} ${query.get("partNumber") ?? ""} ${bytes > 1_000_000}`
      ),
      ["POST  false", "PUT 1 true", "PUT 2 true", "PUT 3 false", "POST  false", "PUT  false"],
    );
    assert.equal(Buffer.compare(await io.load(day) as Uint8Array, value), 0);
    assert.equal((await io.receipt(day))?.dataVersion, "v1");
  });

  test("leaves no parts behind when its value turns out to be bad", async () => {
    const fake = openFakeS3();
    const io = fakeManager(fake).configure({ manager: "s3", format: "ndjson" });
    async function* rows() {
      for (let row = 0; row < 300; row++) yield "x".repeat(100_000);
      yield Number.NaN;
    }
    const error = await refused(() => io.store(day, rows(), receiptOf(day)));
    assert.equal(error.code, "VALUE_INVALID");
    assert.deepEqual([fake.uploads.size, fake.objects.size], [0, 0]);
  });

  test("has the receipt of its content only: not after somebody has replaced it", async () => {
    const fake = openFakeS3();
    const io = fakeManager(fake);
    await io.store(day, 1, receiptOf(day));
    const key = "a/b/raw/days.parts/2026-01-01.json";
    const original = fake.objects.get(key) as Uint8Array;
    fake.objects.set(key, new TextEncoder().encode("2\n"));
    assert.equal(await io.receipt(day), undefined);
    fake.objects.set(key, original);
    assert.equal((await io.receipt(day))?.dataVersion, "v1");
    fake.objects.delete(key);
    assert.equal(await io.receipt(day), undefined);
  });

  test("keeps its receipt when it is copied and gets another entity tag", async () => {
    const fake = openFakeS3();
    const io = fakeManager(fake);
    await io.store(day, 1, receiptOf(day));
    fake.meddle = ({ method }) =>
      method === "HEAD"
        ? new Response(null, { headers: { etag: '"another"', "content-length": "2" } })
        : undefined;
    assert.equal((await io.receipt(day))?.dataVersion, "v1");
  });

  test("that is no JSON is told by its address", async () => {
    const fake = openFakeS3();
    fake.objects.set("a/b/raw/days.parts/2026-01-01.json", new TextEncoder().encode("nonsense"));
    const error = await refused(() => fakeManager(fake).load(day));
    assert.equal(error.code, "VALUE_INVALID");
    assert.match(error.message, /s3:\/\/bucket\/a\/b\/raw\/days\.parts\/2026-01-01\.json/);
  });
});

describe("a request", () => {
  test("is made again while the service is busy, broken or out of reach", async () => {
    const faults = [
      () => refusal(503, "SlowDown"),
      () => new Response("oops", { status: 500 }),
      () => {
        throw new TypeError("connection reset");
      },
      () => refusal(400, "RequestTimeout"),
    ];
    const fake = openFakeS3();
    fake.meddle = (_seen, count) => count <= faults.length ? faults[count - 1]() : undefined;
    await fakeManager(fake).store(day, 1, receiptOf(day));
    assert.equal(fake.seen.length, faults.length + 2);
    assert.equal(fake.objects.size, 2);
  });

  test("waits longer each time, and not without end", async () => {
    const fake = openFakeS3();
    const waits: number[] = [];
    fake.meddle = () => refusal(503, "SlowDown");
    const clock = {
      now: () => 0,
      after: (delayMs: number, callback: () => void) => {
        waits.push(delayMs);
        callback();
        return () => {};
      },
    };
    const error = await refused(() => fakeManager(fake, { clock }).load(day));
    assert.deepEqual([error.code, fake.seen.length], ["IO_FAILED", 5]);
    assert.match(error.message, /could not be read \(object s3:[^]*503 SlowDown/);
    assert.deepEqual(waits, [150, 300, 600, 1_200]);
  });

  test("that is refused is not made again, and tells what to do", async () => {
    const cases: readonly (readonly [() => Response, RegExp])[] = [
      [() => refusal(403, "AccessDenied"), /403 AccessDenied \(No\)[^]*s3:ListBucket/],
      [() => refusal(403, "SignatureDoesNotMatch"), /AWS_SECRET_ACCESS_KEY/],
      [() => refusal(404, "NoSuchBucket"), /Make the bucket/],
      [() => refusal(301, "PermanentRedirect"), /own region/],
      [() => new Response(null, { status: 403 }), /answers 403/],
    ];
    for (const [meddle, message] of cases) {
      const fake = openFakeS3();
      fake.meddle = meddle;
      const error = await refused(() => fakeManager(fake).store(day, 1, receiptOf(day)));
      assert.deepEqual([error.code, fake.seen.length], ["IO_FAILED", 1]);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /hidden/);
    }
  });

  test("that completes an upload may fail behind a 200", async () => {
    const fake = openFakeS3();
    fake.meddle = ({ method, query }) => {
      if (method !== "POST" || !query.has("uploadId")) return undefined;
      return new Response('<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>');
    };
    const io = fakeManager(fake).configure({ manager: "s3", format: "bytes" });
    const error = await refused(() => io.store(day, new Uint8Array(17 << 20), receiptOf(day)));
    assert.match(error.message, /InternalError/);
    assert.deepEqual([fake.objects.size, fake.uploads.size], [0, 0]);
  });

  test("needs credentials", async () => {
    const fake = openFakeS3();
    const credentials = () => Promise.reject(new Error("the vault is closed"));
    const error = await refused(() => fakeManager(fake, { credentials }).load(day));
    assert.equal(error.code, "IO_FAILED");
    assert.match(error.message, /there are no credentials: the vault is closed/);
    assert.equal(fake.seen.length, 0);
  });
});
