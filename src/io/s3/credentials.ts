/** Whose requests they are: keys that were given, those of the environment, or those that a pod or task is lent. */
import { readFile } from "node:fs/promises";
import type { Clock } from "../../model/ports.ts";
import { S3Fault } from "./fault.ts";

/** Keys of AWS, or of a service that speaks its protocol. */
export interface S3Credentials {
  /** The public half. */
  readonly accessKeyId: string;
  /** The secret half. */
  readonly secretAccessKey: string;
  /** Of keys that were lent. */
  readonly sessionToken?: string;
}

/** Keys, or a function that gives them whenever they are needed (as those of `@aws-sdk/credential-providers` do). */
export type S3CredentialSource = S3Credentials | (() => Promise<S3Credentials>);

/** Variables by name. */
export type Environment = { readonly [name: string]: string | undefined };

/** Lent keys are asked for again when they are older. */
const LENT_MS = 5 * 60_000;
/** Where Amazon's container service answers. */
const CONTAINER_HOST = "http://169.254.170.2";
const HINT = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give `credentials`.";

/** Finds keys. What is given comes first, then the variables, then what the container is lent (ECS, EKS Pod Identity). */
export function findCredentials(
  given: S3CredentialSource | undefined,
  environment: Environment,
  fetch: typeof globalThis.fetch,
  clock: Clock,
): () => Promise<S3Credentials> {
  if (typeof given === "function") return given;
  if (given) return () => Promise.resolve(given);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId && secretAccessKey) {
    const sessionToken = environment.AWS_SESSION_TOKEN;
    return () => Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
  const address = lenderOf(environment);
  if (address) return remembered(() => borrow(address, environment, fetch), clock);
  return () => Promise.reject(new S3Fault("there are no credentials", { hint: HINT }));
}

function lenderOf(environment: Environment): string | undefined {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  return relative ? `${CONTAINER_HOST}${relative}` : environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
}

async function borrow(
  address: string,
  environment: Environment,
  fetch: typeof globalThis.fetch,
): Promise<S3Credentials> {
  const file = environment.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const token = file ? (await readFile(file, "utf8")).trim() : environment.AWS_CONTAINER_AUTHORIZATION_TOKEN;
  const response = await fetch(address, token ? { headers: { authorization: token } } : {});
  const body = await response.text();
  if (!response.ok) {
    throw new S3Fault(`${address} lends no credentials: it answers ${response.status}`, { hint: HINT });
  }
  const { AccessKeyId, SecretAccessKey, Token } = JSON.parse(body);
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: Token };
}

function remembered<T>(get: () => Promise<T>, clock: Clock): () => Promise<T> {
  let value: Promise<T> | undefined;
  let sinceMs = 0;
  return () => {
    if (value === undefined || clock.now() - sinceMs > LENT_MS) {
      sinceMs = clock.now();
      value = get();
      value.catch(() => value = undefined);
    }
    return value;
  };
}
