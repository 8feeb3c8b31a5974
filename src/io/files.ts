/** Values in files: one to each partition of an asset. */
import { ANYTHING, RECORD, requireOptions, type Shapes, TEXT } from "../model/validate/options.ts";
import { resolve } from "node:path";
import type { FileFormat, IOChoice } from "../model/assets/io_choice.ts";
import { type Clock, type Random, systemClock, systemRandom } from "../model/ports.ts";
import { ABANDONED_MS } from "./files/disk.ts";
import { type Spot, Storage } from "./files/storage.ts";
import { chooseFormat, FORMATS } from "./formats/choice.ts";
import type { Format } from "./formats/format.ts";
import { json } from "./formats/json.ts";
import type { IOManager, Receipt, ValueAddress } from "./manager.ts";

/** Where and how {@linkcode filesIO} keeps values. */
export interface FilesOptions {
  /** The name by which assets choose it. Default `"files"`. */
  readonly name?: string;
  /** The folder; made when the first value is kept. Relative to the working directory at the time of the call. */
  readonly folder: string;
  /** The format of assets that ask for none. Default `"json"`. */
  readonly format?: FileFormat;
  /** Tells how old unfinished files are. Default the host's clock. */
  readonly clock?: Clock;
  /** Tells this manager's unfinished files from those of others. Default the host's source of chance. */
  readonly random?: Random;
}

/** The manager that {@linkcode filesIO} makes. */
export interface FilesIO extends IOManager {
  /** The absolute path of the folder. */
  readonly folder: string;
  /** Writes a value and its receipt, and waits until both are on the disk. */
  store(address: ValueAddress, value: unknown, receipt: Receipt): Promise<boolean>;
  /** Reads a value. */
  load(address: ValueAddress): Promise<unknown>;
  /** Whether there is a file of this asset's format. */
  has(address: ValueAddress): Promise<boolean>;
  /** Reads the receipt, and the whole value to see whether the receipt belongs to it. */
  receipt(address: ValueAddress): Promise<Receipt | undefined>;
  /** Removes the value in any format, its receipt, and the folders that are empty then. */
  remove(address: ValueAddress): Promise<void>;
  /** The absolute path of a value. */
  locate(address: ValueAddress): string;
  /** A view of the same folder for assets with another format or extension. */
  configure(choice: IOChoice): FilesIO;
  /**
   * Removes unfinished files that a crash has left, and gives their number. The first write to a folder does the
   * same for that folder.
   */
  sweep(options?: {
    /** Younger ones may be another process at work. Default 900,000 (15 minutes). */
    readonly olderThanMs?: number;
  }): Promise<number>;
}

/**
 * Keeps values in files below a folder, one to each partition of an asset:
 *
 * - `mart/revenue.json` for an asset without partitions,
 * - `raw/orders.parts/2026-01-01.json` for a partition.
 *
 * Names that some file system would refuse or mix up are escaped: capitals are marked (`US` is `US+3.json`), other
 * characters than `a-z 0-9 _ - . = , @` are `%` and two hexadecimal digits. A value is whole and on the disk when
 * `store` resolves, also after a power cut, and replaces an older one at once. Its receipt lies beside it, in
 * `.receipts`, with the SHA-256 of the file; a receipt that does not fit the file (because of a crash between the
 * two, or an edit by hand) counts as none. Several processes may share a folder.
 *
 * The formats are those of {@linkcode files}. JSON gives dates back as ISO text, and properties that are
 * `undefined` not at all.
 *
 * @throws {SluiceError} VALUE_INVALID with the path of what is wrong (`$.rows[3].price is NaN`) for values that do
 * not survive the format and files that are not of it, VALUE_MISSING, IO_FAILED with the system's error as cause.
 * @example
 * ```ts
 * import { filesIO } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const io = filesIO({ folder: ".sluice/values" });
 * const path = io.locate({ asset: "raw/orders", partition: "2026-01-01" });
 * assert.match(path, /raw.orders\.parts.2026-01-01\.json$/);
 * ```
 */
export function filesIO(options: FilesOptions): FilesIO {
  requireOptions(options, OPTIONS, {
    what: "filesIO()",
    code: "DEFINITION_INVALID",
    path: ["io"],
    needed: ["folder"],
    example: 'filesIO({ folder: "values" })',
  });
  const { name = "files", folder, format, clock = systemClock, random = systemRandom } = options;
  const storage = new Storage(resolve(folder), FORMATS, clock, random);
  const choice = format === undefined ? { manager: name } : { manager: name, format };
  return view(name, storage, chooseFormat(choice, json));
}

const OPTIONS: Shapes<FilesOptions> = Object.freeze({
  name: TEXT,
  folder: TEXT,
  format: ANYTHING,
  clock: RECORD,
  random: RECORD,
});

/** The manager as assets of one format see it. */
function view(name: string, storage: Storage, format: Format): FilesIO {
  const spot = (address: ValueAddress): Spot => ({ address, format });
  return Object.freeze({
    name,
    shared: true,
    folder: storage.root,
    store: (address: ValueAddress, value: unknown, receipt: Receipt) =>
      storage.store(spot(address), value, receipt),
    load: (address: ValueAddress) => storage.load(spot(address)),
    has: (address: ValueAddress) => storage.has(spot(address)),
    receipt: (address: ValueAddress) => storage.receipt(spot(address)),
    remove: (address: ValueAddress) => storage.remove(spot(address)),
    locate: (address: ValueAddress) => storage.path(spot(address)),
    configure: (choice: IOChoice) => view(name, storage, chooseFormat(choice, format)),
    sweep: ({ olderThanMs = ABANDONED_MS } = {}) => storage.sweep(olderThanMs),
  });
}
