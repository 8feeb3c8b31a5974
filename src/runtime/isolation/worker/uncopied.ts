/** Which part of a value cannot be copied from thread to thread. */

const MOST_VISITED = 100_000;
const MOST_DEPTH = 64;

/**
 * The way to the first part of a value that a structured clone refuses, with what it is: `rows[3].parse is a function`.
 * Undefined when none is found.
 */
export function findUncopied(value: unknown): string | undefined {
  const seen = new Set<object>();
  const search = (part: unknown, path: string, depth: number): string | undefined => {
    const what = unfit(part);
    if (what !== undefined) return `${path} is ${what}`;
    if (typeof part !== "object" || part === null || seen.has(part)) return undefined;
    if (depth > MOST_DEPTH || seen.size > MOST_VISITED) return undefined;
    seen.add(part);
    for (const [step, inner] of partsOf(part)) {
      const found = search(inner, path + step, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(value, "the value", 0);
}

function unfit(part: unknown): string | undefined {
  if (typeof part === "function") return part.name === "" ? "a function" : `the function ${part.name}`;
  if (typeof part === "symbol") return "a symbol";
  if (typeof part !== "object" || part === null) return undefined;
  for (const type of [Promise, WeakMap, WeakSet, WeakRef]) {
    if (part instanceof type) return `a ${type.name}`;
  }
  return undefined;
}

function partsOf(part: object): readonly (readonly [step: string, inner: unknown])[] {
  if (ArrayBuffer.isView(part) || part instanceof ArrayBuffer) return [];
  if (Array.isArray(part)) return part.map((inner, place) => [`[${place}]`, inner]);
  if (part instanceof Map) return [...part].map(([key, inner]) => [`.get(${String(key)})`, inner]);
  if (part instanceof Set) return [...part].map((inner) => [".values()", inner]);
  return Object.entries(part).map(([name, inner]) => [
    /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`,
    inner,
  ]);
}
