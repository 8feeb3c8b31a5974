/** Facts as JSON: a copy that nobody can change any more and that every store can write. */

/** A copy of a value as JSON. Throws what `JSON.stringify` throws, and for what JSON leaves out altogether. */
export function copyJson<T>(value: T): T {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  return JSON.parse(text);
}

/** The same for text that people read: what cannot be copied is replaced by the reason. */
export function copyJsonOr<T>(value: T, replace: (reason: string) => T): T {
  try {
    return copyJson(value);
  } catch (error) {
    return replace(error instanceof Error ? error.message : String(error));
  }
}
