/** A page of an asset's history: newest first, and of one event by partition. */
import type { MaterializationRecord } from "../model/events/record.ts";
import type { MaterializationFilter } from "./store.ts";

/** A place between two records of an asset: all of them have another one. */
type Place = Pick<MaterializationRecord, "seq" | "partitionKey">;

/** The newest of some records, as many as a filter asks for. */
export class Newest {
  readonly #partition: string | undefined;
  readonly #before: Place | undefined;
  readonly #limit: number;
  #records: readonly MaterializationRecord[] = [];

  constructor({ partition, before, limit = 100 }: MaterializationFilter) {
    this.#partition = partition;
    this.#before = before;
    this.#limit = limit;
  }

  add(records: readonly MaterializationRecord[]): void {
    const wanted = records.filter((record) => this.#isWanted(record));
    if (wanted.length === 0) return;
    this.#records = [...this.#records, ...wanted].sort(compare).slice(0, this.#limit);
  }

  #isWanted(record: MaterializationRecord): boolean {
    if (this.#partition !== undefined && record.partitionKey !== this.#partition) return false;
    return this.#before === undefined || compare(this.#before, record) < 0;
  }

  /** The places at which something is looked for that is not among the newest yet, both included. */
  get range(): { readonly from: number; readonly to: number } {
    const last = this.#records.length < this.#limit ? undefined : this.#records.at(-1);
    return { from: last?.seq ?? 0, to: this.#before?.seq ?? Number.MAX_SAFE_INTEGER };
  }

  get list(): readonly MaterializationRecord[] {
    return this.#records;
  }
}

function compare(a: Place, b: Place): number {
  const [left = "", right = ""] = [a.partitionKey, b.partitionKey];
  return b.seq - a.seq || (left < right ? -1 : left > right ? 1 : 0);
}
