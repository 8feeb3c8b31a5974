/** From a selection to the set of assets it means. */
import { type Issue, SluiceError } from "../issue.ts";
import { keyProblem } from "../key.ts";
import { quote } from "../quote.ts";
import { countRanks, downstreamOf, type RankSet, rootsOf, sinksOf, upstreamOf } from "../reach.ts";
import { didYouMean } from "../suggest.ts";
import type { AttributeNode, KeyNode, ParsedSelection, SelectionNode, WalkNode } from "./ast.ts";
import {
  catalogAttributes,
  type SelectionAttribute,
  type SelectionCatalog,
  type UnknownValue,
} from "./attributes.ts";
import { selectionIssue } from "./fault.ts";
import { formatSelection } from "./format.ts";
import { compileGlob, isGlob } from "./glob.ts";
import { parseSelection } from "./parse.ts";

/** How {@linkcode resolveSelection} works. */
export interface SelectionOptions {
  /** More attributes by name, such as `state` for `state:stale`; they replace those of the same name. */
  readonly attributes?: ReadonlyMap<string, SelectionAttribute>;
  /** Whether a selection may be empty. Default false. */
  readonly allowEmpty?: boolean;
  /** Whether a name that nothing has (key, group, tag, kind, owner) selects nothing. Default false: an error. */
  readonly allowUnknown?: boolean;
}

/** No error lists more findings than this. */
const MAX_ISSUES = 20;

/**
 * Finds the assets that a selection means, as a set of ranks of the catalog's graph.
 *
 * The time grows with the size of the graph and the number of parts of the selection. Parts that walk the graph
 * equally far in a union walk it together.
 *
 * @throws {SluiceError} SELECTION_INVALID when the text cannot be read or names what nothing has, with
 * suggestions; SELECTION_EMPTY when no asset is selected.
 * @example
 * ```ts
 * import { defineAsset, definitions, resolveSelection } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "raw/orders", run: () => 3 });
 * const total = defineAsset({ key: "total", group: "mart", deps: { orders }, run: ({ inputs }) => inputs.orders });
 * const { graph, assets } = definitions({ assets: [orders, total] });
 * const catalog = { graph, asset: (rank: number) => assets[rank], isExternal: () => false };
 *
 * assert.deepEqual([...resolveSelection("+group:mart", catalog)], [1, 1]);
 * assert.throws(() => resolveSelection("totl", catalog), /Did you mean total\?/);
 * ```
 */
export function resolveSelection(
  selection: string | ParsedSelection,
  catalog: SelectionCatalog,
  options: SelectionOptions = {},
): RankSet {
  const { text, root } = typeof selection === "string" ? parseSelection(selection) : selection;
  const attributes = new Map([...catalogAttributes(catalog), ...options.attributes ?? []]);
  const resolver = new Resolver(text, catalog, attributes, options.allowUnknown ?? false);
  const set = resolver.resolve(root);
  const [first, ...rest] = resolver.issues();
  if (first) throw new SluiceError([first, ...rest]);
  if (options.allowEmpty || set.includes(1)) return set;
  throw new SluiceError({
    code: "SELECTION_EMPTY",
    message: `The selection ${quote(text)} selects none of the ${catalog.graph.size} assets.`,
    path: [],
    hint: emptyHint(root, resolver),
  });
}

class Resolver {
  readonly #issues = new Map<Issue, number>();
  readonly #text: string;
  readonly #catalog: SelectionCatalog;
  readonly #attributes: ReadonlyMap<string, SelectionAttribute>;
  readonly #allowUnknown: boolean;

  constructor(
    text: string,
    catalog: SelectionCatalog,
    attributes: ReadonlyMap<string, SelectionAttribute>,
    allowUnknown: boolean,
  ) {
    this.#text = text;
    this.#catalog = catalog;
    this.#attributes = attributes;
    this.#allowUnknown = allowUnknown;
  }

  resolve(node: SelectionNode): RankSet {
    const set = new Uint8Array(this.#catalog.graph.size);
    this.#addTo(set, node);
    return set;
  }

  /** Every finding so far, by place in the text. */
  issues(): readonly Issue[] {
    return [...this.#issues].sort((a, b) => a[1] - b[1]).map(([issue]) => issue);
  }

  /** Adds what a part selects, so that the many parts of a union share one set. */
  #addTo(set: RankSet, node: SelectionNode): void {
    const { graph } = this.#catalog;
    switch (node.kind) {
      case "key":
        return this.#addKeys(set, node);
      case "attribute":
        return this.#addByAttribute(set, node);
      case "walk":
        return this.#addWalk(set, node);
      case "roots":
        return addAll(set, rootsOf(graph, this.resolve(node.of)));
      case "sinks":
        return addAll(set, sinksOf(graph, this.resolve(node.of)));
      case "not":
        return addMissing(set, this.resolve(node.of));
      case "and":
        return addAll(set, node.of.map((part) => this.resolve(part)).reduce(keepCommon));
      case "or":
        for (const part of joinWalks(node.of)) this.#addTo(set, part);
    }
  }

  #addKeys(set: RankSet, node: KeyNode): void {
    const { graph } = this.#catalog;
    if (/^\*+$/.test(node.pattern)) {
      set.fill(1);
    } else if (isGlob(node.pattern)) {
      const matches = compileGlob(node.pattern);
      for (let rank = 0; rank < graph.size; rank++) if (matches(graph.keys[rank])) set[rank] = 1;
    } else {
      const rank = graph.rankOf(node.pattern);
      if (rank === undefined) this.#unknownKey(node);
      else set[rank] = 1;
    }
  }

  #addByAttribute(set: RankSet, node: AttributeNode): void {
    const attribute = this.#attributes.get(node.name);
    if (!attribute) return this.#unknownAttribute(node);
    if (node.equals !== undefined && !attribute.hasPairs) {
      return this.#report(
        node.start,
        `"${node.name}:" takes no "=".`,
        "Put a value that holds it into double quotes.",
      );
    }
    const test = attribute.resolve(node.value, node.equals);
    if (typeof test !== "function") return this.#unknownValue(node, test);
    for (let rank = 0; rank < set.length; rank++) if (test(rank)) set[rank] = 1;
  }

  #addWalk(set: RankSet, { up, down, of }: WalkNode): void {
    const start = this.resolve(of);
    if (up > 0) addAll(set, upstreamOf(this.#catalog.graph, start, up));
    if (down > 0) addAll(set, downstreamOf(this.#catalog.graph, start, down));
    if (up === 0 && down === 0) addAll(set, start);
  }

  #unknownKey({ pattern, start }: KeyNode): void {
    if (this.#allowUnknown || this.#isFull()) return;
    const problem = pattern === "" ? undefined : keyProblem(pattern);
    const isOperator = /^(?:and|or|not)$/i.test(pattern);
    const hint = isOperator
      ? "Operators are written in lower case, or in capitals."
      : didYouMean(pattern, this.#catalog.graph.keys);
    this.#report(start, `There is no asset ${quote(pattern)}.${problem ? ` ${problem}` : ""}`, hint);
  }

  #unknownAttribute({ name, start }: AttributeNode): void {
    const names = ["key", ...this.#attributes.keys()];
    const hint = didYouMean(name, names) ?? `The attributes are ${names.join(", ")}.`;
    this.#report(start, `There is no attribute ${quote(name)}.`, hint);
  }

  #unknownValue({ start }: AttributeNode, { noun, text, known }: UnknownValue): void {
    if (this.#allowUnknown || this.#isFull()) return;
    const names = [...known()].sort();
    this.#report(start, `There is no ${noun} ${quote(text)}.`, didYouMean(text, names) ?? listNames(names));
  }

  #report(at: number, message: string, hint: string | undefined): void {
    if (!this.#isFull()) this.#issues.set(selectionIssue(this.#text, at, message, hint), at);
  }

  #isFull(): boolean {
    return this.#issues.size >= MAX_ISSUES;
  }
}

function listNames(names: readonly string[]): string {
  if (names.length === 0) return "No asset has one.";
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `Known: ${names.slice(0, 5).join(", ")}${more}.`;
}

/** What is upstream of two is what is upstream of either: walks of one length become one walk. */
function joinWalks(parts: readonly SelectionNode[]): readonly SelectionNode[] {
  const walks = new Map<string, WalkNode[]>();
  const joined: SelectionNode[] = [];
  for (const part of parts) {
    if (part.kind !== "walk") joined.push(part);
    else {
      const length = `${part.up}/${part.down}`;
      const alike = walks.get(length);
      if (alike) alike.push(part);
      else walks.set(length, [part]);
    }
  }
  for (const [{ kind, up, down, of }, ...rest] of walks.values()) {
    joined.push({
      kind,
      up,
      down,
      of: rest.length === 0 ? of : { kind: "or", of: [of, ...rest.map((walk) => walk.of)] },
    });
  }
  return joined;
}

function addAll(set: RankSet, members: RankSet): void {
  for (let rank = 0; rank < set.length; rank++) set[rank] |= members[rank];
}

function addMissing(set: RankSet, others: RankSet): void {
  for (let rank = 0; rank < set.length; rank++) set[rank] |= 1 - others[rank];
}

function keepCommon(set: RankSet, members: RankSet): RankSet {
  for (let rank = 0; rank < set.length; rank++) set[rank] &= members[rank];
  return set;
}

/** For an intersection, how many each side selects alone: the side that is wrong shows. */
function emptyHint(root: SelectionNode, resolver: Resolver): string {
  if (root.kind !== "and") return '"*" selects all assets.';
  const counts = root.of.slice(0, 5).map((part) =>
    `${quote(formatSelection(part))} selects ${countRanks(resolver.resolve(part))}`
  );
  return `${counts.join(", ")}, and no asset is in all of them.`;
}
