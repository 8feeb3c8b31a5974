/** Bytes: a file as it is. */
import { describeValue, type Format, type Put, ValueFault } from "./format.ts";

/** A `Uint8Array`; a subclass such as Node's `Buffer` goes in and comes back as a `Uint8Array`. */
export const bytes: Format = Object.freeze({
  name: "bytes",
  extension: "bin",
  write: async (value: unknown, put: Put) => {
    if (!(value instanceof Uint8Array)) {
      const hint = "Return a Uint8Array, or keep the asset as json.";
      throw new ValueFault(`$ is ${describeValue(value)} and not a Uint8Array`, hint);
    }
    await put(value);
    return Object.getPrototypeOf(value) === Uint8Array.prototype;
  },
  read: plainBytes,
});

/** The same memory where it is held by these bytes alone, else a copy. */
function plainBytes(content: Uint8Array): Uint8Array {
  return content.byteLength === content.buffer.byteLength
    ? new Uint8Array(content.buffer)
    : new Uint8Array(content);
}
