/** Assets: what should exist, and from what. */
import type { BatchContext, Dependency, GivenMapping, KeyOf, StepContext, UndoContext } from "./context.ts";
import type { Asset, AssetRef } from "./declaration.ts";
import { declareAsset, type ErasedAssetSpec, SELF } from "./declare.ts";
import { parseKey } from "../key.ts";
import type { Partitions } from "../partitions/definition.ts";
import type { Mapping } from "../partitions/mapping.ts";
import type { MaybePartitions, Problem, Relation } from "../partitions/relation.ts";
import type { BackfillPolicy } from "../policy.ts";
import type { Resources } from "./resource.ts";
import type { Awaitable, Output, ShortCircuit, Skip, Unchanged } from "./result.ts";
import type { Schema, TypeTag } from "./schema.ts";
import { requireSpec } from "../validate/shape.ts";
import { captureSite } from "./site.ts";
import type { AssetDescription, Deps, InlineCheckSpec, StepRules, UndoSpec, Upstream } from "./spec.ts";

/** A dependency's asset, whichever way it is written. */
export type UpstreamOf<Dep> = Dep extends Asset ? Dep
  : Dep extends AssetRef<infer A> ? A
  : Dep extends { readonly asset: infer A } ? A extends AssetRef<infer B> ? B : A
  : never;

/** A dependency's mapping, undefined where none is given. */
export type MappingOf<Dep> = Dep extends { readonly kind: "asset" | "asset-ref" } ? undefined
  : Dep extends { readonly mapping?: infer M } ? GivenMapping<M>
  : undefined;

/** Dependencies with references resolved, as contexts take them. */
export type Upstreams<D> = {
  readonly [K in keyof D]: Dependency<UpstreamOf<D[K]>, MappingOf<D[K]>, OptionalOf<D[K]>>;
};

/** Whether a dependency is declared optional, undefined where nothing is said. */
export type OptionalOf<Dep> = Dep extends { readonly optional: infer O } ? O : undefined;

/** A dependency, or the name of a field that it does not have. */
export type KnownFields<Dep> = Dep extends { readonly kind: "asset" | "asset-ref" } ? Dep
  : Exclude<keyof Dep, "asset" | "mapping" | "optional"> extends infer Extra extends string
    ? [Extra] extends [never] ? Dep : `a dependency has no field '${Extra}'`
  : Dep;

/** The dependencies themselves, or the sentence that says what is wrong with one. */
export type CheckDeps<D, P> = {
  readonly [K in keyof D]: UpstreamOf<D[K]> extends Asset<unknown, infer Up>
    ? Relation<Up, P, MappingOf<D[K]>> extends Problem<infer Text> ? Text : KnownFields<D[K]>
    : D[K];
};

/** What a body may return when the asset holds a `T`. */
export type Result<T> = T | Output<T> | Skip | ShortCircuit | Unchanged;

/** The value inside what a body returns. */
export type ValueOf<R> = R extends Output<infer T> ? T : R extends Skip | ShortCircuit | Unchanged ? never
: R;

/** The value of a declared output: a schema's output type or the type of a tag. */
export type DeclaredOutput<S> = S extends TypeTag<infer T> ? T
  : S extends Schema<infer _In, infer Out> ? Out
  : unknown;

/** What a body may return, given the declared output. */
export type Returnable<S> = Result<DeclaredOutput<S>>;

/** What a batch body returns: values by partition key. */
export type BatchReturn<T> = Iterable<readonly [string, T]> | AsyncIterable<readonly [string, T]>;

/** The value inside the pairs that a batch returns. */
export type BatchValue<R> = R extends Iterable<readonly [string, infer T]> ? T
  : R extends AsyncIterable<readonly [string, infer T]> ? T
  : never;

/** The body of an asset: a function of its context, which differs for `batch`. */
export type Body<D, P, C, R, B, Ret> = B extends true
  ? (context: BatchContext<Upstreams<D>, P, C, R>) => Awaitable<Ret>
  : (context: StepContext<Upstreams<D>, P, C, R>) => Awaitable<Ret>;

/** Loads a value that was made; of a batch that of one of its partitions. */
export type LoadMade<P, B, Ret> = B extends true ? (partition: KeyOf<P>) => Promise<BatchValue<Ret>>
  : () => Promise<ValueOf<Ret>>;

/** What {@linkcode defineAsset} takes. */
export interface AssetSpec<D, P, C, R, S, B, Ret> extends AssetDescription, StepRules {
  /** See {@linkcode parseKey} for the grammar. */
  readonly key: string;
  /** The assets whose values the body reads, by name; `{ asset, mapping }` where a partition mapping is needed. */
  readonly deps?: CheckDeps<D, P>;
  /**
   * Assets that must be made first and that the body reads by itself, if at all (a table, a file): like `deps` in
   * every respect, but nothing is loaded.
   */
  readonly after?: readonly Upstream[];
  /** How it is sliced; left out or undefined for one value only. */
  readonly partitions?: P;
  /** A Standard Schema (zod, valibot, ...) for the config given to a run. */
  readonly config?: C;
  /** What the body uses, by the names under which it uses it. */
  readonly resources?: R;
  /** A schema or `type<T>()` of the value; inferred from the body when left out. A schema also checks each value. */
  readonly output?: S;
  /** With `true` the body takes many partitions at once and returns `[key, value]` pairs. */
  readonly batch?: B;
  /** How a backfill is cut into runs. */
  readonly backfill?: BackfillPolicy;
  /** Allows the body to return `skip()`. */
  readonly skippable?: boolean;
  /**
   * For partitions by time: a window is made only when the one before it has succeeded, or was skipped in the same run.
   * Nothing is read of it. Default false. See docs/control-flow.md.
   */
  readonly dependsOnPast?: boolean;
  /** Allows the body to fan out by `each`. Default false. */
  readonly elements?: boolean;
  /** The body. */
  readonly run: Body<D, P, C, R, B, Ret>;
  /** Checks on the value just made. Write them below `run`, so that the value's type is known. */
  readonly checks?: {
    readonly [name: string]: InlineCheckSpec<NoInfer<B extends true ? BatchValue<Ret> : ValueOf<Ret>>>;
  };
  /**
   * Takes back what the step has made, when its run fails: docs/runs/compensation.md. Write it below `run`, so that the
   * value's type is known. Default: what was made stays.
   */
  readonly undo?: UndoSpec<UndoContext<P, R, NoInfer<LoadMade<P, B, Ret>>>>;
}

/**
 * Declares an asset: a key, what it is made from, and the body that makes one partition of it.
 *
 * The body's inputs are typed from `deps`, through the partition mapping: one value, or a lazily loaded
 * {@linkcode Partitioned} collection.
 *
 * @throws {SluiceError} KEY_INVALID when the key does not follow the grammar. Everything else is checked by
 * `definitions()`, which sees the whole graph.
 * @example
 * ```ts
 * import { defineAsset, materialize } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "raw/orders", run: () => [{ amount: 2 }, { amount: 3 }] });
 * const revenue = defineAsset({
 *   key: "mart/revenue",
 *   deps: { orders },
 *   run: ({ inputs }) => inputs.orders.reduce((sum, order) => sum + order.amount, 0),
 * });
 *
 * const result = await materialize(revenue, { inputs: { orders: [{ amount: 20 }, { amount: 22 }] } });
 * assert.equal(result.value, 42);
 * ```
 */
export function defineAsset<
  const D extends Deps = Record<never, never>,
  P extends MaybePartitions = undefined,
  C extends Schema | undefined = undefined,
  R extends Resources = Record<never, never>,
  S extends Schema | TypeTag<unknown> | undefined = undefined,
  const B extends boolean = false,
  Ret extends (B extends true ? BatchReturn<DeclaredOutput<S>> : Returnable<S>) =
    (B extends true ? BatchReturn<DeclaredOutput<S>> : Returnable<S>),
>(
  spec: AssetSpec<D, P, C, R, S, B, Ret>,
): Asset<B extends true ? BatchValue<Ret> : ValueOf<Ret>, NoInfer<P>> {
  const site = captureSite(defineAsset);
  requireSpec(spec, "defineAsset", site);
  return declareAsset("asset", spec as ErasedAssetSpec, site) as never;
}

/**
 * Declares an asset that is made elsewhere: a node of the graph without a body. Its materializations are
 * reported by `orchestrator.report`, and its value is read through its IO manager like any other.
 *
 * @example
 * ```ts
 * import { dailyPartitions, defineExternalAsset, type } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const clicks = defineExternalAsset({
 *   key: "lake/clicks",
 *   partitions: dailyPartitions({ start: "2026-01-01" }),
 *   output: type<{ url: string }[]>(),
 * });
 * assert.equal(clicks["~step"].kind, "external");
 * ```
 */
export function defineExternalAsset<
  P extends MaybePartitions = undefined,
  S extends Schema | TypeTag<unknown> | undefined = undefined,
>(
  spec: AssetDescription & {
    readonly key: string;
    readonly partitions?: P;
    readonly output?: S;
    /** Upstream assets, for the lineage. */
    readonly after?: readonly Upstream[];
  },
): Asset<DeclaredOutput<S>, P> {
  const site = captureSite(defineExternalAsset);
  requireSpec(spec, "defineExternalAsset", site);
  return declareAsset("external", spec as ErasedAssetSpec, site) as never;
}

/**
 * Names an asset that is declared in another module, without importing its value: for two modules that need
 * each other's assets. `definitions()` resolves it and says so when there is no such asset.
 *
 * @typeParam A The asset's type, taken with `import type`.
 * @example
 * ```ts
 * import { type Asset, assetRef, defineAsset } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const total = defineAsset({
 *   key: "total",
 *   deps: { rows: assetRef<Asset<number[], undefined>>("rows") },
 *   run: ({ inputs }) => inputs.rows.length,
 * });
 * assert.equal(total.key, "total");
 * ```
 */
export function assetRef<A extends Asset = Asset>(key: string): AssetRef<A> {
  return Object.freeze({ kind: "asset-ref" as const, key: parseKey(key), "~asset": undefined });
}

/**
 * The dependency of a partitioned asset on its own earlier partitions. The mapping must lead strictly back.
 *
 * @typeParam T The asset's value, which TypeScript cannot infer in a circle.
 * @example
 * ```ts
 * import { dailyPartitions, defineAsset, selfDep, timeWindowMapping, type } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const days = dailyPartitions({ start: "2026-01-01" });
 * const balance = defineAsset({
 *   key: "balance",
 *   partitions: days,
 *   deps: { before: selfDep(type<number>(), days, timeWindowMapping({ startOffset: -1, endOffset: -1 })) },
 *   run: async ({ inputs }) => {
 *     let sum = 1;
 *     for await (const value of inputs.before.values()) sum += value;
 *     return sum;
 *   },
 * });
 * assert.equal(balance["~step"].inputs[0]?.key, "balance");
 * ```
 */
export function selfDep<T, P extends Partitions, M extends Mapping>(
  _type: TypeTag<T>,
  _partitions: P,
  mapping: M,
): Dependency<AssetRef<Asset<T, P>>, M> {
  return Object.freeze({ asset: SELF as AssetRef<Asset<T, P>>, mapping });
}
