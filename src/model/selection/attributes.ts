/** What `name:value` means: the table of attributes. */
import type { AssetGraph } from "../graph.ts";
import { compileGlob, isGlob } from "./glob.ts";

/** What an asset tells a selection; every asset declaration fits. */
export interface SelectionAsset {
  /** The group it belongs to, for selections and views. */
  readonly group: string;
  /** Values by name, for selections and views. */
  readonly tags: { readonly [name: string]: string };
  /** E-mail addresses or `team:name`. */
  readonly owners: readonly string[];
  /** What it is made of: `table`, `duckdb`. */
  readonly kinds: readonly string[];
}

/** What is there to select from. */
export interface SelectionCatalog {
  /** The graph. */
  readonly graph: AssetGraph;
  /** The asset. */
  asset(rank: number): SelectionAsset;
  /** Whether the asset is made elsewhere. */
  isExternal(rank: number): boolean;
}

/** Whether the asset of a rank is selected. */
export type RankTest = (rank: number) => boolean;

/** Says that a value means nothing, and which ones do. */
export interface UnknownValue {
  /** What the value would be: `group`. */
  readonly noun: string;
  /** The text. */
  readonly text: string;
  /** Where suggestions are taken from. */
  known(): Iterable<string>;
}

/** One entry of the table: what a selection `name:value` means. */
export interface SelectionAttribute {
  /** Whether it is also written `name:value=equals`. Default false. */
  readonly hasPairs?: boolean;
  /** Gives the test for a value, or says that there is no such value. Null stands for `<null>`. */
  resolve(value: string | null, equals: string | null | undefined): RankTest | UnknownValue;
}

/** The attributes that every catalog has. */
export function catalogAttributes(catalog: SelectionCatalog): ReadonlyMap<string, SelectionAttribute> {
  return new Map<string, SelectionAttribute>([
    ["group", { resolve: (value) => selectGroup(catalog, value) }],
    ["tag", { hasPairs: true, resolve: (value, equals) => selectTag(catalog, value, equals) }],
    ["kind", { resolve: (value) => selectListed(catalog, "kind", value, (asset) => asset.kinds) }],
    ["owner", { resolve: (value) => selectListed(catalog, "owner", value, (asset) => asset.owners) }],
    ["is", { resolve: (value) => selectNature(catalog, value) }],
  ]);
}

/** A group by name or pattern; an asset without one does not exist. */
function selectGroup(catalog: SelectionCatalog, value: string | null): RankTest | UnknownValue {
  if (value === null) return () => false;
  const matches = compileGlob(value);
  const test: RankTest = (rank) => matches(catalog.asset(rank).group);
  return isGlob(value) ? test : ifAny(catalog, test, "group", value, (asset) => [asset.group]);
}

function selectListed(
  catalog: SelectionCatalog,
  noun: string,
  value: string | null,
  list: (asset: SelectionAsset) => readonly string[],
): RankTest | UnknownValue {
  if (value === null) return (rank) => list(catalog.asset(rank)).length === 0;
  return ifAny(catalog, (rank) => list(catalog.asset(rank)).includes(value), noun, value, list);
}

function selectTag(
  catalog: SelectionCatalog,
  name: string | null,
  equals: string | null | undefined,
): RankTest | UnknownValue {
  const tags = (rank: number) => catalog.asset(rank).tags;
  if (name === null) return (rank) => Object.keys(tags(rank)).length === 0;
  const hasTag: RankTest = (rank) => Object.hasOwn(tags(rank), name);
  const named = ifAny(catalog, hasTag, "tag", name, (asset) => Object.keys(asset.tags));
  if (equals === undefined || typeof named !== "function") return named;
  const wanted = equals ?? "";
  const test: RankTest = (rank) => hasTag(rank) && tags(rank)[name] === wanted;
  if (wanted === "") return test;
  return ifAny(catalog, test, `value of the tag ${name}`, wanted, (asset) => {
    return Object.hasOwn(asset.tags, name) ? [asset.tags[name]] : [];
  });
}

function selectNature(catalog: SelectionCatalog, value: string | null): RankTest | UnknownValue {
  if (value === "external") return (rank) => catalog.isExternal(rank);
  if (value === "materializable") return (rank) => !catalog.isExternal(rank);
  return { noun: 'word after "is:"', text: value ?? "<null>", known: () => ["external", "materializable"] };
}

/** The test if any asset passes it, else the names that assets do have. */
function ifAny(
  catalog: SelectionCatalog,
  test: RankTest,
  noun: string,
  text: string,
  names: (asset: SelectionAsset) => readonly string[],
): RankTest | UnknownValue {
  const { size } = catalog.graph;
  for (let rank = 0; rank < size; rank++) if (test(rank)) return test;
  const all = () => Array.from({ length: size }, (_, rank) => names(catalog.asset(rank))).flat();
  return { noun, text, known: () => new Set(all()) };
}
