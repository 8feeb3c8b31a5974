/** Whole numbers in as few bytes as they need: seven bits a byte, the sign in the lowest bit. */

/** Writes numbers one after the other. */
export class NumberWriter {
  #bytes: Uint8Array = new Uint8Array(4_096);
  #size = 0;

  /** Writes a whole number from 0 to 2^53 - 1. */
  put(value: number): void {
    if (this.#size + 8 > this.#bytes.length) this.#grow();
    const bytes = this.#bytes;
    let size = this.#size;
    let rest = value;
    while (rest >= 0x80) {
      bytes[size++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    bytes[size++] = rest;
    this.#size = size;
  }

  /** Writes a whole number of either sign, up to 2^52. */
  putSigned(value: number): void {
    this.put(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** Gives what was written, and begins anew. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#size);
    this.#size = 0;
    return bytes;
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Reads numbers in the order in which they were written. */
export class NumberReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  take(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("The numbers end too early.");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  takeSigned(): number {
    const value = this.take();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }
}
