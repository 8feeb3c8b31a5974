/** Python identifiers for names of the user. */
import { createHash } from "node:crypto";

/** The longest slug; what follows it tells names apart. */
const LONGEST = 40;

/**
 * An identifier that belongs to a name and to no other: what is left of the name in lower-case ASCII, and the first
 * characters of its hash. Never a keyword, a builtin or a reserved name of a target: no such name ends like that.
 */
export function identifierOf(name: string): string {
  const slug = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "");
  const safe = /^[0-9]/.test(slug) || slug === "" ? `n_${slug}` : slug;
  return `${safe.slice(0, LONGEST).replace(/_+$/, "")}_${shortHash(name)}`;
}

/** Eight hexadecimal digits that depend on every character of a text. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex").slice(0, 8);
}
