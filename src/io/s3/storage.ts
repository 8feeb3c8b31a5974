/**
 * Values and receipts in a bucket, each an object under the path that files have below a folder.
 *
 * The value is written first and its receipt last. A crash in between leaves the new value with the old receipt, whose
 * seal does not fit and which therefore counts as none.
 */
import { createHash } from "node:crypto";
import { basename } from "node:path/posix";
import { invalidContent, invalidValue } from "../files/errors.ts";
import { type Place, Places, receiptPath, valuePath } from "../files/place.ts";
import { formatReceipt, parseReceipt } from "../files/receipt.ts";
import { type Format, ValueFault } from "../formats/format.ts";
import { JsonWriter } from "../formats/json_writer.ts";
import { Gate } from "../gate.ts";
import type { Receipt, ValueAddress } from "../manager.ts";
import { missingValue } from "../missing.ts";
import { Turns } from "../turns.ts";
import type { Bucket } from "./client.ts";
import { bucketFailure } from "./errors.ts";
import { S3Fault } from "./fault.ts";
import { claim, fenceHeaders } from "./fenced.ts";
import { etagOf, type ObjectSeal, Upload } from "./upload.ts";

/** How many values are written, and how many are read, at once. */
const WRITERS = 8;
const READERS = 32;
/** How often a receipt is read again that another process was just replacing. */
const TRIES = 3;

/** Where a value lies and in which format. */
export interface Spot {
  readonly address: ValueAddress;
  readonly format: Format;
}

/** The values below a prefix of a bucket. */
export class BucketStorage {
  readonly #bucket: Bucket;
  readonly #name: string;
  readonly #formats: readonly Format[];
  readonly #places: Places;
  readonly #turns = new Turns();
  readonly #writers = new Gate(WRITERS);
  readonly #readers = new Gate(READERS);

  /** @param name The bucket's, for people. */
  constructor(bucket: Bucket, name: string, prefix: string, formats: readonly Format[]) {
    this.#bucket = bucket;
    this.#name = name;
    this.#formats = formats;
    this.#places = new Places(prefix, false);
  }

  /** The address of a value: `s3://bucket/prefix/raw/orders.json`. */
  locate(spot: Spot): string {
    return `s3://${this.#name}/${this.#key(spot)}`;
  }

  store(spot: Spot, value: unknown, receipt: Receipt): Promise<boolean> {
    return this.#inTurn(spot, () => this.#writers.pass(() => this.#write(spot, value, receipt)));
  }

  async load(spot: Spot): Promise<unknown> {
    const { address, format } = spot;
    const found = await this.#naming(
      "read",
      spot,
      () => this.#readers.pass(() => this.#bucket.send({ method: "GET", key: this.#key(spot) })),
    );
    if (!found) {
      const where = `there is no object ${this.locate(spot)}`;
      throw missingValue(address, where, await this.#naming("read", spot, () => this.#otherFormat(spot)));
    }
    try {
      return await format.read(found.body);
    } catch (error) {
      if (error instanceof ValueFault) throw invalidContent(address, format.name, this.locate(spot), error);
      throw error;
    }
  }

  has(spot: Spot): Promise<boolean> {
    return this.#naming("read", spot, () => this.#has(this.#key(spot)));
  }

  receipt(spot: Spot): Promise<Receipt | undefined> {
    return this.#inTurn(spot, () => this.#naming("read", spot, () => this.#receipt(spot)));
  }

  remove(spot: Spot): Promise<void> {
    return this.#inTurn(spot, () => this.#naming("removed", spot, () => this.#remove(spot)));
  }

  async #write(spot: Spot, value: unknown, receipt: Receipt): Promise<boolean> {
    const { address, format } = spot;
    const key = this.#key(spot);
    const { fence } = receipt;
    const slipKey = receiptPath(this.#place(spot), false);
    const fenced = fence && { bucket: this.#bucket, address, fence, key, slipKey };
    const content = new Upload(this.#bucket, key, fence && fenceHeaders(fence));
    try {
      if (receipt.metadata !== undefined) new JsonWriter().text(receipt.metadata, "metadata");
      const isExact = await format.write(value, (piece) => content.put(piece));
      const seal = await content.seal(fenced && (() => claim(fenced, "value")));
      const slip = new Upload(this.#bucket, slipKey);
      await slip.put(formatReceipt(receipt, { file: basename(key), ...seal }));
      await slip.seal(fenced && (() => claim(fenced, "receipt")));
      return isExact;
    } catch (error) {
      await content.discard().catch(ignore);
      if (error instanceof ValueFault) throw invalidValue(address, format.name, error);
      throw error instanceof S3Fault ? bucketFailure("kept", address, this.locate(spot), error) : error;
    }
  }

  /** A receipt that does not fit is read again, in case a writer was between the value and its receipt. */
  async #receipt(spot: Spot): Promise<Receipt | undefined> {
    const key = this.#key(spot);
    let last: string | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      const slip = await this.#bucket.send({ method: "GET", key: receiptPath(this.#place(spot), false) });
      const text = slip && new TextDecoder().decode(slip.body);
      const found = text === undefined || text === last ? undefined : parseReceipt(text, spot.address);
      if (!found) return undefined;
      const sealed = found.value as typeof found.value & Partial<ObjectSeal>;
      if (sealed.file === basename(key) && await this.#isSealOf(sealed, key)) return found.receipt;
      last = text;
    }
    return undefined;
  }

  /** The entity tag tells at once; a copy of the object may have another, and is then read as a whole. */
  async #isSealOf({ etag, bytes, sha256 }: Partial<ObjectSeal>, key: string): Promise<boolean> {
    const head = await this.#bucket.send({ method: "HEAD", key });
    if (!head) return false;
    if (etag !== undefined && etag !== "" && etagOf(head.headers.get("etag")) === etag) return true;
    if (Number(head.headers.get("content-length")) !== bytes) return false;
    const found = await this.#readers.pass(() => this.#bucket.send({ method: "GET", key }));
    return found !== undefined && createHash("sha256").update(found.body).digest("hex") === sha256;
  }

  /** Takes along what is left from when the asset had another format. */
  async #remove(spot: Spot): Promise<void> {
    const place = this.#place(spot);
    const values = [spot.format, ...this.#formats].map(({ extension }) => valuePath(place, extension, false));
    const keys = new Set([receiptPath(place, false), ...values]);
    await Promise.all([...keys].map((key) => this.#bucket.send({ method: "DELETE", key })));
  }

  /** A hint for an asset whose format has changed since its value was written. */
  async #otherFormat(spot: Spot): Promise<string | undefined> {
    for (const format of this.#formats) {
      const key = this.#key({ ...spot, format });
      if (format.extension === spot.format.extension || !await this.#has(key)) continue;
      return `There is s3://${this.#name}/${key} from when it was kept as ${format.name}. Materialize it again.`;
    }
    return undefined;
  }

  async #has(key: string): Promise<boolean> {
    return await this.#bucket.send({ method: "HEAD", key }) !== undefined;
  }

  #key(spot: Spot): string {
    return valuePath(this.#place(spot), spot.format.extension, false);
  }

  #place({ address }: Spot): Place {
    return this.#places.of(address);
  }

  #inTurn<T>(spot: Spot, job: () => Promise<T>): Promise<T> {
    return this.#turns.take(receiptPath(this.#place(spot), false), job);
  }

  async #naming<T>(action: "read" | "removed", spot: Spot, job: () => Promise<T>): Promise<T> {
    try {
      return await job();
    } catch (error) {
      if (!(error instanceof S3Fault)) throw error;
      throw bucketFailure(action, spot.address, this.locate(spot), error);
    }
  }
}

function ignore(): void {}
