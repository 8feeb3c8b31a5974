/** JSON values without what is hidden. */
import type { Mask } from "./mask.ts";
import { STARS } from "./spans.ts";

/**
 * JSON of the user's with its texts masked, at any depth of lists and plain records: the names of fields, and numbers
 * that are written like something hidden, too. The same object where nothing is hidden.
 */
export function maskJson<T>(value: T, mask: Mask): T {
  if (mask.isEmpty) return value;
  const text = (each: string) => mask.apply(each);
  return masked(value, text, text) as T;
}

/** The same for records of ours: their fields keep their names. */
export function maskRecord<T>(value: T, mask: Mask): T {
  return mask.isEmpty ? value : masked(value, (text) => mask.apply(text), asIs) as T;
}

/**
 * The same for config, by which a run is gone on with later: where a text is the value of a secret, the secret's name
 * takes its place, and fields keep their names.
 */
export function maskConfig<T>(value: T, mask: Mask): T {
  if (mask.isEmpty) return value;
  const text = (each: string): unknown => {
    const name = mask.nameOf(each);
    return name === undefined ? mask.apply(each) : { $secret: name };
  };
  return masked(value, text, asIs) as T;
}

function asIs(name: string): string {
  return name;
}

function masked(value: unknown, text: (text: string) => unknown, name: (name: string) => string): unknown {
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return text(String(value)) === String(value) ? value : STARS;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const elements = value.map((element) => masked(element, text, name));
    return elements.every((element, at) => element === value[at]) ? value : elements;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value);
  const shown = entries.map(([key, field]) => [name(key), masked(field, text, name)] as const);
  const isSame = shown.every(([key, field], at) => key === entries[at][0] && field === entries[at][1]);
  return isSame ? value : Object.fromEntries(shown);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
