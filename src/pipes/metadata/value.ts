/** Metadata of a chosen type. */
import { DagsterPipesError } from "../error.ts";
import { type AssetKeyLike, parseAssetKey } from "../wire/asset_key.ts";
import { Float } from "../wire/json.ts";
import {
  formatColumns,
  formatLineage,
  formatTable,
  type Table,
  type TableColumn,
  type TableColumnLineage,
} from "./table.ts";

/** Every type of metadata that Dagster takes through Pipes. */
export type MetadataType =
  | "text"
  | "url"
  | "path"
  | "notebook"
  | "json"
  | "md"
  | "float"
  | "int"
  | "bool"
  | "dagster_run"
  | "asset"
  | "table"
  | "table_schema"
  | "table_column_lineage"
  | "timestamp"
  | "null";

/** A JSON value as it is written in code; properties that are `undefined` are left out. */
export type Json =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | readonly Json[]
  | { readonly [name: string]: Json };

/** Later than this many seconds is taken for milliseconds: the year 5138. */
const LAST_SECOND = 1e11;

/**
 * Metadata of a chosen type, made by the method of that name, as with Dagster's `MetadataValue`. Plain values need
 * none of this: see `RawMetadata` for what is made of them.
 *
 * @example
 * ```ts
 * import { MetadataValue } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * const preview = MetadataValue.table({ records: [{ day: "2026-01-01", mean: 4.5 }] });
 * assert.equal(preview.type, "table");
 * assert.equal(MetadataValue.md("**good**").rawValue, "**good**");
 * ```
 */
export class MetadataValue<Type extends MetadataType = MetadataType> {
  /** Its type, in Dagster's words. */
  readonly type: Type;
  /** What is sent: Dagster's shape of the value. */
  readonly rawValue: unknown;

  private constructor(type: Type, rawValue: unknown) {
    this.type = type;
    this.rawValue = rawValue;
    Object.freeze(this);
  }

  /** Plain text. */
  static text(text: string): MetadataValue<"text"> {
    return new MetadataValue("text", textOf("text", text));
  }

  /** An address, shown as a link. */
  static url(url: string | URL): MetadataValue<"url"> {
    return new MetadataValue("url", textOf("url", url instanceof URL ? url.href : url));
  }

  /** The path of a file, shown to be copied. */
  static path(path: string): MetadataValue<"path"> {
    return new MetadataValue("path", textOf("path", path));
  }

  /** The path of a Jupyter notebook, which the page shows rendered. */
  static notebook(path: string): MetadataValue<"notebook"> {
    return new MetadataValue("notebook", textOf("notebook", path));
  }

  /** An object or a list, shown as a tree. Dagster takes text here too, but neither a number nor true or false. */
  static json(value: { readonly [name: string]: Json } | readonly Json[] | string): MetadataValue<"json"> {
    if (typeof value === "string" || (typeof value === "object" && value !== null)) {
      return new MetadataValue("json", value);
    }
    throw invalid("json", value, "an object, a list or a text");
  }

  /** Markdown, shown rendered. */
  static md(markdown: string): MetadataValue<"md"> {
    return new MetadataValue("md", textOf("md", markdown));
  }

  /** A number with a fraction, also when it happens to be whole; NaN and infinity are taken. */
  static float(value: number): MetadataValue<"float"> {
    if (typeof value !== "number") throw invalid("float", value, "a number");
    return new MetadataValue("float", new Float(value));
  }

  /** A whole number; beyond 2^53 give a bigint. */
  static int(value: number | bigint): MetadataValue<"int"> {
    if (typeof value === "bigint" || Number.isSafeInteger(value)) return new MetadataValue("int", value);
    throw invalid("int", value, "a whole number up to 2^53, or a bigint");
  }

  /** True or false. */
  static bool(value: boolean): MetadataValue<"bool"> {
    if (typeof value !== "boolean") throw invalid("bool", value, "true or false");
    return new MetadataValue("bool", value);
  }

  /** The identifier of a run, shown as a link to it. */
  static dagsterRun(runId: string): MetadataValue<"dagster_run"> {
    return new MetadataValue("dagster_run", textOf("dagster_run", runId));
  }

  /** An asset, shown as a link to it. Dagster cannot take a part with a slash here. */
  static asset(key: AssetKeyLike): MetadataValue<"asset"> {
    const parts = parseAssetKey(key);
    if (parts.some((part) => part.includes("/"))) {
      throw invalid("asset", key, "a key without slashes in its parts");
    }
    return new MetadataValue("asset", parts.join("/"));
  }

  /** Rows of values. Numbers of a column whose type is `float` stay floats. */
  static table(table: Table): MetadataValue<"table"> {
    return new MetadataValue("table", formatTable(table));
  }

  /** What a table looks like; under the name `dagster/column_schema` the page shows it at the asset. */
  static tableSchema(columns: readonly TableColumn[]): MetadataValue<"table_schema"> {
    return new MetadataValue("table_schema", { columns: formatColumns(columns) });
  }

  /** Which columns a column was made from; the page shows it under the name `dagster/column_lineage`. */
  static tableColumnLineage(lineage: TableColumnLineage): MetadataValue<"table_column_lineage"> {
    return new MetadataValue("table_column_lineage", formatLineage(lineage));
  }

  /** An instant: a date, or the number of seconds since 1970 as in Dagster. */
  static timestamp(instant: Date | number): MetadataValue<"timestamp"> {
    const seconds = instant instanceof Date ? instant.getTime() / 1000 : instant;
    if (!Number.isFinite(seconds) || Math.abs(seconds) > LAST_SECOND) {
      throw invalid("timestamp", instant, "a valid date, or seconds (not milliseconds) since 1970");
    }
    return new MetadataValue("timestamp", new Float(seconds));
  }

  /** Nothing, on purpose. */
  static null(): MetadataValue<"null"> {
    return new MetadataValue("null", null);
  }
}

function textOf(type: MetadataType, value: string): string {
  if (typeof value !== "string") throw invalid(type, value, "text");
  return value;
}

function invalid(type: MetadataType, value: unknown, wanted: string): DagsterPipesError {
  const shown = typeof value === "object" ? Object.prototype.toString.call(value) : String(value);
  return new DagsterPipesError("VALUE_INVALID", `Metadata of type ${type} is ${wanted}, not ${shown}.`);
}
