/** The file that the records come from: one line of comma-separated values a day. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { defineResource } from "sluice";

/** One line of the file, as text. */
export type Line = Readonly<
  Record<"date" | "precipitation" | "temp_max" | "temp_min" | "wind" | "weather", string>
>;

/** The lines of the file by date; opened once per run. */
export const records = defineResource({ name: "records", setup: () => readRecords(recordsPath()) });

/** The file that comes with the vega-datasets package. */
export const packagedRecords = new URL(
  "../../node_modules/vega-datasets/data/seattle-weather.csv",
  import.meta.url,
).pathname;

/** The file to read: `WEATHER_RECORDS`, or the packaged one. */
function recordsPath(): string {
  return process.env.WEATHER_RECORDS ?? packagedRecords;
}

/** Reads a file of records. */
export async function readRecords(path: string): Promise<ReadonlyMap<string, Line>> {
  const [head, ...lines] = (await readFile(path, "utf8")).trim().split("\n");
  const columns = head.split(",");
  const rows = lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(columns.map((column, position) => [column, cells[position]])) as Line;
  });
  return new Map(rows.map((row) => [row.date, row]));
}

/** What a line says, as a short text: it changes when the line does. */
export function lineVersion(line: Line): string {
  return createHash("sha256").update(Object.values(line).join(",")).digest("hex").slice(0, 16);
}
