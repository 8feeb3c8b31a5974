/** Every kind of value that a caller without a compiler may give, by its name in messages. */
export const VALUES: { readonly [kind: string]: unknown } = {
  null: null,
  undefined: undefined,
  true: true,
  "5": 5,
  "-1": -1,
  NaN: NaN,
  '""': "",
  "[]": [],
  "{}": {},
  "[null]": [null],
  "{ length: 1 }": { length: 1 },
  symbol: Symbol("s"),
  function: () => {},
  "null prototype": Object.create(null),
};

/** Records without any field, where every field may be left out. */
export const EMPTY_RECORDS: readonly string[] = ["{}", "null prototype"];

// deno-lint-ignore no-explicit-any
export type Wrong = any;
