/** What a selection text means, as a tree. */

/** A selection and the text it was read from. */
export interface ParsedSelection {
  readonly text: string;
  readonly root: SelectionNode;
}

/** One part of a selection. */
export type SelectionNode = KeyNode | AttributeNode | WalkNode | EndsNode | NotNode | CombinedNode;

/** Where a part stands in the text, in UTF-16 units. */
interface Placed {
  readonly start: number;
  readonly end: number;
}

/** The assets whose key is the pattern, in which `*` stands for any text. */
export interface KeyNode extends Placed {
  readonly kind: "key";
  readonly pattern: string;
}

/** The assets with an attribute: `name:value`, or `name:value=equals`. Null stands for `<null>`. */
export interface AttributeNode extends Placed {
  readonly kind: "attribute";
  readonly name: string;
  readonly value: string | null;
  /** Undefined where there is no `=`. */
  readonly equals: string | null | undefined;
}

/** A selection with what is at most `up` edges upstream of it, and what is at most `down` edges downstream. */
export interface WalkNode {
  readonly kind: "walk";
  /** 0 for none, infinity for all. */
  readonly up: number;
  /** 0 for none, infinity for all. */
  readonly down: number;
  readonly of: SelectionNode;
}

/** The members that reach no other member upstream (roots) or downstream (sinks). */
export interface EndsNode {
  readonly kind: "roots" | "sinks";
  readonly of: SelectionNode;
}

/** All assets but those. */
export interface NotNode {
  readonly kind: "not";
  readonly of: SelectionNode;
}

/** The intersection or the union of at least two. */
export interface CombinedNode {
  readonly kind: "and" | "or";
  readonly of: readonly SelectionNode[];
}

/** The intersection or union of parts, without levels that mean nothing; one part is itself. */
export function combine(kind: "and" | "or", parts: readonly SelectionNode[]): SelectionNode {
  if (parts.length === 1) return parts[0];
  return { kind, of: parts.flatMap((part) => part.kind === kind ? part.of : [part]) };
}
