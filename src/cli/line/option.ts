/** Options and arguments: their declarations, and the types of their values. */

/** A switch. */
export interface FlagSpec {
  readonly type: "flag";
  readonly summary: string;
  readonly short?: string;
  /** Adds `--no-NAME`; the value is undefined when neither is given. */
  readonly negatable?: boolean;
}

/** An option with a value. */
export interface ValueSpec {
  /** A text, a whole number, or a length of time. */
  readonly type: "text" | "count" | "duration";
  /** The least number that counts. Default 0. */
  readonly least?: number;
  /** What stands for the value in help: `FILE`. */
  readonly value: string;
  readonly summary: string;
  readonly short?: string;
  readonly choices?: readonly string[];
  /** As it would be typed. */
  readonly default?: string;
  /** May be given several times; its value is a list. */
  readonly repeats?: boolean;
}

/** The declaration of an option. */
export type OptionSpec = FlagSpec | ValueSpec;

/** Options by name, without the dashes. */
export type OptionSpecs = { readonly [name: string]: OptionSpec };

/** An argument without dashes, known by its place. */
export interface ArgumentSpec {
  readonly summary: string;
  /** `many` takes all that are left. */
  readonly arity: "one" | "optional" | "many";
}

/** Arguments by name, in their order. */
export type ArgumentSpecs = { readonly [name: string]: ArgumentSpec };

type Single<S> = S extends { readonly type: "count" | "duration" } ? number
  : S extends { readonly choices: readonly (infer Choice)[] } ? Choice
  : string;

/** The value of one option: flags are false and lists empty when they are not given. Durations are milliseconds. */
export type OptionValue<S> = S extends { readonly negatable: true } ? boolean | undefined
  : S extends { readonly type: "flag" } ? boolean
  : S extends { readonly repeats: true } ? readonly Single<S>[]
  : S extends { readonly default: string } ? Single<S>
  : Single<S> | undefined;

/** The values of options. */
export type OptionValues<O> = { readonly [Name in keyof O]: OptionValue<O[Name]> };

/** The values of arguments. */
export type ArgumentValues<A> = {
  readonly [Name in keyof A]: A[Name] extends { readonly arity: "many" } ? readonly string[]
    : A[Name] extends { readonly arity: "optional" } ? string | undefined
    : string;
};
