/** An object that is being written: in one request where it is small, else in parts as its pieces come. */
import { createHash } from "node:crypto";
import type { Seal } from "../files/draft.ts";
import type { Bucket, S3Answer, S3Request } from "./client.ts";
import type { Headings } from "./fenced.ts";
import { inside, S3Fault } from "./fault.ts";

/** What tells the content of an object from any other, and what the service calls it by. */
export interface ObjectSeal extends Seal {
  /** The entity tag that the service gave the object. */
  readonly etag: string;
}

/** Text is collected to pieces of this many characters before it is encoded. */
const PIECE = 1 << 16;
/** The size of a part. With 10,000 of them at most, an object may have 160 GB. */
const PART = 16 << 20;

/** How often an object is written again that another process has replaced meanwhile. */
const TRIES = 10;

/** Looks whether an object may be written now, and gives the headers by which the service sees to it. */
export type Condition = () => Promise<Headings>;

/** `put` its pieces, `seal` it, which makes it visible; or `discard` it at any time before. */
export class Upload {
  readonly #bucket: Bucket;
  readonly #key: string;
  readonly #headers: Headings;
  readonly #hash = createHash("sha256");
  #bytes = 0;
  #text = "";
  /** Pieces that are not sent. */
  #pieces: Uint8Array[] = [];
  #waiting = 0;
  #id: string | undefined = undefined;
  readonly #etags: string[] = [];

  /** @param headers What is told of the object. */
  constructor(bucket: Bucket, key: string, headers: Headings = {}) {
    this.#bucket = bucket;
    this.#key = key;
    this.#headers = headers;
  }

  /** Adds a piece. Gives a promise when the next piece has to wait. */
  put(piece: string | Uint8Array): Promise<void> | undefined {
    if (typeof piece !== "string") return this.#flush()?.then(() => this.#add(piece)) ?? this.#add(piece);
    this.#text += piece;
    return this.#text.length < PIECE ? undefined : this.#flush();
  }

  #flush(): Promise<void> | undefined {
    const text = this.#text;
    this.#text = "";
    return text === "" ? undefined : this.#add(new TextEncoder().encode(text));
  }

  #add(bytes: Uint8Array): Promise<void> | undefined {
    this.#bytes += bytes.length;
    this.#pieces.push(bytes);
    this.#waiting += bytes.length;
    return this.#waiting < PART ? undefined : this.#sendParts();
  }

  /** Ends the content; from now on it is what readers of the key get. Without a condition it replaces whatever is there. */
  async seal(condition?: Condition): Promise<ObjectSeal> {
    await this.#flush();
    if (this.#id === undefined) return await this.#sendWhole(condition);
    if (this.#waiting > 0) await this.#sendPart(this.#waiting);
    const etag = await this.#complete(this.#id, condition);
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex"), etag };
  }

  /** Throws the parts away that were sent; nothing happens when there are none. */
  async discard(): Promise<void> {
    const uploadId = this.#id;
    this.#id = undefined;
    if (uploadId !== undefined) {
      await this.#bucket.send({ method: "DELETE", key: this.#key, query: { uploadId } });
    }
  }

  async #sendWhole(condition: Condition | undefined): Promise<ObjectSeal> {
    const body = this.#take(this.#waiting);
    const sha256 = this.#hash.digest("hex");
    const request = { method: "PUT", body, sha256, headers: this.#headers } as const;
    const { headers } = await this.#unless(request, condition);
    return { bytes: this.#bytes, sha256, etag: etagOf(headers.get("etag")) };
  }

  async #sendParts(): Promise<void> {
    while (this.#waiting >= PART) await this.#sendPart(PART);
  }

  async #sendPart(size: number): Promise<void> {
    this.#id ??= await this.#begin();
    const body = this.#take(size);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const query = { partNumber: String(this.#etags.length + 1), uploadId: this.#id };
    const { headers } = await this.#request({ method: "PUT", query, body, sha256 });
    this.#etags.push(headers.get("etag") ?? "");
  }

  async #begin(): Promise<string> {
    const { body } = await this.#request({ method: "POST", query: { uploads: "" }, headers: this.#headers });
    const id = inside(new TextDecoder().decode(body), "UploadId");
    if (id === undefined) throw new S3Fault("the service did not begin the upload of an object in parts");
    return id;
  }

  async #complete(uploadId: string, condition: Condition | undefined): Promise<string> {
    const parts = this.#etags.map((etag, at) =>
      `<Part><PartNumber>${at + 1}</PartNumber><ETag>${etag}</ETag></Part>`
    );
    const document = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
    const body = new TextEncoder().encode(document);
    const sha256 = createHash("sha256").update(body).digest("hex");
    const answer = await this.#unless({ method: "POST", query: { uploadId }, body, sha256 }, condition);
    this.#id = undefined;
    return etagOf(inside(new TextDecoder().decode(answer.body), "ETag"));
  }

  /** Writes under a condition, which is looked at again when the object has changed meanwhile. */
  async #unless(request: Omit<S3Request, "key">, condition: Condition | undefined): Promise<S3Answer> {
    if (!condition) return await this.#request(request);
    for (let tries = 1;; tries++) {
      const headers = { ...request.headers, ...await condition() };
      try {
        return await this.#request({ ...request, headers });
      } catch (error) {
        if (!(error instanceof S3Fault)) throw error;
        // Services that know no conditions are asked without: what was looked at counts.
        if (error.status === 501) return await this.#request(request);
        if (tries === TRIES || error.status !== 412 && error.status !== 409) throw error;
      }
    }
  }

  #request(request: Omit<S3Request, "key">) {
    return this.#bucket.require({ key: this.#key, ...request });
  }

  /** The first bytes that are not sent. */
  #take(size: number): Uint8Array<ArrayBuffer> {
    const taken = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const piece = this.#pieces[0];
      const part = piece.subarray(0, size - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    this.#waiting -= size;
    this.#hash.update(taken);
    return taken;
  }
}

/** Without the quotation marks, and not as a weak one. */
export function etagOf(text: string | null | undefined): string {
  return (text ?? "").replace(/^W\//, "").replace(/^"|"$/g, "");
}
