/** Tables in metadata: their columns, records and the lineage of columns. */
import { DagsterPipesError } from "../error.ts";
import { type AssetKeyLike, parseAssetKey } from "../wire/asset_key.ts";
import { Float } from "../wire/json.ts";
import { isRecord } from "../wire/params.ts";

/** One column of a table. */
export interface TableColumn {
  /** Its name. */
  readonly name: string;
  /** Any text; Dagster's own are `string`, `int`, `float`, `bool`. Default `"string"`. */
  readonly type?: string;
  /** What it holds. */
  readonly description?: string;
  /** Labels. */
  readonly tags?: Readonly<Record<string, string>>;
  /** What its values keep to. */
  readonly constraints?: TableColumnConstraints;
}

/** What the values of a column keep to. */
export interface TableColumnConstraints {
  /** Whether there may be nulls. Default true. */
  readonly nullable?: boolean;
  /** Whether each value occurs once. Default false. */
  readonly unique?: boolean;
  /** Anything else, in words: `"<= 5"`. */
  readonly other?: readonly string[];
}

/** One row: values by column, none of them nested. */
export type TableRecord = Readonly<Record<string, string | number | bigint | boolean | null>>;

/** Rows and what they look like. */
export interface Table {
  /** The rows. */
  readonly records: readonly TableRecord[];
  /** The columns. Default those of the first row, with types that fit its values. */
  readonly schema?: readonly TableColumn[];
}

/** The columns that a column was made from, by the name of the column that was made. */
export type TableColumnLineage = Readonly<Record<string, readonly TableColumnDep[]>>;

/** A column of another asset. */
export interface TableColumnDep {
  /** The asset. */
  readonly assetKey: AssetKeyLike;
  /** The column. */
  readonly columnName: string;
}

/** A table as it travels: Dagster takes no table without a schema. */
export function formatTable({ records, schema }: Table): unknown {
  if (!Array.isArray(records)) throw invalid("The records of a table are no list.");
  const columns = schema ?? inferColumns(records);
  const floats = new Set(columns.filter(({ type }) => type === "float").map(({ name }) => name));
  return {
    records: records.map((record, index) => formatRecord(record, index, floats)),
    schema: formatColumns(columns),
  };
}

/** Columns as they travel. */
export function formatColumns(columns: readonly TableColumn[]): readonly unknown[] {
  if (!Array.isArray(columns)) throw invalid("The columns of a table are no list.");
  return columns.map((column: TableColumn) => {
    if (typeof column?.name !== "string") throw invalid("A column of a table has no name.");
    const { name, type = "string", description, tags, constraints } = column;
    const isText = typeof type === "string" && (description === undefined || typeof description === "string");
    if (!isText) throw invalid(`The type or the description of column "${name}" is no text.`);
    for (const [tag, value] of Object.entries(tags ?? {})) {
      if (typeof value !== "string") throw invalid(`Tag "${tag}" of column "${name}" is no text.`);
    }
    return {
      name,
      type,
      description,
      tags,
      constraints: constraints && formatConstraints(name, constraints),
    };
  });
}

/** Lineage as it travels: Dagster takes a text for a key of one part, so parts are sent. */
export function formatLineage(lineage: TableColumnLineage): unknown {
  if (!isRecord(lineage)) throw invalid("The lineage of columns is no object.");
  const deps = Object.entries(lineage).map(([column, from]) => {
    if (!Array.isArray(from)) throw invalid(`The lineage of column "${column}" is no list.`);
    return [
      column,
      from.map(({ assetKey, columnName }: TableColumnDep) => {
        if (typeof columnName !== "string") {
          throw invalid(`The lineage of column "${column}" names no column.`);
        }
        return { asset_key: parseAssetKey(assetKey), column_name: columnName };
      }),
    ];
  });
  return { deps_by_column: Object.fromEntries(deps) };
}

/** Dagster makes a constraint of each field by its name, and refuses any other. */
function formatConstraints(column: string, constraints: TableColumnConstraints): TableColumnConstraints {
  const { nullable = true, unique = false, other = [] } = constraints;
  const isRight = typeof nullable === "boolean" && typeof unique === "boolean" && Array.isArray(other) &&
    other.every((text) => typeof text === "string");
  if (!isRight) throw invalid(`The constraints of column "${column}" are not {nullable, unique, other}.`);
  return { nullable, unique, other };
}

function formatRecord(record: TableRecord, index: number, floats: ReadonlySet<string>): unknown {
  if (!isRecord(record)) throw invalid(`Record ${index} of a table is no object.`);
  const cells = Object.entries(record).map(([column, value]) => {
    if (typeof value === "object" && value !== null) {
      throw invalid(
        `Record ${index} of a table holds an object in column "${column}".`,
        "Give it as JSON text.",
      );
    }
    return [column, typeof value === "number" && floats.has(column) ? new Float(value) : value];
  });
  return Object.fromEntries(cells);
}

function inferColumns(records: readonly TableRecord[]): readonly TableColumn[] {
  if (records.length === 0) throw invalid("A table without records needs a schema.");
  return Object.keys(records[0]).map((name) => ({
    name,
    type: inferType(records.map((row) => row?.[name])),
  }));
}

/** The type that fits all values of a column. */
function inferType(values: readonly unknown[]): string {
  const types = new Set(values.filter((value) => value !== null && value !== undefined).map(typeOf));
  if (types.size === 2 && types.has("int") && types.has("float")) return "float";
  return types.size === 1 ? [...types][0] : "string";
}

function typeOf(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint" || Number.isInteger(value)) return "int";
  return typeof value === "number" ? "float" : "string";
}

function invalid(message: string, hint?: string): DagsterPipesError {
  return new DagsterPipesError("VALUE_INVALID", message, { hint });
}
