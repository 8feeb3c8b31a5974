/** The runs that ended last, as they are in the file: whoever has waited for one looks at it first of all. */
import type { RunRow } from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";

/** How many are kept. */
const MOST = 256;

/** Rows of runs that are over, and so do not change any more, until they are removed. */
export class EndedRuns {
  readonly #rows: Map<string, RunRow> = new Map();

  add(rows: readonly RunRow[]): void {
    for (const row of rows) this.#rows.set(fromColumn(row.id), row);
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= MOST) break;
      this.#rows.delete(id);
    }
  }

  find(id: string): RunRow | undefined {
    return this.#rows.get(id);
  }

  /** Keeps none: some may be removed from the file. */
  forget(): void {
    this.#rows.clear();
  }
}
