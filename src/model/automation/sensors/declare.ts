/** What the declarations of all sensors have in common. */
import { captureSite, type Site } from "../../assets/site.ts";
import { show } from "../../quote.ts";
import {
  FLAG,
  isRecord,
  isTextList,
  RECORD,
  requireOptions,
  type Shape,
  type Shapes,
  TEXT,
} from "../../validate/options.ts";
import type { PollOptions, Sensor, SensorOptions } from "./sensor.ts";
import type { Watch } from "./watch.ts";

/** How often is looked by default, in milliseconds. */
const INTERVAL_MS = 30_000;
/** How long a look may take by default, in milliseconds. */
const TIMEOUT_MS = 60_000;
/** The shortest interval: a sensor is no busy loop. */
const LEAST_INTERVAL_MS = 100;
/** The longest wait that timers of the runtimes keep. */
const LONGEST_MS = 2 ** 31 - 1;

const TARGET: Shape = {
  is: "a job or a selection of assets",
  fits: (value) => value !== undefined && value !== null,
};
const PARTITIONS: Shape = { is: '"last" or "all"', fits: (value) => value === "last" || value === "all" };

/** A span of time from a least one. */
export function spanFrom(leastMs: number): Shape {
  return {
    is: `a number of milliseconds from ${leastMs}`,
    fits: (value) => typeof value === "number" && value >= leastMs && value <= LONGEST_MS,
  };
}

/** The options of all sensors. */
export const COMMON: Shapes<SensorOptions> = Object.freeze({
  name: TEXT,
  target: TARGET,
  partitions: PARTITIONS,
  enabled: FLAG,
  description: TEXT,
  config: RECORD,
  tags: RECORD,
});

/** The options of those that look again and again. */
export const POLL: Shapes<PollOptions> = Object.freeze({
  intervalMs: spanFrom(LEAST_INTERVAL_MS),
  timeoutMs: spanFrom(1),
});

/** Some of some texts, or one of them. */
export function textsOf(...texts: readonly string[]): Shape {
  return {
    is: `${texts.map((text) => `"${text}"`).join(", ")}, or a list of these`,
    fits: (value) =>
      texts.includes(value as string) ||
      (isTextList(value) && value.length > 0 && value.every((each) => texts.includes(each))),
  };
}

/** One of some texts. */
export function oneOf(...texts: readonly string[]): Shape {
  const is = texts.map((text) => `"${text}"`).join(" or ");
  return { is, fits: (value) => texts.includes(value as string) };
}

/** An asset, its key, or a list of these. */
export const ASSETS: Shape = {
  is: "an asset, the key of one, or a list of these",
  fits: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isAsset) : isAsset(value)),
};

/** A job, its name, or a list of these. */
export const JOBS: Shape = {
  is: "a job, the name of one, or a list of these",
  fits: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isJob) : isJob(value)),
};

/** A function that declares a sensor, with the names of the options that it cannot do without. */
export interface Declarer {
  /** The function. */
  readonly call: (...args: never[]) => unknown;
  /** The names. */
  readonly needed: readonly string[];
  /** How it is called. */
  readonly example: string;
}

/**
 * Holds a declaration to its options.
 *
 * @throws {SluiceError} DEFINITION_INVALID.
 */
export function requireSensor<Spec>(spec: Spec, shapes: Shapes<Spec>, declarer: Declarer): Site {
  const site = captureSite(declarer.call);
  const name = isRecord(spec) ? show(spec.name) : undefined;
  requireOptions(spec, shapes, {
    what: name === undefined ? `${declarer.call.name}()` : `The sensor ${name}`,
    code: "DEFINITION_INVALID",
    path: name === undefined ? [] : ["sensors", name],
    needed: ["name", ...declarer.needed],
    example: declarer.example,
    site: site.text,
  });
  return site;
}

/** A sensor as declared, with defaults in the place of what was left out. */
export function sensorOf(
  spec: Omit<SensorOptions, "target"> & { readonly target?: SensorOptions["target"] },
  watch: Watch,
  site: Site,
  poll?: PollOptions,
): Sensor {
  return Object.freeze({
    kind: "sensor",
    name: spec.name,
    watch: Object.freeze(watch),
    target: spec.target,
    partitions: spec.partitions ?? "last",
    intervalMs: poll && (poll.intervalMs ?? INTERVAL_MS),
    timeoutMs: poll && (poll.timeoutMs ?? TIMEOUT_MS),
    enabled: spec.enabled ?? true,
    description: spec.description,
    config: Object.freeze({ ...spec.config }),
    tags: Object.freeze({ ...spec.tags }),
    site,
  });
}

/** The keys of what was given as one or several assets. */
export function keysOf(assets: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(assets) ? assets : [assets];
  const keys = list.map((each) =>
    typeof each === "string" ? each.normalize("NFC") : (each as { readonly key: string }).key
  );
  return Object.freeze([...new Set(keys)]);
}

/** The texts of what was given as one or several. */
export function listOf<T extends string>(texts: T | readonly T[]): readonly T[] {
  return Object.freeze([...new Set(typeof texts === "string" ? [texts] : texts)]);
}

function isAsset(value: unknown): boolean {
  return typeof value === "string" || (isRecord(value) && value.kind === "asset");
}

function isJob(value: unknown): boolean {
  return typeof value === "string" || (isRecord(value) && value.kind === "job");
}
