/** Instants at which Dagster's schedules and windows tick otherwise. */
import type { ExportOptions } from "../export.ts";
import type { Loss } from "../loss.ts";
import type { Site } from "./site.ts";

/** Not yet. */
export function tickLosses(_site: Site, _options: ExportOptions): readonly Loss[] {
  return [];
}
