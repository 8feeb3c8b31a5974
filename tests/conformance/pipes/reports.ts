/** What the child reports, and what Dagster must make of it. */
import { type Json, type Metadata, MetadataValue } from "sluice/pipes";

/** Every type of metadata, chosen and inferred. */
export function everyMetadata(): Metadata {
  return {
    text: MetadataValue.text("plain \u00e9\ud83d\ude00 \u0000 \u2028"),
    url: MetadataValue.url(new URL("https://example.com/a?b=c")),
    path: MetadataValue.path("folder/file.csv"),
    notebook: MetadataValue.notebook("folder/book.ipynb"),
    json: MetadataValue.json({ list: [1, 2.5, null, true, "x"], nested: { "": {} }, big: 2n ** 80n }),
    json_deep: MetadataValue.json([nest(190)]),
    json_text: MetadataValue.json("text"),
    md: MetadataValue.md("# title\n\n| a |\n| - |\n| 1 |"),
    float: MetadataValue.float(1),
    float_small: MetadataValue.float(1e-9),
    float_negative_zero: MetadataValue.float(-0),
    int: MetadataValue.int(42),
    int_big: MetadataValue.int(2n ** 80n),
    bool: MetadataValue.bool(true),
    run: MetadataValue.dagsterRun("f00"),
    asset: MetadataValue.asset(["raw", "orders"]),
    table: MetadataValue.table({
      records: [{ day: "2026-01-01", mean: 4, rows: 3, good: true }, {
        day: "x",
        mean: 2.5,
        rows: null,
        good: false,
      }],
    }),
    table_with_schema: MetadataValue.table({
      records: [{ a: 1 }],
      schema: [{
        name: "a",
        type: "int",
        description: "d",
        tags: { k: "v" },
        constraints: { unique: true, other: ["> 0"] },
      }],
    }),
    schema: MetadataValue.tableSchema([{ name: "a" }, {
      name: "b",
      type: "float",
      constraints: { nullable: false },
    }]),
    lineage: MetadataValue.tableColumnLineage({
      total: [{ assetKey: "raw/orders", columnName: "amount" }, {
        assetKey: ["raw", "o/p"],
        columnName: "tax",
      }],
    }),
    timestamp: MetadataValue.timestamp(new Date("2026-01-01T00:00:00.250Z")),
    timestamp_seconds: MetadataValue.timestamp(1_767_225_600),
    nothing: MetadataValue.null(),
    raw_text: "raw",
    raw_int: 3,
    raw_bigint: 2n ** 64n,
    raw_float: 0.1,
    raw_huge: 1e21,
    raw_bool: false,
    raw_null: null,
    raw_list: [1, [2]],
    raw_object: { a: { b: 1.5 } },
    raw_date: new Date(0),
    raw_url: new URL("https://example.com/"),
    "a name with spaces, \u00e9 and __proto__": 1,
  };
}

/** What {@linkcode everyMetadata} is in Dagster's event log, as Dagster serializes it. */
export function expectedMetadata(): Readonly<Record<string, unknown>> {
  return {
    text: text("plain \u00e9\ud83d\ude00 \u0000 \u2028"),
    url: value("UrlMetadataEntryData", { url: "https://example.com/a?b=c" }),
    path: value("PathMetadataEntryData", { path: "folder/file.csv" }),
    notebook: value("NotebookMetadataEntryData", { path: "folder/book.ipynb" }),
    json: json({ list: [1, "float:2.5", null, true, "x"], nested: { "": {} }, big: `int:${2n ** 80n}` }),
    json_deep: json([nest(190)]),
    json_text: json("text"),
    md: value("MarkdownMetadataEntryData", { md_str: "# title\n\n| a |\n| - |\n| 1 |" }),
    float: float("1.0"),
    float_small: float("1e-09"),
    float_negative_zero: float("-0.0"),
    int: int(42),
    int_big: int(`int:${2n ** 80n}`),
    bool: value("BoolMetadataEntryData", { value: true }),
    run: value("DagsterPipelineRunMetadataEntryData", { run_id: "f00" }),
    asset: value("DagsterAssetMetadataEntryData", {
      asset_key: value("AssetKey", { path: ["raw", "orders"] }),
    }),
    ...expectedTables(),
    timestamp: value("TimestampMetadataValue", { value: "float:1767225600.25" }),
    timestamp_seconds: value("TimestampMetadataValue", { value: "float:1767225600.0" }),
    nothing: value("NullMetadataEntryData", {}),
    raw_text: text("raw"),
    raw_int: int(3),
    raw_bigint: int(`int:${2n ** 64n}`),
    raw_float: float("0.1"),
    raw_huge: float("1e+21"),
    raw_bool: value("BoolMetadataEntryData", { value: false }),
    raw_null: value("NullMetadataEntryData", {}),
    raw_list: json([1, [2]]),
    raw_object: json({ a: { b: "float:1.5" } }),
    raw_date: value("TimestampMetadataValue", { value: "float:0.0" }),
    raw_url: value("UrlMetadataEntryData", { url: "https://example.com/" }),
    "a name with spaces, \u00e9 and __proto__": int(1),
  };
}

function expectedTables(): Readonly<Record<string, unknown>> {
  return {
    table: value("TableMetadataEntryData", {
      records: [
        record({ day: "2026-01-01", mean: "float:4.0", rows: 3, good: true }),
        record({ day: "x", mean: "float:2.5", rows: null, good: false }),
      ],
      schema: schema([
        column("day", "string"),
        column("mean", "float"),
        column("rows", "int"),
        column("good", "bool"),
      ]),
    }),
    table_with_schema: value("TableMetadataEntryData", {
      records: [record({ a: 1 })],
      schema: schema([
        column("a", "int", { unique: true, other: ["> 0"] }, { description: "d", tags: { k: "v" } }),
      ]),
    }),
    schema: value("TableSchemaMetadataEntryData", {
      schema: schema([column("a", "string"), column("b", "float", { nullable: false })]),
    }),
    lineage: value("TableColumnLineageMetadataValue", {
      column_lineage: value("TableColumnLineage", {
        deps_by_column: { total: [dep(["raw", "o/p"], "tax"), dep(["raw", "orders"], "amount")] },
      }),
    }),
  };
}

/** Metadata of a check. */
export function everyCheckMetadata(): Metadata {
  return { mean: MetadataValue.float(2), rows: 3 };
}

/** A custom message with every kind of JSON value. */
export function everyPayload(): Json {
  return {
    text: "\u00e9\ud83d\ude00\u0000",
    list: [1, 2.5, -3, null, true],
    deep: nest(190),
    digits: 10n ** 4299n,
    absent: undefined,
  };
}

/** What {@linkcode everyPayload} is on the other side. */
export function expectedPayload(): unknown {
  return {
    text: "\u00e9\ud83d\ude00\u0000",
    list: [1, "float:2.5", -3, null, true],
    deep: nest(190),
    digits: `int:1${"0".repeat(4299)}`,
  };
}

/** More than a megabyte of JSON, in several scripts. */
export function hugeText(): string {
  return "\u00e9\ud83d\ude00\u4e2da".repeat(60_000);
}

function nest(levels: number): Json {
  let value: Json = "bottom";
  for (let level = 0; level < levels; level++) value = [value];
  return value;
}

const value = (kind: string, fields: Record<string, unknown>): unknown => ({ __class__: kind, ...fields });
const text = (text: string): unknown => value("TextMetadataEntryData", { text });
const float = (digits: string): unknown => value("FloatMetadataEntryData", { value: `float:${digits}` });
const int = (number: number | string): unknown => value("IntMetadataEntryData", { value: number });
const json = (data: unknown): unknown => value("JsonMetadataEntryData", { data });
const free = { nullable: true, unique: false, other: [] };
const constraints = (set: Partial<typeof free> | { other: string[] }): unknown =>
  value("TableColumnConstraints", { ...free, ...set });
const column = (name: string, type: string, set = {}, rest = {}): unknown =>
  value("TableColumn", { name, type, description: null, constraints: constraints(set), ...rest });
const schema = (columns: readonly unknown[]): unknown =>
  value("TableSchema", { columns, constraints: value("TableConstraints", { other: [] }) });
const record = (data: unknown): unknown => value("TableRecord", { data });
const dep = (path: readonly string[], column_name: string): unknown =>
  value("TableColumnDep", { asset_key: value("AssetKey", { path }), column_name });
