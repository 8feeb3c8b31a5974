/** The history of one asset: what runs made of it, what was reported, and what is left of runs that are gone. */
import { carriedMaterialization, type CarriedRow, latestCarried } from "../../model/events/ledger/carry.ts";
import { readMaterializations, readReports } from "../../model/events/read.ts";
import type { MaterializationRecord } from "../../model/events/record.ts";
import { CONTENTS } from "../codec/chunk.ts";
import { Newest } from "../newest.ts";
import type { MaterializationFilter } from "../store.ts";
import type { PlanReader } from "../codec/plans.ts";
import type { LogReader } from "./log_reader.ts";
import type { FilePort } from "./file/port.ts";
import type { RunRow } from "./file/rows.ts";
import { fromColumn } from "./file/texts.ts";

/** How many runs are looked at between two questions to the file. */
const RUNS_AT_ONCE = 64;

/** Reads materializations from the log. */
export class MaterializationReader {
  readonly #port: FilePort;
  readonly #plans: PlanReader;
  readonly #log: LogReader;
  /** Which scopes make an asset, as far as they were looked at. A scope never changes. */
  readonly #makers: Map<string, Map<string, boolean>> = new Map();

  constructor(port: FilePort, plans: PlanReader, log: LogReader) {
    this.#port = port;
    this.#plans = plans;
    this.#log = log;
  }

  /** The newest materializations of an asset, of one partition or of all. */
  async read(asset: string, filter: MaterializationFilter): Promise<readonly MaterializationRecord[]> {
    const found = new Newest(filter);
    const carried = await this.#port.call("carried", asset);
    const rows = latestCarried(carried.flatMap(({ cells }) => JSON.parse(cells) as CarriedRow[]));
    found.add([...rows.values()].flatMap((row) => carriedMaterialization(row) ?? []));
    for await (const batch of this.#log.ofCatalogue(0, CONTENTS.makings)) {
      found.add(readReports(batch, asset));
    }
    for await (const run of this.#runsOf(await this.#scopesOf(asset), found)) {
      await this.#readRun(run, asset, found);
    }
    return found.list;
  }

  /** Runs of some scopes that may hold what is looked for, newest first: one that began early may have gone on for long. */
  async *#runsOf(scopes: readonly string[], found: Newest): AsyncGenerator<RunRow> {
    for (let before = Number.MAX_SAFE_INTEGER;;) {
      const rows = await this.#port.call("runsOfScopes", scopes, {
        before,
        limit: RUNS_AT_ONCE,
        ...found.range,
      });
      for (const row of rows) if (row.last_seq >= found.range.from) yield row;
      if (rows.length < RUNS_AT_ONCE) return;
      before = rows[rows.length - 1].number;
    }
  }

  async #readRun({ number, id: column }: RunRow, asset: string, found: Newest): Promise<void> {
    const id = fromColumn(column);
    const created = await this.#log.creation(number, id);
    if (!created) return;
    for await (const batch of this.#log.ofRun(number, id, 0, CONTENTS.makings)) {
      found.add(readMaterializations(batch, created.steps, asset));
    }
  }

  async #scopesOf(asset: string): Promise<readonly string[]> {
    let makers = this.#makers.get(asset);
    if (!makers) this.#makers.set(asset, makers = new Map());
    const scopes: string[] = [];
    for (const scope of await this.#port.call("scopeNames")) {
      const makes = makers.get(scope) ?? await this.#plans.makes(scope, asset);
      makers.set(scope, makes);
      if (makes) scopes.push(scope);
    }
    return scopes;
  }
}
