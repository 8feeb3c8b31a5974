/** Whose requests they are: keys that were given, those of the environment, or those that a pod or task is lent. */
import { readFile } from "node:fs/promises";
import type { Clock } from "../../model/ports.ts";
import { faultOf, inside, S3Fault } from "./fault.ts";

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

/** What is asked by whom, and when. */
export interface CredentialPorts {
  readonly environment: Environment;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/**
 * Finds keys. What is given comes first, then the variables, then what the pod or task is lent: by a web identity (EKS
 * service accounts), or by its container (EKS Pod Identity, ECS).
 */
export function findCredentials(
  given: S3CredentialSource | undefined,
  ports: CredentialPorts,
): () => Promise<S3Credentials> {
  if (typeof given === "function") return given;
  if (given) return () => Promise.resolve(given);
  const { environment, clock } = ports;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (accessKeyId && secretAccessKey) {
    const sessionToken = environment.AWS_SESSION_TOKEN;
    return () => Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) });
  }
  const { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: role } = environment;
  if (tokenFile && role) return remembered(() => assumeRole(role, tokenFile, ports), clock);
  const address = lenderOf(environment);
  if (address) return remembered(() => borrow(address, ports), clock);
  return () => Promise.reject(new S3Fault("there are no credentials", { hint: HINT }));
}

/** Asks Amazon's token service for the keys of a role, by the token of a service account. */
async function assumeRole(
  role: string,
  tokenFile: string,
  { environment, fetch }: CredentialPorts,
): Promise<S3Credentials> {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || "us-east-1";
  const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const address = environment.AWS_ENDPOINT_URL_STS || environment.AWS_ENDPOINT_URL ||
    `https://sts.${region}.${suffix}`;
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: environment.AWS_ROLE_SESSION_NAME || "sluice",
    WebIdentityToken: (await readFile(tokenFile, "utf8")).trim(),
  });
  const response = await fetch(address, { method: "POST", body });
  const text = await response.text();
  const [accessKeyId, secretAccessKey, sessionToken] = ["AccessKeyId", "SecretAccessKey", "SessionToken"]
    .map((tag) => inside(text, tag));
  if (response.ok && accessKeyId && secretAccessKey && sessionToken) {
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  const { message } = faultOf(response.status, text);
  throw new S3Fault(`the role ${role} lends no credentials: ${message}`, {
    hint: "Look at the trust policy of the role, and at AWS_ROLE_ARN.",
  });
}

function lenderOf(environment: Environment): string | undefined {
  const relative = environment.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI;
  return relative ? `${CONTAINER_HOST}${relative}` : environment.AWS_CONTAINER_CREDENTIALS_FULL_URI;
}

async function borrow(address: string, { environment, fetch }: CredentialPorts): Promise<S3Credentials> {
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
