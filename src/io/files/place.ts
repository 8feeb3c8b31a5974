/**
 * Where values lie below a folder.
 *
 * - without partitions: `<folder>/mart/revenue.json`
 * - with partitions: `<folder>/raw/orders.parts/2026-01-01.json`
 * - the receipt of either: in `.receipts` beside it, `<folder>/raw/orders.parts/.receipts/2026-01-01.json`
 *
 * Names are escaped by `fileName`. Folders of key segments have no dots and those of partitions end in `.parts`, so
 * an asset can be called as another one's folder (`raw` beside `raw/orders`) or file (`orders.json`) is.
 */
import { join } from "node:path";
import type { ValueAddress } from "../manager.ts";
import { fileName, folderName } from "./name.ts";

/** Holds receipts, in each folder that holds values. */
export const RECEIPTS = ".receipts";
/** Holds files that are being written, in each folder that holds values; whatever is left there is rubbish. */
export const PARTIAL = ".partial";
/** What the folder of an asset's partitions ends in. */
export const PARTS = ".parts";

/** The folder that a value lies in, and its name there without the ending. */
export interface Place {
  readonly folder: string;
  readonly name: string;
}

/** The path of a value in a format. */
export function valuePath(place: Place, extension: string): string {
  return join(place.folder, `${place.name}.${extension}`);
}

/** The path of a value's receipt. */
export function receiptPath(place: Place): string {
  return join(place.folder, RECEIPTS, `${place.name}.json`);
}

/** Gives the places of values below a folder. */
export class Places {
  readonly #root: string;
  readonly #assets = new Map<string, AssetPlace>();

  constructor(root: string) {
    this.#root = root;
  }

  of({ asset, partition }: ValueAddress): Place {
    const place = this.#asset(asset);
    return partition === undefined ? place.whole : { folder: place.parts, name: fileName(partition) };
  }

  #asset(asset: string): AssetPlace {
    const known = this.#assets.get(asset);
    if (known) return known;
    const segments = asset.split("/").map(folderName);
    const name = segments.pop() as string;
    const folder = join(this.#root, ...segments);
    const made = { whole: { folder, name }, parts: join(folder, name + PARTS) };
    this.#assets.set(asset, made);
    return made;
  }
}

interface AssetPlace {
  readonly whole: Place;
  readonly parts: string;
}
