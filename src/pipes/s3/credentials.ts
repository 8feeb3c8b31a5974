/** Who asks S3: given keys, the environment, or what the pod or task is lent. */
import { readFile } from "node:fs/promises";
import process from "node:process";
import { DagsterPipesError } from "../error.ts";
import { describeFault, domainOf, readTag } from "./amazon.ts";

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
 * Finds keys: those given, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, those of the role that a service account
 * may take (`AWS_ROLE_ARN` with `AWS_WEB_IDENTITY_TOKEN_FILE`), or those that the container is lent
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
  const { AWS_ROLE_ARN: role, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile } = environment;
  if (role && tokenFile) return remember(() => takeRole(role, tokenFile, environment), LENT_MS);
  const address = containerAddress(environment);
  if (address) return remember(() => borrow(address, environment), LENT_MS);
  return () => Promise.reject(missing());
}

/** Asks Amazon's token service for the keys of a role. */
async function takeRole(role: string, tokenFile: string, environment: Environment): Promise<S3Credentials> {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || "us-east-1";
  const address = environment.AWS_ENDPOINT_URL_STS || environment.AWS_ENDPOINT_URL ||
    `https://sts.${region}.${domainOf(region)}`;
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: environment.AWS_ROLE_SESSION_NAME || "dagster-pipes",
    WebIdentityToken: (await readFile(tokenFile, "utf8")).trim(),
  });
  const response = await fetch(address, { method: "POST", body });
  const text = await response.text();
  const [accessKeyId, secretAccessKey, sessionToken] = ["AccessKeyId", "SecretAccessKey", "SessionToken"]
    .map((tag) => readTag(text, tag));
  if (!response.ok || !accessKeyId || !secretAccessKey || !sessionToken) {
    throw missing(`the role ${role} lends none: ${response.status} ${describeFault(text)}`);
  }
  return { accessKeyId, secretAccessKey, sessionToken };
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
