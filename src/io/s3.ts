/** Values in an S3-compatible bucket: one object to each partition of an asset. */
import {
  ANYTHING,
  FLAG,
  FUNCTION,
  RECORD,
  requireOptions,
  type Shapes,
  TEXT,
} from "../model/validate/options.ts";
import process from "node:process";
import type { FileFormat, IOChoice } from "../model/assets/io_choice.ts";
import { SluiceError } from "../model/issue.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import { quote } from "../model/quote.ts";
import { chooseFormat, FORMATS } from "./formats/choice.ts";
import type { Format } from "./formats/format.ts";
import { json } from "./formats/json.ts";
import type { IOManager, Receipt, ValueAddress } from "./manager.ts";
import { Bucket } from "./s3/client.ts";
import { findCredentials, type S3CredentialSource } from "./s3/credentials.ts";
import { BucketStorage, type Spot } from "./s3/storage.ts";

/** Where and how {@linkcode s3IO} keeps values. */
export interface S3IOOptions {
  /** The name by which assets choose it. Default `"s3"`. */
  readonly name?: string;
  /** The bucket, which must be there. */
  readonly bucket: string;
  /** What the keys of objects begin with, as a folder: `warehouse/prod`. Default: nothing. */
  readonly prefix?: string;
  /** Default `AWS_REGION`, `AWS_DEFAULT_REGION` or `us-east-1`. */
  readonly region?: string;
  /** The address of another service than Amazon's. Default `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, or Amazon. */
  readonly endpoint?: string;
  /** Whether the bucket is in the path, not in the host. Default: with an `endpoint`, or a dot in the bucket's name. */
  readonly pathStyle?: boolean;
  /** Keys. Default `AWS_ACCESS_KEY_ID` and its companions, or what an EKS pod or ECS task is lent. */
  readonly credentials?: S3CredentialSource;
  /** The format of assets that ask for none. Default `"json"`. */
  readonly format?: FileFormat;
  /** Makes requests. Default: the host's `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Waits before a request is made again. Default: the host's clock. */
  readonly clock?: Clock;
  /** Spreads requests that are made again. Default: the host's source of chance. */
  readonly random?: Random;
}

/** The manager that {@linkcode s3IO} makes. */
export interface S3IO extends IOManager {
  /** The bucket. */
  readonly bucket: string;
  /** Writes a value and then its receipt. */
  store(address: ValueAddress, value: unknown, receipt: Receipt): Promise<boolean>;
  /** Reads a value. */
  load(address: ValueAddress): Promise<unknown>;
  /** Whether there is an object of this asset's format. */
  has(address: ValueAddress): Promise<boolean>;
  /** Reads the receipt, and asks whether the value is still the one that it was written for. */
  receipt(address: ValueAddress): Promise<Receipt | undefined>;
  /** Removes the value in any format, and its receipt. */
  remove(address: ValueAddress): Promise<void>;
  /** The address of a value: `s3://bucket/prefix/raw/orders.json`. */
  locate(address: ValueAddress): string;
  /** A view of the same bucket for assets with another format or extension. */
  configure(choice: IOChoice): S3IO;
}

/**
 * Keeps values in a bucket of Amazon S3 or of a service that speaks its protocol (MinIO, R2, GCS with HMAC keys), for
 * steps that share no disk. Keys, formats and receipts are those of {@linkcode filesIO}, so that a folder that is copied
 * into a bucket, or back, holds the same values.
 *
 * A value is one object, written whole before its receipt: in one request up to 16 MiB, else in parts of that size while
 * it is being formatted. Each request carries the SHA-256 of its body. A request that is not answered, or is refused
 * because the service is busy (5xx, 429), is made five times in all. Signing is done by `aws4fetch`, which is loaded with
 * the first request.
 *
 * A value of an earlier owner of the same history is refused with STEP_LOST (see `Receipt.fence`): objects tell whose they are, and are
 * replaced under the condition that they are still those that were looked at.
 *
 * Two processes that write one value at the same moment may leave one value with the other's receipt, which then counts
 * as none. A value is read into memory as a whole.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a bucket or a prefix that cannot be. Its methods throw VALUE_INVALID,
 * VALUE_MISSING, STEP_LOST, and IO_FAILED with the service's own code and what to do.
 * @example
 * ```ts
 * import { s3IO } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const io = s3IO({ bucket: "warehouse", prefix: "prod", endpoint: "http://localhost:9000" });
 * const place = io.locate({ asset: "raw/orders", partition: "2026-01-01" });
 * assert.equal(place, "s3://warehouse/prod/raw/orders.parts/2026-01-01.json");
 * ```
 */
export function s3IO(options: S3IOOptions): S3IO {
  requireOptions(options, OPTIONS, {
    what: "s3IO()",
    code: "DEFINITION_INVALID",
    path: ["io"],
    needed: ["bucket"],
    example: 's3IO({ bucket: "warehouse" })',
  });
  const { name = "s3", bucket, format } = options;
  const prefix = checkedPrefix(options.prefix ?? "");
  checkBucket(bucket);
  const storage = new BucketStorage(openBucket(options), bucket, prefix, FORMATS);
  const choice = format === undefined ? { manager: name } : { manager: name, format };
  return view(name, bucket, storage, chooseFormat(choice, json));
}

const OPTIONS: Shapes<S3IOOptions> = Object.freeze({
  name: TEXT,
  bucket: TEXT,
  prefix: TEXT,
  region: TEXT,
  endpoint: TEXT,
  pathStyle: FLAG,
  credentials: ANYTHING,
  format: ANYTHING,
  fetch: FUNCTION,
  clock: RECORD,
  random: RECORD,
});

/** Variables are read here, so that each manager keeps to what it found. */
function openBucket(options: S3IOOptions): Bucket {
  const { bucket, clock = systemClock, random = systemRandom, fetch = globalThis.fetch } = options;
  const { env } = process;
  const endpoint = options.endpoint ?? (env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined);
  return new Bucket({
    bucket,
    region: options.region ?? (env.AWS_REGION || env.AWS_DEFAULT_REGION || "us-east-1"),
    endpoint,
    pathStyle: options.pathStyle ?? (endpoint !== undefined || bucket.includes(".")),
    credentials: findCredentials(options.credentials, { environment: env, fetch, clock }),
    fetch,
    clock,
    random,
  });
}

/** The manager as assets of one format see it. */
function view(name: string, bucket: string, storage: BucketStorage, format: Format): S3IO {
  const spot = (address: ValueAddress): Spot => ({ address, format });
  return Object.freeze({
    name,
    shared: true,
    bucket,
    store: (address: ValueAddress, value: unknown, receipt: Receipt) =>
      storage.store(spot(address), value, receipt),
    load: (address: ValueAddress) => storage.load(spot(address)),
    has: (address: ValueAddress) => storage.has(spot(address)),
    receipt: (address: ValueAddress) => storage.receipt(spot(address)),
    remove: (address: ValueAddress) => storage.remove(spot(address)),
    locate: (address: ValueAddress) => storage.locate(spot(address)),
    configure: (choice: IOChoice) => view(name, bucket, storage, chooseFormat(choice, format)),
  });
}

function checkBucket(bucket: unknown): void {
  if (typeof bucket === "string" && /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i.test(bucket)) return;
  throw invalid(
    "bucket",
    `There can be no bucket ${quote(String(bucket))}.`,
    "It has 3 to 63 letters, digits, - and dots.",
  );
}

/** Without slashes at its ends. */
function checkedPrefix(prefix: string): string {
  const inner = prefix.replace(/^\/+|\/+$/g, "");
  const segments = inner.split("/");
  if (inner === "" || segments.every((segment) => segment !== "" && segment !== "." && segment !== "..")) {
    return inner;
  }
  throw invalid(
    "prefix",
    `There can be no prefix ${quote(prefix)}.`,
    "Write names with one slash between them.",
  );
}

function invalid(field: string, message: string, hint: string): SluiceError {
  return new SluiceError({ code: "DEFINITION_INVALID", message, path: ["io", field], hint });
}
