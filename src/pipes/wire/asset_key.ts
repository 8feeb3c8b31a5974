/** Asset keys as Pipes writes them: parts between slashes, with slashes and backslashes of a part escaped. */

/** A key as text (`"raw/orders"`; a slash within a part is `\/`) or as its parts (`["raw", "orders"]`). */
export type AssetKeyLike = string | readonly string[];

/**
 * The text of an asset key, as Dagster lists it in the context.
 *
 * @example
 * ```ts
 * import { formatAssetKey, parseAssetKey } from "sluice/pipes";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatAssetKey(["raw", "a/b"]), String.raw`raw/a\/b`);
 * assert.deepEqual(parseAssetKey(String.raw`raw/a\/b`), ["raw", "a/b"]);
 * ```
 */
export function formatAssetKey(key: AssetKeyLike): string {
  if (typeof key === "string") return key;
  return key.map((part) => part.replaceAll("\\", "\\\\").replaceAll("/", "\\/")).join("/");
}

/** The parts of an asset key. */
export function parseAssetKey(key: AssetKeyLike): readonly string[] {
  if (typeof key !== "string") return key;
  const parts = [""];
  for (let at = 0; at < key.length; at++) {
    if (key[at] === "/") parts.push("");
    else parts[parts.length - 1] += key[at] === "\\" ? key[++at] ?? "" : key[at];
  }
  return parts;
}
