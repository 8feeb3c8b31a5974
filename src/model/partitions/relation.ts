/**
 * How an input arrives, as types: one value, a collection by partition, or a sentence that says why it cannot
 * be. `infer.ts` decides the same at run time; a test compares the two over all pairs.
 */
import type {
  Dimensions,
  DynamicPartitions,
  MultiPartitions,
  Partitions,
  StaticPartitions,
  TimePartitions,
} from "./definition.ts";
import type {
  AllMapping,
  CustomMapping,
  IdentityMapping,
  LastMapping,
  MultiMapping,
  MultiToSingleMapping,
  SpecificMapping,
  StaticMapping,
  TimeWindowMapping,
} from "./mapping.ts";

/** A relation that does not exist; its text becomes the compiler's error message. */
export interface Problem<out Text extends string> {
  /** What the compiler is to say. */
  readonly "~problem": Text;
}

/** Definitions on either side; `undefined` is an asset without partitions. */
export type MaybePartitions = Partitions | undefined;

/** `"one"`, `"many"` or a {@linkcode Problem}, for a dependency from `Down` on `Up`. */
export type Relation<Up, Down, M> = M extends undefined ? InferredRelation<Up, Down>
  : MappedRelation<Up, Down, M>;

/** Every mapping by what it gives, whatever the sides. */
export type MappedRelation<Up, Down, M> = Up extends undefined
  ? Problem<"upstream has no partitions: leave the mapping out">
  : M extends SpecificMapping<infer Key, infer List> ? SpecificRelation<Up, Key, List>
  : M extends IdentityMapping
    ? Down extends undefined ? Problem<"identity mapping needs partitions on both sides"> : "one"
  : M extends LastMapping ? "one"
  : M extends AllMapping | StaticMapping | CustomMapping ? "many"
  : M extends TimeWindowMapping ? "many"
  : M extends MultiToSingleMapping<infer Name> ? MultiToSingleRelation<Up, Down, Name>
  : M extends MultiMapping ? "many"
  : "one" | "many";

/** The listed keys, where they exist. */
export type SpecificRelation<Up, Key extends string, List> = Up extends StaticPartitions<infer UpKey>
  ? Exclude<Key, UpKey> extends never ? ListRelation<List>
  : Problem<`'${Exclude<Key, UpKey>}' is not a key of the upstream partitions`>
  : ListRelation<List>;

/** One key or several. */
export type ListRelation<List> = List extends true ? "many" : "one";

/** Between a product and one dimension. */
export type MultiToSingleRelation<Up, Down, Name> = Up extends MultiPartitions<infer Dims>
  ? [Name] extends [keyof Dims] ? "many"
  : string extends Name ? "many"
  : Problem<`'${Name & string}' is not a dimension of the upstream partitions`>
  : Down extends MultiPartitions<infer Dims> ? [Name] extends [keyof Dims] ? LeafRelation<Up, Dims[Name]>
    : string extends Name ? SingleToMultiRelation<Up, Dims>
    : Problem<`'${Name & string}' is not a dimension of these partitions`>
  : Problem<"one side must have several dimensions">;

/** What holds when no mapping is given. */
export type InferredRelation<Up, Down> = Up extends undefined ? "one"
  : Down extends undefined ? "many"
  : Up extends MultiPartitions<infer UpDims>
    ? Down extends MultiPartitions<infer DownDims> ? MultiRelation<UpDims, DownDims>
    : "many"
  : Down extends MultiPartitions<infer DownDims> ? SingleToMultiRelation<Up, DownDims>
  : LeafRelation<Up, Down>;

/** Between definitions of one dimension. */
export type LeafRelation<Up, Down> = Up extends TimePartitions<infer UpUnit>
  ? Down extends TimePartitions<infer DownUnit> ? TimeRelation<UpUnit, DownUnit> : Unlike
  : Up extends StaticPartitions<infer UpKey>
    ? Down extends StaticPartitions<infer DownKey> ? StaticRelation<UpKey, DownKey> : Unlike
  : Up extends DynamicPartitions<infer UpName>
    ? Down extends DynamicPartitions<infer DownName> ? DynamicRelation<UpName, DownName> : Unlike
  : Unlike;

/** Definitions of different kinds. */
export type Unlike = Problem<"unlike partitions: give a mapping">;

/** In which units a window of the key's unit always lies whole. */
export interface Within {
  /** Units in which an hour lies whole. */
  readonly hour: "hour";
  /** Units in which a day lies whole. */
  readonly day: "hour" | "day";
  /** Units in which a week lies whole. */
  readonly week: "hour" | "day" | "week";
  /** Units in which a month lies whole. */
  readonly month: "hour" | "day" | "month";
}

/** Between windows of time, by their units. */
export type TimeRelation<Up extends string, Down extends string> = string extends Up | Down ? "one" | "many"
  : Up extends Down ? "one"
  : Up extends keyof Within ? Down extends Within[Up] ? "one" : "many"
  : "many";

/** Between static definitions, by their keys. */
export type StaticRelation<Up extends string, Down extends string> = string extends Up ? "one"
  : string extends Down ? "one"
  : Exclude<Down, Up> extends never ? "one"
  : Problem<`partition '${Exclude<Down, Up>}' does not exist upstream`>;

/** Between dynamic definitions, by name. */
export type DynamicRelation<Up extends string, Down extends string> = string extends Up ? "one"
  : string extends Down ? "one"
  : Up extends Down ? "one"
  : Problem<`dynamic partitions '${Up}' and '${Down}' differ: give a mapping`>;

/** How `Up` relates to the dimensions that it could follow; `never` when there is none. */
export type MatchingRelation<Up, Dims extends Dimensions> = {
  [Name in keyof Dims]: LeafRelation<Up, Dims[Name]> extends Problem<string> ? never
    : LeafRelation<Up, Dims[Name]>;
}[keyof Dims];

/** From one dimension to a product that has it. */
export type SingleToMultiRelation<Up, Dims extends Dimensions> = [MatchingRelation<Up, Dims>] extends [never]
  ? Problem<"no dimension matches the upstream partitions: give a mapping">
  : MatchingRelation<Up, Dims>;

/** Between products: one only if every upstream dimension is one. */
export type MultiRelation<Up extends Dimensions, Down extends Dimensions> = {
  [Name in keyof Up]: Name extends keyof Down ? LeafRelation<Up[Name], Down[Name]> : "many";
}[keyof Up] extends infer Each ? [Each] extends ["one"] ? "one" : Each extends Problem<string> ? Each : "many"
  : never;
