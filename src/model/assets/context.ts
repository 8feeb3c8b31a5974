/** What a body gets when it runs. */
import type { Asset } from "./declaration.ts";
import type { Each } from "../elements/each.ts";
import type { RecordedError } from "../events/event.ts";
import type { Log } from "../ports.ts";
import type {
  DynamicPartitions,
  MultiPartitions,
  Partitions,
  StaticPartitions,
  TimePartitions,
} from "../partitions/definition.ts";
import type { Mapping } from "../partitions/mapping.ts";
import type { Problem, Relation } from "../partitions/relation.ts";
import type { Partitioned } from "./partitioned.ts";
import type { Resource } from "./resource.ts";
import type { OutputFacts } from "./result.ts";
import type { Schema } from "./schema.ts";

/** A half-open window of time. */
export interface TimeWindow {
  /** Inclusive start, epoch milliseconds. */
  readonly startMs: number;
  /** Exclusive end, epoch milliseconds. */
  readonly endMs: number;
}

/** The partition of a step whose asset has none. */
export interface NotPartitioned {
  /** Says what this is. */
  readonly kind: "none";
}

/** One named slice. */
export interface NamedPartition<out Key extends string = string> {
  /** Says what this is. */
  readonly kind: "named";
  /** Its key. */
  readonly key: Key;
}

/** One window of time. */
export interface TimePartition {
  /** Says what this is. */
  readonly kind: "time";
  /** Its key. */
  readonly key: string;
  /** The time that it covers. */
  readonly window: TimeWindow;
}

/** One cell of a product of dimensions. */
export interface MultiPartition<Name extends string = string> {
  /** Says what this is. */
  readonly kind: "multi";
  /** The keys of the dimensions joined by `|`, in code-point order of the dimension names. */
  readonly key: string;
  /** The key of each dimension. */
  readonly dimensions: { readonly [N in Name]: string };
}

/** The partition that a step of an asset with these partitions is run for. */
export type PartitionOf<P> = P extends TimePartitions ? TimePartition
  : P extends StaticPartitions<infer Key> ? NamedPartition<Key>
  : P extends DynamicPartitions ? NamedPartition
  : P extends MultiPartitions<infer Dims> ? MultiPartition<keyof Dims & string>
  : NotPartitioned;

/** The keys of a definition, as literals where they are known. */
export type KeyOf<P> = P extends StaticPartitions<infer Key> ? Key : string;

/** What the run is, as a body sees it. */
export interface RunInfo {
  /** Its id. */
  readonly id: string;
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
}

/** One thing a body may say about the output it is about to return. */
export interface Report {
  /** Adds facts to the output; later calls add to and overwrite earlier ones. */
  (facts: OutputFacts): void;
}

/** What every body gets. */
export interface BaseContext<C, R> {
  /** The key of the asset, or the name of the multi-asset. */
  readonly name: string;
  /** The validated config; undefined without a schema. */
  readonly config: C extends Schema<infer _Input, infer Output> ? Output : undefined;
  /** What the body uses, by the names under which it uses it. */
  readonly resources: { readonly [K in keyof R]: R[K] extends Resource<infer T> ? T : never };
  /** The body. */
  readonly run: RunInfo;
  /** Which attempt this is, counted from 1. */
  readonly attempt: number;
  /** Writes lines that are kept with the step. */
  readonly log: Log;
  /** Aborted when the run is canceled or the attempt has timed out. */
  readonly signal: AbortSignal;
  /** Adds facts to the output. */
  readonly report: Report;
  /** Runs a body for each of several items, of an asset declared with `elements: true`. */
  readonly each: Each;
}

/** What a body gets: one asset, one partition. */
export interface StepContext<D, P, C, R> extends BaseContext<C, R> {
  /** The values of the dependencies by the names under which they were declared. */
  readonly inputs: { readonly [K in keyof D]: Input<D[K], P> };
  /** The partition to make. */
  readonly partition: PartitionOf<P>;
}

/** What a body declared `batch` gets: one asset, any number of its partitions. */
export interface BatchContext<D, P, C, R> extends BaseContext<C, R> {
  /** The values of the dependencies for all partitions of the batch together. */
  readonly inputs: { readonly [K in keyof D]: BatchInput<D[K]> };
  /** The partitions to make, in partition order. */
  readonly partitions: readonly PartitionOf<P>[];
}

/** What an undo step gets. */
export interface UndoContext<P, R, Load> extends Omit<BaseContext<undefined, R>, "config" | "report"> {
  /** What the run failed for, as recorded. */
  readonly error: RecordedError;
  /** The keys of the assets that the step has made in the run, and that are to be undone. */
  readonly keys: readonly string[];
  /** The partition that was made; of a batch the first. */
  readonly partition: PartitionOf<P>;
  /** The partitions that were made; more than one only of a batch. */
  readonly partitions: readonly PartitionOf<P>[];
  /** Loads a value that was made. Rejects with VALUE_MISSING when it is not kept any more. */
  readonly load: Load;
}

/** A dependency with the mapping that says which partitions it reads. */
export interface Dependency<out A = Asset, out M = Mapping | undefined, out O = boolean | undefined> {
  /** The asset. */
  readonly asset: A;
  /** Which upstream partitions are read; undefined for what is inferred. */
  readonly mapping?: M;
  /**
   * With `true` the body runs without the value where there is none: it arrives as undefined when the step upstream did
   * not succeed in this run, or nothing was ever kept. A collection then leaves such partitions out.
   */
  readonly optional?: O;
}

/** How one dependency arrives. */
export type Input<Dep, P> = Dep extends Asset<infer Value, infer Up>
  ? Arrival<Relation<Up, P, undefined>, Value, Up>
  : Dep extends { readonly asset: Asset<infer Value, infer Up>; readonly mapping?: infer M }
    ? Arrival<Relation<Up, P, GivenMapping<M>>, Value, Up, Missing<Dep>>
  : never;

/** What may arrive in the place of the value of an optional dependency. */
export type Missing<Dep> = Dep extends { readonly optional?: infer O } ? O extends true ? undefined : never
  : never;

/** How one dependency arrives in a batch: partitioned assets always as a collection. */
export type BatchInput<Dep> = Dep extends Asset<infer Value, infer Up> ? BatchArrival<Value, Up>
  : Dep extends { readonly asset: Asset<infer Value, infer Up> } ? BatchArrival<Value, Up, Missing<Dep>>
  : never;

/** A mapping property that may be left out counts as none. */
export type GivenMapping<M> = unknown extends M ? undefined : M;

/** A collection of a partitioned upstream asset, or its value. */
export type BatchArrival<Value, Up, Gap = never> = Up extends Partitions ? Partitioned<Value, KeyOf<Up>>
  : Value | Gap;

/** A value, a collection, or the problem, as a relation says. */
export type Arrival<R, Value, Up, Gap = never> = [R] extends [Problem<string>] ? R
  : R extends "one" ? Value | Gap
  : R extends "many" ? Partitioned<Value, KeyOf<Up>>
  : never;
