/**
 * Python expressions laid out as Python's formatters lay them out: on one line when they fit, else one item per line
 * with a comma behind the last. Formatting the result changes nothing.
 */

/** The line length of Python's formatters. */
export const LINE: number = 88;

/** Brackets with items in them. */
export interface Brackets {
  /** What stands before the items. */
  readonly open: string;
  /** What stands behind them. */
  readonly close: string;
  /** The items. */
  readonly items: readonly BracketItem[];
  /** A tuple of one needs its comma also on one line. */
  readonly isTuple: boolean;
}

/** One item. */
export interface BracketItem {
  /** What stands before the value: `name=`, `"key": ` or nothing. */
  readonly before: string;
  /** The value. */
  readonly value: Expression;
}

/** A Python expression: text that is never broken, or brackets with expressions in them. */
export type Expression = string | Brackets;

/** Arguments by name. Those that are undefined are left out. */
export type NamedArguments = { readonly [name: string]: Expression | undefined };

const NAME = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/;

/** A call: `dg.AssetSpec("orders", group_name="raw")`. */
export function call(
  callee: string,
  positional: readonly Expression[],
  named: NamedArguments = {},
): Expression {
  const items = [...positional.map(item), ...namedItems(named)];
  return { open: `${requireName(callee)}(`, close: ")", items, isTuple: false };
}

/** A list. */
export function list(values: readonly Expression[]): Expression {
  return { open: "[", close: "]", items: values.map(item), isTuple: false };
}

/** A tuple. */
export function tuple(values: readonly Expression[]): Expression {
  return { open: "(", close: ")", items: values.map(item), isTuple: true };
}

/** A set; `set()` when it is empty. */
export function set(values: readonly Expression[]): Expression {
  if (values.length === 0) return "set()";
  return { open: "{", close: "}", items: values.map(item), isTuple: false };
}

/** A dict. Keys are expressions on one line, such as text literals. */
export function pairs(entries: readonly (readonly [key: string, value: Expression])[]): Expression {
  const items = entries.map(([key, value]) => ({ before: `${key}: `, value }));
  return { open: "{", close: "}", items, isTuple: false };
}

/** A name, or names joined by points. Throws for anything else: text of the user is never a name. */
export function name(text: string): Expression {
  return requireName(text);
}

/** An assignment at the start of a line. */
export function assignment(target: string, value: Expression): string {
  return layOut(value, 0, `${requireName(target)} = `, "");
}

/** An expression as a statement, `indent` spaces in from the left. */
export function statement(value: Expression, indent: number = 0): string {
  return layOut(value, indent, " ".repeat(indent), "");
}

/** An expression after text that stands before it on its line, and before text that follows it on its last. */
export function layOut(value: Expression, indent: number, before: string, after: string): string {
  const flat = before + flatten(value) + after;
  if (typeof value === "string" || value.items.length === 0 || flat.length <= LINE && !flat.includes("\n")) {
    return flat;
  }
  const inner = " ".repeat(indent + 4);
  const lines = value.items.map((each) => layOut(each.value, indent + 4, inner + each.before, ","));
  return [`${before}${value.open}`, ...lines, `${" ".repeat(indent)}${value.close}${after}`].join("\n");
}

function flatten(value: Expression): string {
  if (typeof value === "string") return value;
  const inner = value.items.map((each) => each.before + flatten(each.value)).join(", ");
  const comma = value.isTuple && value.items.length === 1 ? "," : "";
  return value.open + inner + comma + value.close;
}

function item(value: Expression): BracketItem {
  return { before: "", value };
}

function namedItems(named: NamedArguments): readonly BracketItem[] {
  return Object.entries(named).flatMap(([argument, value]) =>
    value === undefined ? [] : [{ before: `${requireName(argument)}=`, value }]
  );
}

function requireName(text: string): string {
  if (NAME.test(text)) return text;
  throw new TypeError(`${JSON.stringify(text)} is no Python name`);
}
