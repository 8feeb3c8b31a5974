/** What a selection text means, as a tree. */

/** A selection and the text it was read from. */
export interface ParsedSelection {
  /** The text. */
  readonly text: string;
  /** What the text means. */
  readonly root: SelectionNode;
}

/** One part of a selection. */
export type SelectionNode = KeyNode | AttributeNode | WalkNode | EndsNode | NotNode | CombinedNode;

/** Where a part stands in the text, in UTF-16 units. */
export interface Placed {
  /** Where it begins in the text. */
  readonly start: number;
  /** Where it ends in the text. */
  readonly end: number;
}

/** The assets whose key is the pattern, in which `*` stands for any text. */
export interface KeyNode extends Placed {
  /** Says what this is. */
  readonly kind: "key";
  /** The key, or a pattern of it. */
  readonly pattern: string;
}

/** The assets with an attribute: `name:value`, or `name:value=equals`. Null stands for `<null>`. */
export interface AttributeNode extends Placed {
  /** Says what this is. */
  readonly kind: "attribute";
  /** Its name. */
  readonly name: string;
  /** The value. */
  readonly value: string | null;
  /** Undefined where there is no `=`. */
  readonly equals: string | null | undefined;
}

/** A selection with what is at most `up` edges upstream of it, and what is at most `down` edges downstream. */
export interface WalkNode {
  /** Says what this is. */
  readonly kind: "walk";
  /** 0 for none, infinity for all. */
  readonly up: number;
  /** 0 for none, infinity for all. */
  readonly down: number;
  /** What it is about. */
  readonly of: SelectionNode;
}

/** The members that reach no other member upstream (roots) or downstream (sinks). */
export interface EndsNode {
  /** Says what this is. */
  readonly kind: "roots" | "sinks";
  /** What it is about. */
  readonly of: SelectionNode;
}

/** All assets but those. */
export interface NotNode {
  /** Says what this is. */
  readonly kind: "not";
  /** What it is about. */
  readonly of: SelectionNode;
}

/** The intersection or the union of at least two. */
export interface CombinedNode {
  /** Says what this is. */
  readonly kind: "and" | "or";
  /** What it is about. */
  readonly of: readonly SelectionNode[];
}

/** The intersection or union of parts, without levels that mean nothing; one part is itself. */
export function combine(kind: "and" | "or", parts: readonly SelectionNode[]): SelectionNode {
  if (parts.length === 1) return parts[0];
  return { kind, of: parts.flatMap((part) => part.kind === kind ? part.of : [part]) };
}
