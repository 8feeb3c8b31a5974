/** From the tree of a selection back to text. */
import { SluiceError } from "../issue.ts";
import { quote } from "../quote.ts";
import type { SelectionNode } from "./ast.ts";
import { isReserved } from "./parse.ts";

/** How closely each kind of part holds together: a part is bracketed inside one that holds closer. */
const UNION = 0;
const INTERSECTION = 1;
const NEGATION = 2;
const WALK = 3;
const ATOM = 4;

/** What is read as one word again. */
const BARE = /^(?![@&|!])[^\s()+,:="<>\p{C}\p{Default_Ignorable_Code_Point}]+$/u;

/**
 * Writes a selection in its one canonical form, with `and`, `or` and as few brackets as can be. Reading it again
 * gives the same tree.
 *
 * @throws {SluiceError} SELECTION_INVALID for a value that no text can hold: one with a quote or a line end in it.
 * @example
 * ```ts
 * import { formatSelection, parseSelection } from "sluice";
 * import assert from "node:assert/strict";
 *
 * assert.equal(formatSelection(parseSelection('+"mart/*",(tag:a=b  x)').root), "+mart/* and (tag:a=b or x)");
 * ```
 */
export function formatSelection(node: SelectionNode): string {
  return formatWithin(node, UNION);
}

function formatWithin(node: SelectionNode, outer: number): string {
  const [text, inner] = formatNode(node);
  return inner < outer ? `(${text})` : text;
}

function formatNode(node: SelectionNode): readonly [text: string, closeness: number] {
  switch (node.kind) {
    case "key":
      return [formatValue(node.pattern, !/^[0-9]+$/.test(node.pattern)), ATOM];
    case "attribute": {
      const pair = node.equals === undefined ? "" : `=${formatValue(node.equals)}`;
      return [`${node.name}:${formatValue(node.value)}${pair}`, ATOM];
    }
    case "walk":
      return formatWalk(node.up, node.down, formatWithin(node.of, ATOM));
    case "roots":
    case "sinks":
      return [`${node.kind}(${formatWithin(node.of, UNION)})`, ATOM];
    case "not":
      return [`not ${formatWithin(node.of, NEGATION)}`, NEGATION];
    case "and":
      return [node.of.map((part) => formatWithin(part, NEGATION)).join(" and "), INTERSECTION];
    case "or":
      return [node.of.map((part) => formatWithin(part, INTERSECTION)).join(" or "), UNION];
  }
}

function formatWalk(up: number, down: number, of: string): readonly [string, number] {
  const before = up === 0 ? "" : up === Infinity ? "+" : `${up}+`;
  const after = down === 0 ? "" : down === Infinity ? "+" : `+${down}`;
  return [before + of + after, WALK];
}

function formatValue(value: string | null, canBeBare: boolean = true): string {
  if (value === null) return "<null>";
  if (canBeBare && BARE.test(value) && !isReserved(value)) return value;
  if (!/["\n]/.test(value)) return `"${value}"`;
  throw new SluiceError({
    code: "SELECTION_INVALID",
    message: `The value ${quote(value)} holds a quote or a line end, which no selection text can.`,
    path: [],
  });
}
