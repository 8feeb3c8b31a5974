/** Graphs and selection texts that are read by Dagster and by us. */
import fc from "fast-check";

/** An asset as Dagster and the tests of selections take it. */
export interface CaseAsset {
  readonly key: string;
  readonly parents: readonly string[];
  readonly group: string;
  readonly tags: { readonly [name: string]: string };
  readonly owners: readonly string[];
  readonly kinds: readonly string[];
  readonly isExternal: boolean;
}

/** One graph with the texts to select from it. */
export interface SelectionCase {
  readonly name: string;
  readonly assets: readonly CaseAsset[];
  readonly texts: readonly string[];
}

const GROUPS = ["raw", "mart", "mart/fin", "default"];
const TAGS = [["pri", "high"], ["pri", "low"], ["pii", ""], ["x.y/z-1", "2"]] as const;
const OWNERS = ["team:data", "ann@example.org", "team:a b"];
const KINDS = ["dbt", "DBT", "python"];

/** The graphs: one by hand, and two drawn, without and with external assets. */
export function selectionCases(textsEach: number): readonly SelectionCase[] {
  const graphs = [
    { name: "a shop", assets: SHOP },
    { name: "forty assets", assets: drawAssets(40, 0, 3201) },
    { name: "forty assets, some external", assets: drawAssets(40, 0.3, 3202) },
  ];
  return graphs.map(({ name, assets }, place) => ({
    name,
    assets,
    texts: [
      ...FIXED,
      ...fc.sample(texts(assets.map(({ key }) => key)), { seed: 3210 + place, numRuns: textsEach }),
    ],
  }));
}

const plain = { group: "default", tags: {}, owners: [], kinds: [], isExternal: false };
const SHOP: readonly CaseAsset[] = [
  { ...plain, key: "ext/orders", parents: [], group: "raw", isExternal: true, tags: { pii: "" } },
  {
    ...plain,
    key: "raw/orders",
    parents: ["ext/orders"],
    group: "raw",
    kinds: ["dbt"],
    owners: ["team:data"],
  },
  { ...plain, key: "raw/users", parents: [], group: "raw", tags: { pri: "high", pii: "" } },
  { ...plain, key: "clean/orders", parents: ["raw/orders"], kinds: ["dbt", "python"], tags: { pri: "low" } },
  { ...plain, key: "copy/orders", parents: ["clean/orders"], isExternal: true, owners: ["ann@example.org"] },
  { ...plain, key: "mart/daily-revenue", parents: ["copy/orders", "raw/users"], group: "mart/fin" },
  { ...plain, key: "mart/report.v2", parents: ["mart/daily-revenue"], group: "mart", kinds: ["DBT"] },
  { ...plain, key: "alone", parents: [], tags: { "x.y/z-1": "2" } },
];

/** Texts whose reading is easy to get wrong. */
const FIXED: readonly string[] = [
  "*",
  "not *",
  "not not *",
  'not key:"*orders" and group:raw or kind:dbt',
  "group:raw or kind:dbt and not tag:pri=high",
  "NOT group:raw AND kind:dbt OR is:external",
  "roots(*)",
  "sinks(*)",
  "roots(not is:external)",
  "sinks (group:raw or kind:dbt)+",
  "+sinks(roots(*)+)",
  "2 + ( kind:dbt ) + 1",
  "(group:mart)+0",
  "is:materializable and not is:external",
  'group:"m*" or group:"*/*"',
  'group:"*"',
  'key:"*"',
  'key:""',
  'key:"*a*e*"',
  'key:"*/*" and not key:"*."',
  "key:raw/*",
  "key:*s",
  "kind:<null>",
  "owner:<null>",
  "group:<null>",
  "tag:pri",
  "tag:pii",
  'tag:pii=""',
  "tag:pri=<null>",
  'tag:"x.y/z-1"="2"',
  'owner:"team:a b" or owner:"ann@example.org"',
  "kind:dbt or kind:DBT",
  "999999999999+kind:dbt",
];

function drawAssets(count: number, external: number, seed: number): readonly CaseAsset[] {
  const [drawn] = fc.sample(
    fc.array(
      fc.record({
        group: fc.constantFrom(...GROUPS),
        tags: fc.subarray([...TAGS]).map((tags) => Object.fromEntries(tags)),
        owners: fc.subarray(OWNERS),
        kinds: fc.subarray(KINDS),
        chance: fc.integer({ min: 0, max: 99 }),
        picks: fc.array(fc.nat(), { maxLength: 3 }),
      }),
      { minLength: count, maxLength: count },
    ),
    { seed, numRuns: 1 },
  );
  const key = (place: number) =>
    `${["raw", "mart", "x"][place % 3]}/${["orders", "users", "days"][place % 4 % 3]}_${place}`;
  return drawn.map(({ picks, chance, ...asset }, place) => ({
    ...asset,
    key: key(place),
    parents: place === 0 ? [] : [...new Set(picks.map((pick) => key(pick % place)))],
    isExternal: chance < external * 100,
  }));
}

/** Texts of Dagster's grammar, with brackets only here and there so that precedence counts. */
function texts(keys: readonly string[]): fc.Arbitrary<string> {
  const quoted = (value: string) => `"${value}"`;
  const key = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...keys).map(quoted) },
    {
      weight: 2,
      arbitrary: fc.constantFrom("*orders*", "raw/*", "*_1*", "*s_*", "m*t*", "*/*", "nope", "*nope*").map(
        quoted,
      ),
    },
    fc.constantFrom("raw/*", "*_7", "alone", "x*"),
  ).map((value) => `key:${value}`);
  const attribute = fc.oneof(
    fc.constantFrom(...GROUPS, "*m*", "*/fin", "nope").map((value) => `group:${quoted(value)}`),
    fc.constantFrom(...KINDS, "nope").map((value) => `kind:${quoted(value)}`),
    fc.constantFrom(...OWNERS, "nope").map((value) => `owner:${quoted(value)}`),
    fc.constantFrom(...TAGS).map(([name, value]) => `tag:${quoted(name)}=${quoted(value)}`),
    fc.constantFrom(
      "tag:pii",
      'tag:"pri"',
      "kind:<null>",
      "is:external",
      "is:materializable",
      "group:raw",
      "tag:pri=low",
    ),
  );
  const up = fc.constantFrom("+", "1+", "2+", "3 + ", "+ ");
  const down = fc.constantFrom("+", "+1", "+2", " + 3", " +");
  const and = fc.constantFrom(" and ", " AND ", "\nand ");
  const or = fc.constantFrom(" or ", " OR ", "\tor  ");
  return fc.letrec<{ expression: string; walked: string }>((tie) => ({
    walked: fc.oneof(
      { maxDepth: 6, depthSize: "medium", withCrossShrink: true },
      { weight: 3, arbitrary: key },
      { weight: 3, arbitrary: attribute },
      { weight: 2, arbitrary: tie("expression").map((text) => `(${text})`) },
      tie("expression").map((text) => `roots(${text})`),
      tie("expression").map((text) => `sinks( ${text} )`),
    ),
    expression: fc.oneof(
      { maxDepth: 6, depthSize: "medium", withCrossShrink: true },
      { weight: 3, arbitrary: tie("walked") },
      fc.constant("*"),
      fc.tuple(up, tie("walked")).map((parts) => parts.join("")),
      fc.tuple(tie("walked"), down).map((parts) => parts.join("")),
      fc.tuple(up, tie("walked"), down).map((parts) => parts.join("")),
      tie("expression").map((text) => `not ${text}`),
      {
        weight: 3,
        arbitrary: fc.tuple(tie("expression"), and, tie("expression")).map((parts) => parts.join("")),
      },
      {
        weight: 3,
        arbitrary: fc.tuple(tie("expression"), or, tie("expression")).map((parts) => parts.join("")),
      },
    ),
  })).expression;
}
