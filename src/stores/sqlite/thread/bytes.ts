/**
 * Bytes on their way between threads: whole buffers instead of views. Deno looks at every element of a view that it
 * sends, which takes a hundred times as long as sending it.
 */

/** A value with buffers in the place of bytes, and the buffers, which can be given away. */
export interface Parcel {
  readonly value: unknown;
  readonly buffers: ArrayBuffer[];
}

/** Packs a value of plain objects, lists and bytes. The bytes are not to be used afterwards. */
export function packBytes(value: unknown): Parcel {
  const buffers: ArrayBuffer[] = [];
  const pack = (part: unknown): unknown => {
    if (part instanceof Uint8Array) {
      const buffer = bufferOf(part);
      buffers.push(buffer);
      return buffer;
    }
    return mapParts(part, pack);
  };
  return { value: pack(value), buffers };
}

/** Gives back what was packed. */
export function unpackBytes(value: unknown): unknown {
  return value instanceof ArrayBuffer ? new Uint8Array(value) : mapParts(value, unpackBytes);
}

function mapParts(value: unknown, map: (part: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(map);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, map(part)]));
}

/** The buffer of all the bytes and nothing else. */
function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer {
  const isWhole = byteOffset === 0 && byteLength === buffer.byteLength && buffer instanceof ArrayBuffer;
  return isWhole ? buffer : new Uint8Array(buffer, byteOffset, byteLength).slice().buffer;
}
