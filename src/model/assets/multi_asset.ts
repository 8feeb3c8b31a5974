/** Multi-assets: several assets made by one body. */
import type { Asset } from "./declaration.ts";
import type { AssetDescription, Deps, StepRules, UndoSpec, Upstream } from "./spec.ts";
import type { Awaitable } from "./result.ts";
import type { CheckDeps, DeclaredOutput, Upstreams } from "./asset.ts";
import type { StepContext, UndoContext } from "./context.ts";
import { openStep, outputAsset } from "./declare.ts";
import { withPast } from "../gates/past.ts";
import { parseKey } from "../key.ts";
import { parseName } from "../name.ts";
import type { MaybePartitions } from "../partitions/relation.ts";
import type { BackfillPolicy } from "../policy.ts";
import { show } from "../quote.ts";
import type { Resources } from "./resource.ts";
import type { Output, ShortCircuit, Skip, Unchanged } from "./result.ts";
import type { Schema, TypeTag } from "./schema.ts";
import { parseAt, requireFields, requireSpec } from "../validate/shape.ts";
import { captureSite } from "./site.ts";

/** One output of a multi-asset. */
export interface OutputSpec extends AssetDescription {
  /** The asset's key. */
  readonly key: string;
  /** A schema or `type<T>()` of the value. */
  readonly output?: Schema | TypeTag<unknown>;
}

/** Outputs by the names under which the body returns them. */
export type Outputs = { readonly [name: string]: OutputSpec };

/** What the body of a multi-asset gets. */
export interface MultiAssetContext<D, P, C, R, O> extends StepContext<D, P, C, R> {
  /** The outputs asked for in this run; all of them unless the multi-asset is subsettable. */
  readonly selected: ReadonlySet<keyof O & string>;
}

/** What the body of a multi-asset may return. */
export type Returned<O extends Outputs> = {
  readonly [N in keyof O]?: DeclaredValue<O[N]> | Output<DeclaredValue<O[N]>> | Skip | Unchanged;
};

/** The value that an output declares. */
export type DeclaredValue<Spec> = Spec extends { readonly output: infer S } ? DeclaredOutput<S> : unknown;

/** The value of one output: as declared, or as returned. */
export type ReturnedValue<O, Ret, N> = O extends { readonly output: infer S } ? DeclaredOutput<S>
  : N extends keyof Ret ? Unwrapped<Exclude<Ret[N], undefined>>
  : unknown;

/** The value inside one output of a record. */
export type Unwrapped<V> = V extends Output<infer T> ? T : V extends Skip | Unchanged ? never : V;

/** The assets that a multi-asset makes, by output name. */
export type MultiAsset<O, Ret, P extends MaybePartitions> = {
  readonly [N in keyof O]: Asset<ReturnedValue<O[N], Ret, N>, P>;
};

/** What {@linkcode defineMultiAsset} takes. */
export interface MultiAssetSpec<D, P, C, R, O extends Outputs, Ret> extends StepRules {
  /** Name of the step; differs from every asset key. */
  readonly name: string;
  /** The outputs by the names under which the body returns them. */
  readonly outputs: O;
  /** The assets whose values the body reads, by name. */
  readonly deps?: CheckDeps<D, P>;
  /** Assets that must be made first and of which nothing is loaded. */
  readonly after?: readonly Upstream[];
  /** How it is sliced; left out or undefined for one value only. */
  readonly partitions?: P;
  /** The schema of its config. */
  readonly config?: C;
  /** What the body uses, by the names under which it uses it. */
  readonly resources?: R;
  /** How a backfill is cut into runs. */
  readonly backfill?: BackfillPolicy;
  /** Allows runs that ask for some outputs only; `selected` tells the body which. Default false. */
  readonly subsettable?: boolean;
  /** A window is made only when the one before it was. Default false. See docs/control-flow.md. */
  readonly dependsOnPast?: boolean;
  /** Takes back what the step has made, when its run fails: docs/runs/compensation.md. Default: what was made stays. */
  readonly undo?: UndoSpec<UndoContext<P, R, (output: keyof O & string) => Promise<unknown>>>;
  /** Allows outputs to be left out by `skip()`. Default false. */
  readonly skippable?: boolean;
  /** Allows the body to fan out by `each`. Default false. */
  readonly elements?: boolean;
  /** The body. */
  readonly run: (context: MultiAssetContext<Upstreams<D>, P, C, R, O>) => Awaitable<Ret | ShortCircuit>;
}

/**
 * Declares several assets made by one body, which returns a record of their values.
 *
 * @returns The assets by output name, to destructure.
 * @throws {SluiceError} KEY_INVALID when a key does not follow the grammar, DEFINITION_INVALID for the name.
 * @example
 * ```ts
 * import { defineMultiAsset, materialize } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const { even, odd } = defineMultiAsset({
 *   name: "split",
 *   outputs: { even: { key: "numbers/even" }, odd: { key: "numbers/odd" } },
 *   run: () => ({ even: [2, 4], odd: [1, 3] }),
 * });
 * assert.equal(odd.key, "numbers/odd");
 * assert.deepEqual((await materialize(even)).value, [2, 4]);
 * ```
 */
export function defineMultiAsset<
  const O extends Outputs,
  const D extends Deps = Record<never, never>,
  P extends MaybePartitions = undefined,
  C extends Schema | undefined = undefined,
  R extends Resources = Record<never, never>,
  Ret extends Returned<O> = Returned<O>,
>(spec: MultiAssetSpec<D, P, C, R, O, Ret>): MultiAsset<O, Ret, P> {
  const site = captureSite(defineMultiAsset);
  requireSpec(spec, "defineMultiAsset", site);
  const path = ["assets", show(spec.name)];
  const name = parseAt(() => parseName("multi-asset", spec.name), path, site);
  const { outputs = {} as O } = spec;
  requireFields({ outputs }, "multi-asset", { what: `The multi-asset ${name}`, path, site });
  const step = openStep("multi-asset", name, spec as never, site);
  const assets: Record<string, Asset> = {};
  for (const [name, output] of Object.entries(outputs)) {
    const where = [...path, "outputs", name];
    requireFields(output, "output", { what: `The output ${name} of ${spec.name}`, path: where, site });
    const key = parseAt(() => parseKey(output.key), where, site);
    assets[name] = outputAsset(key, output, spec.partitions, step);
  }
  step.outputs = Object.freeze(Object.values(assets));
  if (step.dependsOnPast) step.inputs = withPast(step.inputs, step.outputs[0].key);
  step.outputNames = Object.freeze(Object.keys(assets));
  step.subsettable = spec.subsettable ?? false;
  Object.freeze(step);
  return Object.freeze(assets) as MultiAsset<O, Ret, P>;
}
