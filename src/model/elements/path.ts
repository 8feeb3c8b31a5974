/** Paths of elements: the keys from the outermost one down, joined by slashes. */

/** Longer keys are refused. */
export const LONGEST_KEY = 512;

/** The path of an element. A slash within a key is written `~1`, and a tilde `~0`, as in JSON Pointer. */
export function elementPath(parent: string | undefined, name: string | undefined, key: string): string {
  const own = escape(name === undefined ? key : `${name}:${key}`);
  return parent === undefined ? own : `${parent}/${own}`;
}

function escape(key: string): string {
  return key.includes("~") || key.includes("/") ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key;
}
