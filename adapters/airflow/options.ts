/** What the Airflow exporter can be told, read and checked. */
import { requireProjectName } from "../project_name.ts";
import { SluiceError } from "../../src/model/issue.ts";
import type { ExportOptions } from "../export.ts";

/** Where the processes of steps run. */
export type Runner = "process" | "docker" | "kubernetes";

/** The options below `target`, read, and the version that is written for. */
export interface AirflowOptions {
  /** Processes of the worker (the default), containers of Docker, or pods of Kubernetes. */
  readonly runner: Runner;
  /** The image of containers and pods; it has the step's command in it. */
  readonly image?: string;
  /** Slots by pool, for `pools.json`. Default 1 for each pool that is used. */
  readonly pools: { readonly [pool: string]: number };
  /** Identifies the code that the steps run: the digest of an image, the hash of a bundle. */
  readonly codeHash?: string;
  /** The folder in which steps start. Default: the exported project. */
  readonly cwd?: string;
  /** Variables for the environment of steps; no secrets, since they stand in the Dags. */
  readonly env: { readonly [name: string]: string };
  /** The version of Airflow that is written for. */
  readonly version: string;
  /** The same as a number: 3.2 is 302. */
  readonly level: number;
}

/** The version that the exporter is tested with. */
export const TESTED: string = "3.3.2";

/** Since when keys of partitions are known to Airflow, and since when they can be given to any Dag. */
export const PARTITIONED = 302;
export const RUNTIME_KEYS = 303;

/**
 * Reads the options.
 *
 * @throws {SluiceError} EXPORT_REFUSED for a name that no project can have, for an option that is unknown or of another type,
 * and for versions before 3.1.
 */
export function readOptions({ target = {}, targetVersion = TESTED, name }: ExportOptions): AirflowOptions {
  requireProjectName(name);
  const { runner = "process", image, pools = {}, codeHash, cwd, env = {}, ...others } = target;
  const [stranger] = Object.keys(others);
  if (stranger !== undefined) {
    throw refused(stranger, `Airflow has no option ${JSON.stringify(stranger)}.`);
  }
  if (runner !== "process" && runner !== "docker" && runner !== "kubernetes") {
    throw refused("runner", `The runner is "process", "docker" or "kubernetes".`);
  }
  if (runner !== "process" && image === undefined) {
    throw refused("image", `The runner ${runner} needs the image of the steps.`);
  }
  return {
    runner,
    pools: slots(pools),
    env: variables(env),
    version: targetVersion,
    level: levelOf(targetVersion),
    ...text("image", image),
    ...text("codeHash", codeHash),
    ...text("cwd", cwd),
  };
}

function text<Name extends string>(name: Name, value: unknown): { readonly [N in Name]?: string } {
  if (value === undefined) return {};
  if (typeof value !== "string") throw refused(name, `The ${name} is a text.`);
  return { [name]: value } as { readonly [N in Name]?: string };
}

function slots(pools: unknown): { readonly [pool: string]: number } {
  const isRecord = typeof pools === "object" && pools !== null && !Array.isArray(pools);
  const entries = isRecord ? Object.entries(pools) : [];
  const misfit = entries.find(([, limit]) => !Number.isSafeInteger(limit) || (limit as number) < 0);
  if (!isRecord || misfit) throw refused("pools", "The pools are a record of slots by name: { db: 4 }.");
  return Object.fromEntries(entries) as { readonly [pool: string]: number };
}

function variables(env: unknown): { readonly [name: string]: string } {
  const isRecord = typeof env === "object" && env !== null && !Array.isArray(env);
  if (isRecord && Object.values(env).every((value) => typeof value === "string")) {
    return Object.fromEntries(Object.entries(env));
  }
  throw refused("env", 'The env is a record of texts by name: { SLUICE_IO: "/data" }.');
}

function levelOf(version: string): number {
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\w+)?$/.exec(version) ?? [];
  const level = Number(major) * 100 + Number(minor);
  if (level >= 301) return level;
  throw refused("targetVersion", `Airflow 3.1 and later can be written for, not ${JSON.stringify(version)}.`);
}

function refused(option: string, message: string): SluiceError {
  return new SluiceError({ code: "EXPORT_REFUSED", message, path: ["target", option] });
}
