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
import { join, posix } from "node:path";
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
export function valuePath(place: Place, extension: string, isLocal = true): string {
  return joiner(isLocal)(place.folder, `${place.name}.${extension}`);
}

/** The path of a value's receipt. */
export function receiptPath(place: Place, isLocal = true): string {
  return joiner(isLocal)(place.folder, RECEIPTS, `${place.name}.json`);
}

/** Paths are those of this system, or have slashes everywhere, as the keys of objects do. */
function joiner(isLocal: boolean): (...parts: string[]) => string {
  return isLocal ? join : posix.join;
}

/** Gives the places of values below a folder. */
export class Places {
  readonly #root: string;
  readonly #join: (...parts: string[]) => string;
  readonly #assets = new Map<string, AssetPlace>();

  /** @param isLocal Whether paths are those of this system, and not with a slash everywhere. */
  constructor(root: string, isLocal = true) {
    this.#root = root;
    this.#join = joiner(isLocal);
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
    const folder = this.#join(this.#root, ...segments);
    const made = { whole: { folder, name }, parts: this.#join(folder, name + PARTS) };
    this.#assets.set(asset, made);
    return made;
  }
}

interface AssetPlace {
  readonly whole: Place;
  readonly parts: string;
}
