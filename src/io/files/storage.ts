/**
 * Values and receipts below one folder, each written whole or not at all.
 *
 * A value and its receipt are written to `.partial`, synced side by side, given their names (the value first), and
 * then the two folders are synced. A crash in between leaves the old value or the new one, and with the new one at
 * worst the old receipt, whose seal does not fit and which therefore counts as none.
 */
import { readFile, stat, unlink } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Clock, Random } from "../../model/ports.ts";
import { isOvertaken } from "../../model/step/fence.ts";
import { type Format, ValueFault } from "../formats/format.ts";
import { JsonWriter } from "../formats/json_writer.ts";
import { Gate } from "../gate.ts";
import type { Receipt, ValueAddress } from "../manager.ts";
import { missingValue } from "../missing.ts";
import { Turns } from "../turns.ts";
import { Disk } from "./disk.ts";
import type { Draft } from "./draft.ts";
import { diskFailure, invalidContent, invalidValue, lateValue } from "./errors.ts";
import { DiskFault, ifThere } from "./fault.ts";
import { type Place, Places, receiptPath, valuePath } from "./place.ts";
import { formatReceipt, parseReceipt, type SealedReceipt } from "./receipt.ts";
import { isSealOf } from "./seal.ts";

/** How many values are written at once; each holds two open files. */
const WRITERS = 32;
/** How many values are read at once. */
const READERS = 64;
/** How often a receipt is read again that another process was just replacing. */
const TRIES = 3;

/** Where a value lies and in which format. */
export interface Spot {
  readonly address: ValueAddress;
  readonly format: Format;
}

/** The values below a folder. */
export class Storage {
  readonly root: string;
  readonly #disk: Disk;
  readonly #formats: readonly Format[];
  readonly #places: Places;
  readonly #writers = new Gate(WRITERS);
  readonly #readers = new Gate(READERS);
  readonly #turns = new Turns();

  constructor(root: string, formats: readonly Format[], clock: Clock, random: Random) {
    this.root = root;
    this.#formats = formats;
    this.#places = new Places(root);
    this.#disk = new Disk(clock, random);
  }

  path({ address, format }: Spot): string {
    return valuePath(this.#places.of(address), format.extension);
  }

  store(spot: Spot, value: unknown, receipt: Receipt): Promise<boolean> {
    const place = this.#places.of(spot.address);
    return this.#inTurn(place, () => this.#writers.pass(() => this.#write(spot, place, value, receipt)));
  }

  async load(spot: Spot): Promise<unknown> {
    const { address, format } = spot;
    const path = this.path(spot);
    try {
      const bytes = await this.#readers.pass(() => ifThere(readFile(path)));
      if (bytes) return await format.read(bytes);
    } catch (error) {
      if (error instanceof ValueFault) throw invalidContent(address, format.name, path, error);
      throw error instanceof DiskFault ? diskFailure("read", address, path, error) : error;
    }
    throw missingValue(address, `there is no file ${path}`, await this.#otherFormat(spot));
  }

  async has(spot: Spot): Promise<boolean> {
    const path = this.path(spot);
    return await this.#naming("read", spot.address, path, () => isFile(path));
  }

  receipt(spot: Spot): Promise<Receipt | undefined> {
    const place = this.#places.of(spot.address);
    const path = receiptPath(place);
    return this.#inTurn(
      place,
      () => this.#naming("read", spot.address, path, () => this.#receipt(spot, path)),
    );
  }

  remove(spot: Spot): Promise<void> {
    const { address } = spot;
    const place = this.#places.of(address);
    return this.#inTurn(
      place,
      () => this.#naming("removed", address, place.folder, () => this.#remove(spot, place)),
    );
  }

  sweep(olderThanMs: number): Promise<number> {
    return this.#disk.sweep(this.root, olderThanMs);
  }

  async #write(spot: Spot, place: Place, value: unknown, receipt: Receipt): Promise<boolean> {
    const { address, format } = spot;
    const content = this.#disk.draft(place.folder);
    const slip = this.#disk.draft(place.folder);
    try {
      checkMetadata(receipt);
      const isExact = await format.write(value, (piece) => content.put(piece));
      await this.#publish(spot, place, content, slip, receipt);
      return isExact;
    } catch (error) {
      await Promise.allSettled([content.discard(), slip.discard()]);
      if (error instanceof ValueFault) throw invalidValue(address, format.name, error);
      throw error instanceof DiskFault ? diskFailure("kept", address, this.path(spot), error) : error;
    }
  }

  async #publish(spot: Spot, place: Place, content: Draft, slip: Draft, receipt: Receipt): Promise<void> {
    const path = this.path(spot);
    const slipPath = receiptPath(place);
    const value = { file: basename(path), ...await content.seal() };
    await slip.put(formatReceipt(receipt, value));
    await all([content.sync(), slip.seal().then(() => slip.sync())]);
    if (receipt.fence) await this.#refuseLate(spot, slipPath, receipt);
    await content.publish(path);
    await slip.publish(slipPath);
    await all([place.folder, dirname(slipPath)].map((folder) => ifThere(this.#disk.sync(folder))));
  }

  /** Whether the receipt that is there belongs to its value does not matter: only a later owner can have left it. */
  async #refuseLate({ address }: Spot, slipPath: string, { fence }: Receipt): Promise<void> {
    const bytes = await ifThere(readFile(slipPath));
    const kept = bytes && parseReceipt(new TextDecoder().decode(bytes), address);
    if (isOvertaken(fence, kept?.receipt.fence)) throw lateValue(address);
  }

  /** A receipt that does not fit is read again, in case a writer was between the value's new name and its own. */
  async #receipt(spot: Spot, path: string): Promise<Receipt | undefined> {
    let last: string | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const bytes = await ifThere(readFile(path));
      const text = bytes && new TextDecoder().decode(bytes);
      const found: SealedReceipt | undefined = text === last
        ? undefined
        : parseReceipt(text ?? "", spot.address);
      if (!found) return undefined;
      const valueFile = this.path(spot);
      if (found.value.file === basename(valueFile) && await isSealOf(found.value, valueFile)) {
        return found.receipt;
      }
      last = text;
    }
    return undefined;
  }

  /** Takes along what is left from when the asset had another format. */
  async #remove({ format }: Spot, place: Place): Promise<void> {
    const values = [format, ...this.#formats].map(({ extension }) => valuePath(place, extension));
    const paths = new Set([...values, receiptPath(place)]);
    const removed = await all([...paths].map((path) => ifThere(unlink(path).then(() => true))));
    if (removed.includes(true)) await ifThere(this.#disk.sync(place.folder));
    await this.#disk.prune(place.folder, this.root);
  }

  /** A hint for an asset whose format has changed since its value was written. */
  async #otherFormat({ address, format }: Spot): Promise<string | undefined> {
    const place = this.#places.of(address);
    for (const { name, extension } of this.#formats) {
      const path = valuePath(place, extension);
      if (extension === format.extension || !await isFile(path)) continue;
      return `There is ${path} from when it was kept as ${name}. Materialize it again.`;
    }
    return undefined;
  }

  /** Does jobs at one address one after the other, so that the last call wins with its value and its receipt. */
  #inTurn<T>(place: Place, job: () => Promise<T>): Promise<T> {
    return this.#turns.take(receiptPath(place), job);
  }

  async #naming<T>(
    action: "read" | "removed",
    address: ValueAddress,
    path: string,
    job: () => Promise<T>,
  ): Promise<T> {
    try {
      return await job();
    } catch (error) {
      throw error instanceof DiskFault ? diskFailure(action, address, path, error) : error;
    }
  }
}

function checkMetadata({ metadata }: Receipt): void {
  if (metadata !== undefined) new JsonWriter().text(metadata, "metadata");
}

async function isFile(path: string): Promise<boolean> {
  const found = await ifThere(stat(path));
  return found?.isFile() ?? false;
}

/** Waits for all to end, and only then throws what the first of them threw. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
