/** The Standard Schema interface (standardschema.dev), which zod, valibot, arktype and others implement. */

/** One problem that a schema found in a value. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where in the value. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema's `validate` gives back. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** Any schema that follows Standard Schema version 1. */
export interface Schema<Input = unknown, Output = Input> {
  /** What the standard asks for. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The type that a schema gives to code. */
export type SchemaOutput<S> = S extends Schema<infer _Input, infer Output> ? Output : never;

/** The type that a schema takes from users. */
export type SchemaInput<S> = S extends Schema<infer Input, infer _Output> ? Input : never;

/** Stands where a type is known and no schema exists; made by {@linkcode type}. */
export interface TypeTag<out T> {
  /** The type; always undefined at run time. */
  readonly "~type": T | undefined;
}

/**
 * Names a type in a place where TypeScript cannot take one explicitly: the output of an external asset, the
 * value of an asset's own earlier window.
 *
 * @typeParam T The type to carry.
 * @example
 * ```ts
 * import { defineExternalAsset, type } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const rates = defineExternalAsset({ key: "bank/rates", output: type<Record<string, number>>() });
 * assert.equal(rates.key, "bank/rates");
 * ```
 */
export function type<T>(): TypeTag<T> {
  return TAG as TypeTag<T>;
}

const TAG: TypeTag<unknown> = Object.freeze({ "~type": undefined });

/** A path of a schema issue as text: `["server", 0, "port"]` gives `server[0].port`. */
export function formatIssuePath(path: SchemaIssue["path"]): string {
  let text = "";
  for (const part of path ?? []) {
    const key = typeof part === "object" ? part.key : part;
    text += typeof key === "number" ? `[${key}]` : text === "" ? String(key) : `.${String(key)}`;
  }
  return text;
}
