/** Definitions: the validated whole of what a user declares. */
import type { Asset } from "./assets/declaration.ts";
import type { Schedule } from "./automation/schedule.ts";
import type { Sensor } from "./automation/sensors/sensor.ts";
import type { Check } from "./assets/check.ts";
import type { StepDeclaration } from "./assets/declaration.ts";
import { compileDefinitions } from "./compile.ts";
import type { AssetGraph } from "./graph.ts";
import { type Issue, SluiceError } from "./issue.ts";
import type { Job } from "./job.ts";
import { linkSteps } from "./links.ts";
import { listDeclarations } from "./listing.ts";
import { nameGiven, namesOf, refuseUnknown } from "./validate/options.ts";
import { didYouMean } from "./suggest.ts";
import { quote } from "./quote.ts";
import { checkDefinitions } from "./validate/definitions.ts";
import { checkJobs } from "./validate/jobs.ts";
import { checkSchedules } from "./validate/schedules.ts";
import { checkSensors } from "./validate/triggers/sensors.ts";

/** Assets one by one, or records and lists of them (what `defineMultiAsset` gives, a module's exports). */
export type AssetList = readonly (Asset | AssetList | { readonly [name: string]: Asset })[];

/** What {@linkcode definitions} takes. */
export interface DefinitionsSpec {
  /** The assets. */
  readonly assets: AssetList;
  /** The checks. */
  readonly checks?: readonly Check[];
  /** The jobs. */
  readonly jobs?: readonly Job[];
  /** The schedules. */
  readonly schedules?: readonly Schedule[];
  /** The sensors. */
  readonly sensors?: readonly Sensor[];
  /** The module that exports the result: `import.meta.url`. Workers, processes and exports find the code by it. */
  readonly module?: string;
}

const KNOWN = namesOf<DefinitionsSpec>()({
  assets: true,
  checks: true,
  jobs: true,
  schedules: true,
  sensors: true,
  module: true,
});

/**
 * The validated whole: assets, checks, jobs, schedules and sensors, with the graph between them. Frozen.
 *
 * Assets and steps are numbered by rank: an order in which upstream comes first.
 */
export interface Definitions {
  /** Says what this is. */
  readonly kind: "definitions";
  /** Assets by rank in `graph`. */
  readonly assets: readonly Asset[];
  /** Which asset is made from which. */
  readonly graph: AssetGraph;
  /** Step declarations by rank in `stepGraph`: assets, multi-assets, checks and external assets. */
  readonly steps: readonly StepDeclaration[];
  /** Which step waits for which; the graph of assets itself where every asset is its own step. */
  readonly stepGraph: AssetGraph;
  /** The rank of the step that makes an asset, by the asset's rank. */
  readonly stepOfAsset: Int32Array;
  /** 1 for steps that have partitions, by rank. */
  readonly isPartitioned: Uint8Array;
  /** 1 for external assets, by the rank of the step. */
  readonly isExternal: Uint8Array;
  /** The checks. */
  readonly checks: readonly Check[];
  /** The jobs. */
  readonly jobs: ReadonlyMap<string, Job>;
  /** The schedules. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** The sensors. */
  readonly sensors: ReadonlyMap<string, Sensor>;
  /** Where the code is found again. */
  readonly module: string | undefined;
  /** Gives an asset by key. Throws DEPENDENCY_UNKNOWN, with suggestions, when there is none. */
  asset(key: string): Asset;
}

/**
 * Puts declarations together and validates the whole at once.
 *
 * @throws {SluiceError} With every issue found: duplicate keys (also by case and Unicode form), unknown or unlisted
 * dependencies, cycles (in order), partition mappings that cannot be, names outside their grammar, policies out
 * of range. Each has a code, a path, the place of the declaration and a hint.
 * @example
 * ```ts
 * import { defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "raw/orders", run: () => [1, 2, 3] });
 * const count = defineAsset({ key: "mart/count", deps: { orders }, run: ({ inputs }) => inputs.orders.length });
 *
 * const all = definitions({ assets: [count, orders] });
 * assert.deepEqual(all.assets.map((asset) => asset.key), ["raw/orders", "mart/count"]);
 * ```
 */
export function definitions(spec: DefinitionsSpec): Definitions {
  const { assets, checks, jobs, schedules, sensors } = listDeclarations(spec);
  refuseUnknown(spec, KNOWN, { what: "definitions()", code: "DEFINITION_INVALID" });
  requireModule(spec.module);
  const links = linkSteps(assets, checks);
  const declared = { ...links, checks, jobs, schedules, sensors };
  refuse(checkDefinitions(declared));
  const compiled = compileDefinitions(links);
  if ("issue" in compiled) throw new SluiceError(compiled.issue);
  refuse([
    ...checkJobs(compiled, declared.jobs),
    ...checkSchedules(compiled, declared),
    ...checkSensors(compiled, declared),
  ]);
  return Object.freeze({
    kind: "definitions",
    ...compiled,
    checks: Object.freeze([...declared.checks]),
    jobs: new Map(declared.jobs.map((job) => [job.name, job])),
    schedules: new Map(declared.schedules.map((schedule) => [schedule.name, schedule])),
    sensors: new Map(declared.sensors.map((sensor) => [sensor.name, sensor])),
    module: spec.module,
    asset(key: string): Asset {
      const rank = compiled.graph.rankOf(String(key).normalize("NFC"));
      if (rank === undefined) throw unknownAsset(String(key), compiled.graph.keys);
      return compiled.assets[rank];
    },
  });
}

/** The error for a key that no asset has. */
function unknownAsset(key: string, known: readonly string[]): SluiceError {
  const hint = didYouMean(key, known);
  return new SluiceError({
    code: "DEPENDENCY_UNKNOWN",
    message: `There is no asset ${quote(key)}.`,
    path: ["assets", key],
    ...(hint !== undefined && { hint }),
  });
}

function requireModule(module: unknown): void {
  if (module === undefined || typeof module === "string") return;
  throw new SluiceError({
    code: "DEFINITION_INVALID",
    message: `The module is the address of a file, not ${nameGiven(module)}.`,
    path: ["module"],
    hint: "Write module: import.meta.url.",
  });
}

function refuse(issues: readonly Issue[]): void {
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
}
