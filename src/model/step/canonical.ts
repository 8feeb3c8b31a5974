/** JSON that is the same for equal values: the names of records in the order of their code units. */

/** One line of JSON. `first` are the names of the outermost record that come before all others, in their order. */
export function canonicalJson(value: unknown, first: readonly string[] = []): string {
  return JSON.stringify(sorted(toJson(value), first));
}

/** What `JSON.stringify` would make of a value: methods `toJSON` asked, what JSON cannot say left out. */
function toJson(value: unknown): unknown {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  return JSON.parse(text);
}

function sorted(value: unknown, first: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map((element) => sorted(element, []));
  if (typeof value !== "object" || value === null) return value;
  const rest = Object.keys(value).filter((name) => !first.includes(name)).sort();
  const names = [...first.filter((name) => Object.hasOwn(value, name)), ...rest];
  const entries = names.map((name) =>
    [name, sorted((value as { readonly [name: string]: unknown })[name], [])] as const
  );
  return Object.fromEntries(entries);
}
