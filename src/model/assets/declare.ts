/** From what a user writes to the frozen declarations that everything else reads; types are worn off here. */
import type { Dependency } from "./context.ts";
import type { Asset, AssetRef } from "./declaration.ts";
import type { AssetDescription, Deps, InlineCheckSpec, StepRules, UndoSpec, Upstream } from "./spec.ts";
import { ioChoice } from "./io_choice.ts";
import { stepIsolation } from "../step/isolation.ts";
import { withPast } from "../gates/past.ts";
import { parseKey } from "../key.ts";
import type { Partitions } from "../partitions/definition.ts";
import type { BackfillPolicy } from "../policy.ts";
import { show } from "../quote.ts";
import type { Resources } from "./resource.ts";
import type { Schema, TypeTag } from "./schema.ts";
import {
  type Declaring,
  parseAt,
  requireFields,
  requireIsolation,
  requireUpstream,
} from "../validate/shape.ts";
import type { Site } from "./site.ts";
import type { InlineCheck, StepDeclaration, StepInput, UndoDeclaration } from "./declaration.ts";

/** Stands for the asset that is being declared, in its own dependencies. */
export const SELF: AssetRef = Object.freeze({ kind: "asset-ref", key: "", "~asset": undefined });

/** What `defineAsset` and `defineExternalAsset` are given, with the types worn off. */
export interface ErasedAssetSpec extends AssetDescription, StepRules {
  readonly key: string;
  readonly deps?: Deps;
  readonly after?: readonly Upstream[];
  readonly partitions?: Partitions;
  readonly config?: Schema;
  readonly resources?: Resources;
  readonly output?: Schema | TypeTag<unknown>;
  readonly batch?: boolean;
  readonly backfill?: BackfillPolicy;
  readonly skippable?: boolean;
  readonly dependsOnPast?: boolean;
  readonly elements?: boolean;
  readonly run?: (context: never) => unknown;
  readonly checks?: { readonly [name: string]: InlineCheckSpec<never> };
  readonly undo?: UndoSpec<never>;
}

/**
 * A step declaration while its outputs are still being made. Its lists of inputs and outputs are not frozen, but for
 * their types: JavaScriptCore reads a frozen array several times slower, and a graph is little else.
 */
type OpenStep = { -readonly [K in keyof StepDeclaration]: StepDeclaration[K] };

/** Declares an asset that is its own step. */
export function declareAsset(kind: "asset" | "external", spec: ErasedAssetSpec, site: Site): Asset {
  const key = parseAt(() => parseKey(spec.key), ["assets", show(spec.key)], site);
  const step = openStep(kind, key, spec, site);
  if (step.dependsOnPast) step.inputs = withPast(step.inputs, key);
  const asset = outputAsset(key, spec, spec.partitions, step);
  step.outputs = [asset];
  Object.freeze(step);
  return asset;
}

/** An asset as the output of a step. */
export function outputAsset(
  key: string,
  spec: AssetDescription & { readonly output?: Schema | TypeTag<unknown> },
  partitions: Partitions | undefined,
  step: StepDeclaration,
): Asset {
  return Object.freeze({
    kind: "asset" as const,
    key,
    partitions,
    description: spec.description,
    group: spec.group ?? "default",
    tags: spec.tags ? Object.freeze({ ...spec.tags }) : NONE,
    owners: spec.owners ? Object.freeze([...spec.owners]) : NOTHING,
    kinds: spec.kinds ? Object.freeze([...spec.kinds]) : NOTHING,
    metadata: spec.metadata ? Object.freeze({ ...spec.metadata }) : NONE,
    codeVersion: spec.codeVersion,
    io: ioChoice(spec.io),
    automation: spec.automation,
    freshness: spec.freshness,
    schema: spec.output && "~standard" in spec.output ? spec.output : undefined,
    "~step": step,
    "~value": undefined,
  });
}

/** A step without outputs yet; the caller adds them and freezes it. */
export function openStep(
  kind: StepDeclaration["kind"],
  name: string,
  spec: Omit<ErasedAssetSpec, "key">,
  site: Site,
): OpenStep {
  const declaring = {
    what: `The ${kind} ${name}`,
    path: [kind === "check" ? "checks" : "assets", name],
    site,
  };
  requireFields(spec, kind, declaring);
  if (spec.memoryMb !== undefined) requireIsolation(spec, declaring);
  return {
    kind,
    name,
    outputs: NOTHING,
    outputNames: undefined,
    inputs: stepInputs(name, spec.deps, spec.after, declaring),
    partitions: spec.partitions,
    config: spec.config,
    resources: spec.resources ?? NONE,
    retry: spec.retry && Object.freeze({ ...spec.retry }),
    timeoutMs: spec.timeoutMs,
    pool: spec.pool,
    concurrency: spec.concurrency && Object.freeze({ ...spec.concurrency }),
    priority: spec.priority ?? 0,
    dependsOnPast: spec.dependsOnPast ?? false,
    triggerRule: spec.triggerRule,
    hooks: spec.hooks && Object.freeze({ ...spec.hooks }),
    isolation: stepIsolation(spec),
    batch: spec.batch ?? false,
    backfill: spec.backfill && Object.freeze({ ...spec.backfill }),
    skippable: spec.skippable ?? false,
    elements: spec.elements ?? false,
    subsettable: false,
    checks: inlineChecks(spec.checks),
    check: undefined,
    run: spec.run,
    undo: spec.undo && undoDeclaration(spec.undo),
    site,
  };
}

function undoDeclaration(undo: UndoSpec<never>): UndoDeclaration {
  const { run, keepsValue = false } = typeof undo === "function" ? { run: undo } : undo;
  return Object.freeze({ run, keepsValue });
}

const NOTHING: readonly never[] = Object.freeze([]);
const NONE: Record<never, never> = Object.freeze({});

function stepInputs(
  name: string,
  deps: Deps | undefined,
  after: readonly Upstream[] | undefined,
  declaring: Declaring,
): readonly StepInput[] {
  if (!deps && !after) return NOTHING;
  const inputs: StepInput[] = [];
  for (const [input, upstream] of Object.entries<Upstream>(deps ?? NONE)) {
    requireUpstream(upstream, `deps.${input}`, declaring);
    inputs.push(stepInput(input, upstream, name));
  }
  for (const [index, upstream] of (after ?? NOTHING).entries()) {
    requireUpstream(upstream, `after.${index}`, declaring);
    inputs.push(stepInput(undefined, upstream, name));
  }
  return inputs;
}

/** One upstream as an input; `self` is the key that {@linkcode SELF} stands for. */
export function stepInput(name: string | undefined, upstream: Upstream, self: string): StepInput {
  const { asset, mapping, optional }: Dependency<Asset | AssetRef> = "asset" in upstream
    ? upstream
    : { asset: upstream };
  return Object.freeze({
    name,
    key: asset === SELF ? self : asset.key,
    asset: asset.kind === "asset" ? asset : undefined,
    mapping,
    optional: optional === true,
  });
}

function inlineChecks(checks: ErasedAssetSpec["checks"]): readonly InlineCheck[] {
  if (!checks) return NOTHING;
  const entries = Object.entries(checks).map(([name, spec]) => {
    const full = typeof spec === "function" ? { run: spec } : spec;
    return Object.freeze({
      name,
      severity: full.severity ?? "error",
      blocking: full.blocking ?? false,
      description: full.description,
      run: full.run,
    });
  });
  return Object.freeze(entries);
}
