/** What a step takes from its environment: where values lie, config, and secrets. */
import { resolve } from "node:path";
import { filesIO } from "../../io/files.ts";
import { s3IO } from "../../io/s3.ts";
import type { IOManager } from "../../io/manager.ts";
import { type FindManager, openManagers } from "../../io/managers.ts";
import { memoryIO } from "../../io/memory.ts";
import type { ResourceOverride } from "../../model/assets/resource.ts";
import type { RevealSecret } from "../../model/assets/secret.ts";
import { openSecrets } from "../../runtime/secrets.ts";
import type { Host } from "../host/host.ts";
import type { ModuleOptions } from "../module/options.ts";
import { usageError } from "../line/usage.ts";
import { readJsonObject } from "../values.ts";

/** A variable that a step reads. */
export interface Variable {
  readonly name: string;
  /** What it says; docs/step.md repeats it. */
  readonly summary: string;
}

/** Every variable that a step reads. */
export const variables: readonly Variable[] = [
  { name: "SLUICE_IO", summary: "Where values and receipts lie: a folder, or `s3://bucket/prefix`" },
  {
    name: "SLUICE_FOLDER",
    summary: "Without SLUICE_IO values lie in its folder `values`; default `.sluice`",
  },
  {
    name: "SLUICE_CONFIG",
    summary: "Config by step name, as JSON or as `@FILE`; that of the request comes first",
  },
  {
    name: "SLUICE_DEFAULT_IO",
    summary: "The IO manager of assets that name none; default that of the module",
  },
  { name: "SLUICE_MODULE", summary: "The module, where the command line names none" },
  { name: "AWS_ACCESS_KEY_ID", summary: "S3: whose requests they are" },
  { name: "AWS_SECRET_ACCESS_KEY", summary: "S3: what they are signed with" },
  { name: "AWS_SESSION_TOKEN", summary: "S3: of keys that were lent" },
  {
    name: "AWS_WEB_IDENTITY_TOKEN_FILE",
    summary: "S3: the token of a service account, which lends the keys of a role",
  },
  { name: "AWS_ROLE_ARN", summary: "S3: that role" },
  { name: "AWS_ROLE_SESSION_NAME", summary: "S3: the name under which the role is taken; default `sluice`" },
  { name: "AWS_ENDPOINT_URL_STS", summary: "S3: the address of another token service than Amazon's" },
  { name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", summary: "S3: where a pod borrows keys (EKS Pod Identity)" },
  { name: "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", summary: "S3: where a task borrows keys (ECS)" },
  { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", summary: "S3: what it shows the lender" },
  { name: "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", summary: "S3: the file that holds it" },
  { name: "AWS_REGION", summary: "S3: the region; else AWS_DEFAULT_REGION, else `us-east-1`" },
  { name: "AWS_DEFAULT_REGION", summary: "S3: the region, where AWS_REGION is not set" },
  { name: "AWS_ENDPOINT_URL_S3", summary: "S3: the address of another service than Amazon's" },
  { name: "AWS_ENDPOINT_URL", summary: "S3: the same, where AWS_ENDPOINT_URL_S3 is not set" },
];

/** What a step takes from its environment. */
export interface StepEnvironment {
  readonly findManager: FindManager;
  /** Values in the place of resources, that the module exports. */
  readonly resources: readonly ResourceOverride[];
  readonly configOf: (step: string) => unknown;
  /** Gives the value of a secret. */
  readonly reveal: RevealSecret;
}

/**
 * Reads the environment.
 *
 * @throws {SluiceError} USAGE for variables that cannot be understood.
 */
export function readEnvironment(host: Host, options: ModuleOptions): StepEnvironment {
  const { env, cwd } = host;
  const config = readJsonObject("SLUICE_CONFIG", env.SLUICE_CONFIG || undefined, cwd) ?? {};
  return {
    findManager: openManagers(
      managersOf(host, options),
      env.SLUICE_DEFAULT_IO || options.defaultIO || "files",
    ),
    resources: options.resources ?? [],
    configOf: (step) => Object.hasOwn(config, step) ? config[step] : undefined,
    reveal: openSecrets((name) => env[name]),
  };
}

/** Those of the module count before the ones that are always there, and the place that the environment names first. */
function managersOf(host: Host, { io = [] }: ModuleOptions): readonly IOManager[] {
  const values = openValues(host);
  return host.env.SLUICE_IO ? [memoryIO(), ...io, values] : [values, memoryIO(), ...io];
}

/** The manager that stands for `files`, which is where assets keep their values unless they say otherwise. */
function openValues({ env, cwd }: Host): IOManager {
  const place = env.SLUICE_IO || `${env.SLUICE_FOLDER || ".sluice"}/values`;
  if (!/^[a-z][a-z0-9+.-]+:/i.test(place)) return filesIO({ folder: resolve(cwd, place) });
  const [, bucket, prefix = ""] = /^s3:\/\/([^/]+)(?:\/(.*))?$/.exec(place) ?? [];
  if (bucket !== undefined) return s3IO({ name: "files", bucket, prefix });
  throw usageError(`SLUICE_IO is a folder or s3://bucket/prefix, not ${JSON.stringify(place)}.`);
}
