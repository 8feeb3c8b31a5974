/** The two things that Pipes asks of S3: get an object, put an object. */
import process from "node:process";
import { DagsterPipesError } from "../error.ts";
import { describeFault, domainOf } from "./amazon.ts";
import { findCredentials, type S3CredentialSource } from "./credentials.ts";

/** How to reach S3, where the environment does not say it. */
export interface S3Options {
  /** Default `AWS_REGION`, `AWS_DEFAULT_REGION` or `us-east-1`. */
  readonly region?: string;
  /** The address of another service than Amazon's. Default `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`. */
  readonly endpoint?: string;
  /** Keys. Default `AWS_ACCESS_KEY_ID` and its companions, or what an EKS pod or ECS task is lent. */
  readonly credentials?: S3CredentialSource;
}

/** Objects of one service. */
export interface S3Client {
  /** The text of an object. */
  get(bucket: string, key: string): Promise<string>;
  /** Writes an object, over an older one of that key. */
  put(bucket: string, key: string, text: string): Promise<void>;
}

const ATTEMPTS = 4;

/** A client that signs with `aws4fetch`, which is loaded when the first request is made. */
export function createS3Client(options: S3Options = {}): S3Client {
  const environment = process.env;
  const region = options.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1";
  const endpoint = options.endpoint ?? environment.AWS_ENDPOINT_URL_S3 ?? environment.AWS_ENDPOINT_URL;
  const credentials = findCredentials(options.credentials);

  const request = async (
    method: "GET" | "PUT",
    bucket: string,
    key: string,
    body?: string,
  ): Promise<string> => {
    const { AwsClient } = await import("aws4fetch");
    const client = new AwsClient({ ...await credentials(), service: "s3", region, retries: ATTEMPTS });
    const address = addressOf(bucket, key, region, endpoint);
    const response = await client.fetch(address, body === undefined ? { method } : { method, body })
      .catch((cause) => fail(method, bucket, key, "the service cannot be reached", cause));
    const text = await response.text();
    return response.ok ? text : fail(method, bucket, key, `${response.status} ${describeFault(text)}`);
  };
  return {
    get: (bucket, key) => request("GET", bucket, key),
    put: async (bucket, key, text) => void await request("PUT", bucket, key, text),
  };
}

/** Amazon wants the bucket in the host, except where its name would not fit the certificate; others want a path. */
export function addressOf(bucket: string, key: string, region: string, endpoint?: string): string {
  const path = key.split("/").map(encodeURIComponent).join("/");
  if (endpoint) return `${endpoint.replace(/\/+$/, "")}/${bucket}/${path}`;
  const host = `s3.${region}.${domainOf(region)}`;
  return bucket.includes(".") ? `https://${host}/${bucket}/${path}` : `https://${bucket}.${host}/${path}`;
}

function fail(method: string, bucket: string, key: string, why: string, cause?: unknown): never {
  const doing = method === "GET" ? "read" : "write";
  throw new DagsterPipesError("CHANNEL_FAILED", `Cannot ${doing} s3://${bucket}/${key}: ${why}.`, { cause });
}
