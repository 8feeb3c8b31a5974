/** The assets behind the rows of a catalogue, as numbers of a book; worked out once for each catalogue. */
import type { Catalogue, PlannedOutput } from "../step_table.ts";
import type { AssetBook } from "./book.ts";

/** One output of a row. */
export interface RowOutput {
  /** The ordinal of the asset. */
  readonly asset: number;
  /** The number of the code version. */
  readonly code: number;
}

/** Rows with one output, which most are, take no object. */
const UNKNOWN = -1;
const SEVERAL = -2;

/** Outputs by catalogue row. */
export class CatalogueRows {
  readonly #book: AssetBook;
  readonly #catalogue: Catalogue;
  readonly #assets: Int32Array;
  readonly #codes: Int32Array;
  readonly #several: Map<number, readonly RowOutput[]> = new Map();

  constructor(book: AssetBook, catalogue: Catalogue) {
    this.#book = book;
    this.#catalogue = catalogue;
    this.#assets = new Int32Array(catalogue.size).fill(UNKNOWN);
    this.#codes = new Int32Array(catalogue.size);
  }

  /** The asset of a row that has one output; negative for the others. */
  assetOf(row: number): number {
    const asset = this.#assets[row];
    return asset === UNKNOWN ? this.#read(row) : asset;
  }

  /** The code version of a row that has one output. Ask for its asset first. */
  codeOf(row: number): number {
    return this.#codes[row];
  }

  /** All outputs of a row. */
  outputsOf(row: number): readonly RowOutput[] {
    const asset = this.assetOf(row);
    return asset >= 0 ? [{ asset, code: this.#codes[row] }] : this.#several.get(row) ?? [];
  }

  #read(row: number): number {
    const { outputs } = this.#catalogue.node(row);
    if (outputs.length !== 1) {
      this.#several.set(row, outputs.map((output) => this.#number(output)));
      return this.#assets[row] = SEVERAL;
    }
    const { asset, code } = this.#number(outputs[0]);
    this.#codes[row] = code;
    return this.#assets[row] = asset;
  }

  #number({ asset, codeVersion }: PlannedOutput): RowOutput {
    return { asset: this.#book.assetOf(asset), code: this.#book.codes.numberOf(codeVersion) };
  }
}
