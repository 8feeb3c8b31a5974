/** Text: one string to a file, as it is. */
import { describeValue, type Format, type Put, ValueFault } from "./format.ts";
import { decodeText } from "./slices.ts";

/** A string, in UTF-8. */
export const text: Format = Object.freeze({
  name: "text",
  extension: "txt",
  write: async (value: unknown, put: Put) => {
    if (typeof value !== "string") {
      throw new ValueFault(
        `$ is ${describeValue(value)} and not text`,
        "Return a string, or keep the asset as json.",
      );
    }
    if (!value.isWellFormed()) {
      throw new ValueFault(
        "$ holds half of a surrogate pair, which UTF-8 cannot",
        "Clean it by toWellFormed().",
      );
    }
    await put(value);
    return true;
  },
  read: (bytes: Uint8Array) => decodeText(bytes, true),
});
