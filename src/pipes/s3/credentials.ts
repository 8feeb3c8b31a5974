/** Who asks S3: given keys, the environment, or what the pod or task is lent. */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { DagsterPipesError } from "../error.ts";

/** Keys of AWS or of a service that speaks its protocol. */
export interface S3Credentials {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
  /** Of keys that were lent. */
  readonly sessionToken?: string;
}

/** Keys, or a function that gives them whenever they are needed (as those of `@aws-sdk/credential-providers`). */
export type S3CredentialSource = S3Credentials | (() => Promise<S3Credentials>);

type Environment = Readonly<Record<string, string | undefined>>;

/** Keys that the container is lent are asked for again when they are older than this. */
const LENT_MS = 5 * 60_000;
/** Where Amazon's container service answers. */
const CONTAINER_HOST = "http://169.254.170.2";

/**
 * Finds keys: those given, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or those that the container is lent
 * (`AWS_CONTAINER_CREDENTIALS_FULL_URI` or `..._RELATIVE_URI`: ECS tasks and EKS Pod Identity).
 *
 * @throws {DagsterPipesError} CREDENTIALS_MISSING when there are none.
 */
export function findCredentials(
  given: S3CredentialSource | undefined,
  environment: Environment = process.env,
): () => Promise<S3Credentials> {
  if (typeof given === "function") return given;
  if (given) return () => Promise.resolve(given);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId && secretAccessKey) {
    const sessionToken = environment.AWS_SESSION_TOKEN;
    return () => Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
  }
  const address = containerAddress(environment);
  if (address) return remember(() => borrow(address, environment), LENT_MS);
  return () => Promise.reject(missing());
}

function containerAddress(environment: Environment): string | undefined {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  return relative ? `${CONTAINER_HOST}${relative}` : environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
}

async function borrow(address: string, environment: Environment): Promise<S3Credentials> {
  const file = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? (await readFile(file, "utf8")).trim() : environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const response = await fetch(address, token ? { headers: { authorization: token } } : {});
  const body = await response.text();
  if (!response.ok) throw missing(`${address} answers ${response.status}: ${body.slice(0, 200)}`);
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(body);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

function remember<Value>(get: () => Promise<Value>, forMs: number): () => Promise<Value> {
  let value: Promise<Value> | undefined;
  let since = 0;
  return () => {
    if (value === undefined || performance.now() - since > forMs) {
      since = performance.now();
      value = get();
      value.catch(() => value = undefined);
    }
    return value;
  };
}

function missing(why?: string): DagsterPipesError {
  return new DagsterPipesError(
    "CREDENTIALS_MISSING",
    `There are no credentials for S3${why ? `: ${why}` : ""}.`,
    { hint: "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or pass s3: { credentials }." },
  );
}
