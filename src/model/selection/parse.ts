/**
 * The selection language: which assets, as text.
 *
 * ```text
 * union        = intersection { ( "or" | space ) intersection }
 * intersection = term { ( "and" | "," ) term }
 * term         = "not" term | walk
 * walk         = "@" atom | [ [ digits ] "+" ] atom [ "+" [ digits ] ]
 * atom         = key | attribute | ( "roots" | "sinks" ) "(" union ")" | "(" union ")"
 * key          = word | quoted
 * attribute    = word ":" value [ "=" value ]
 * value        = word { ":" word } | quoted | "<null>"
 * ```
 *
 * A **word** goes up to white space or one of `( ) + , : = " < >`, and does not start with `@`. A **quoted** text
 * is anything but a quote or a line end, between double quotes. `and`, `or`, `not` (also in capitals), `roots`,
 * `sinks` and words of digits only have meanings of their own; a key or value of that name is quoted. White space
 * is free between tokens, with two cares: two terms side by side need it between them, and where `+` stands between
 * two terms it belongs to the one it touches (`a+ b`, `a +b`). A term after a space does not start with `not`.
 *
 * | Text | Selects |
 * | --- | --- |
 * | `raw/orders` | the asset with this key; with `*`, which stands for any text, all that match |
 * | `+a`, `a+`, `2+a+1` | `a` with all upstream of it, all downstream, or as many levels as the number says |
 * | `@a` | `a`, all downstream, and all that these need: `+(a+)` |
 * | `group:g`, `tag:t`, `tag:t=v`, `kind:k`, `owner:o`, `is:external`, `is:materializable`, `key:k` | by attribute |
 * | `kind:<null>` | what has no kind; `owner` and `tag` likewise |
 * | `roots(x)`, `sinks(x)` | members of `x` that reach no other member upstream or downstream |
 * | `a b`, `a or b` | the union |
 * | `a,b`, `a and b` | the intersection, which binds closer |
 * | `not a` | all but `a`; binds closest |
 *
 * This is the grammar of Dagster with the shorthands of dbt. What is different from Dagster, and on purpose:
 *
 * - A bare word is a key, `*` is a key pattern like others, and values need quotes only where the grammar would
 *   misread them. Dagster re-reads a text that its grammar refuses in an older form (where `a+` is one level and
 *   `tag:t=2 and kind:k` is one tag); here such a text has one meaning, `a+` is unlimited, or it is an error.
 * - All parts range over all assets. Dagster drops external assets from what is upstream of something, their
 *   start included, and by default from `*`, `not`, `group`, `tag` and `kind`; here `is:materializable` does it.
 * - `tag:t` selects assets with this tag whatever its value, as in dbt; `tag:t=""` those where it is empty.
 * - `owner:<null>` and `tag:<null>` select what has none; Dagster selects nothing, or fails.
 * - A name that nothing has is an error that suggests others; in Dagster it selects nothing.
 *
 * And from dbt: white space around a comma is free, and a word of digits after a `+` is a number of levels.
 */
import { quote } from "../quote.ts";
import { combine, type ParsedSelection, type SelectionNode } from "./ast.ts";
import { selectionFault } from "./fault.ts";
import { type Token, tokenize } from "./tokens.ts";

/** How deep brackets, functions and `not` may nest. */
const MAX_NESTING = 100;

const OPERATORS: ReadonlySet<string> = new Set(["and", "or", "not", "AND", "OR", "NOT"]);
const FUNCTIONS: ReadonlySet<string> = new Set(["roots", "sinks"]);

/** Whether a word has a meaning of its own, so that a key or value of that name must be quoted. */
export function isReserved(word: string): boolean {
  return OPERATORS.has(word) || FUNCTIONS.has(word);
}

/**
 * Reads a selection text.
 *
 * @throws {SluiceError} SELECTION_INVALID, with the place in the text and a hint.
 * @example
 * ```ts
 * import { formatSelection, parseSelection } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const { root } = parseSelection("2+mart/revenue tag:nightly,not kind:dbt");
 * assert.equal(formatSelection(root), "2+mart/revenue or tag:nightly and not kind:dbt");
 * ```
 */
export function parseSelection(text: string): ParsedSelection {
  return { text, root: new Parser(text).parse() };
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): SelectionNode {
    if (this.#next().kind === "end") throw this.#fault("The selection is empty.", '"*" selects all assets.');
    const root = this.#union();
    if (this.#next().kind === "end") return root;
    if (this.#next().kind === ")") {
      throw this.#fault("This bracket closes nothing.", "Remove it, or open one.");
    }
    throw this.#fault(`${quote(this.#next().text)} cannot stand here.`, "Put the value into double quotes.");
  }

  #union(): SelectionNode {
    const parts = [this.#intersection()];
    for (;;) {
      if (this.#acceptOperator("or")) parts.push(this.#intersection());
      else if (this.#isNeighbour()) parts.push(this.#intersection());
      else return combine("or", parts);
    }
  }

  #intersection(): SelectionNode {
    const parts = [this.#term()];
    while (this.#accept(",") || this.#acceptOperator("and")) parts.push(this.#term());
    return combine("and", parts);
  }

  #term(): SelectionNode {
    const token = this.#next();
    if (!this.#acceptOperator("not")) return this.#walk();
    return this.#nest(token, () => ({ kind: "not", of: this.#term() }));
  }

  #walk(): SelectionNode {
    if (this.#accept("@")) return this.#family();
    const up = this.#prefix();
    const of = this.#atom();
    const down = this.#suffix();
    return up === 0 && down === 0 ? of : { kind: "walk", up, down, of };
  }

  /** `@a` is `+(a+)`. */
  #family(): SelectionNode {
    const of = this.#atom();
    if (this.#next().kind === "+" && this.#suffix() !== 0) {
      throw this.#fault('"@" goes all the way downstream already.', 'Remove the "+", or the "@".', -1);
    }
    return { kind: "walk", up: Infinity, down: 0, of: { kind: "walk", up: 0, down: Infinity, of } };
  }

  #prefix(): number {
    const isCounted = this.#next().kind === "digits" && this.#peek(1).kind === "+";
    const up = isCounted ? levels(this.#take()) : Infinity;
    if (!this.#accept("+")) return 0;
    if (this.#next().kind !== "+") return up;
    throw this.#fault('One "+" is enough.', 'Levels are written as a number: "2+a".');
  }

  /** Reads the `+` and number of levels that belong to the atom before them, and not to one that follows. */
  #suffix(): number {
    const run: Token[] = [];
    while (run.length < 5 && isPlusOrDigits(this.#peek(run.length))) run.push(this.#peek(run.length));
    if (run.length === 0) return 0;
    const next = this.#peek(run.length);
    const canSplit = startsAtom(next);
    const isFollowed = canSplit || next.kind === "@";
    const sizes = (canSplit ? [0, 1, 2] : [run.length]).filter((size) => isSplit(run, size));
    if (sizes.length === 0) throw this.#misplacedPlus(run[0]);
    const fitting = isFollowed ? sizes.filter((size) => (run[size] ?? next).isSpaced) : sizes;
    if (fitting.length !== 1) {
      const hint = 'Write "a+ b" or "a +b"; put a value that holds "+" into double quotes.';
      throw this.#fault('It is not clear to which side "+" belongs.', hint);
    }
    this.#at += fitting[0];
    return fitting[0] === 0 ? 0 : fitting[0] === 1 ? Infinity : levels(run[1]);
  }

  #misplacedPlus(token: Token): Error {
    if (token.kind === "digits") return this.#numberAlone();
    return this.#fault(
      '"+" cannot stand here.',
      'Write one "+" with at most one number: "2+a", "a+2", "+a+".',
    );
  }

  #atom(): SelectionNode {
    const token = this.#next();
    if (token.kind === "(") return this.#brackets(() => this.#union());
    if (token.kind === "quoted") return keyNode(this.#take(), token.text);
    if (token.kind === "digits") throw this.#numberAlone();
    if (token.kind !== "word" || OPERATORS.has(token.text)) throw this.#missingAtom();
    if (this.#peek(1).kind === ":") return this.#attribute();
    if (FUNCTIONS.has(token.text)) return this.#ends();
    if (/^[&|!]/.test(token.text)) {
      throw this.#fault("This is no operator.", 'The operators are "and", "or" and "not".');
    }
    return keyNode(this.#take(), token.text);
  }

  #ends(): SelectionNode {
    const name = this.#take().text as "roots" | "sinks";
    if (this.#next().kind === "(") return this.#brackets(() => ({ kind: name, of: this.#union() }));
    throw this.#fault(
      `"${name}" is a function, and a bracket is missing.`,
      `Write ${name}(...), or "${name}" in double quotes for the key.`,
    );
  }

  #brackets(inside: () => SelectionNode): SelectionNode {
    const open = this.#take();
    const node = this.#nest(open, inside);
    if (this.#accept(")")) return node;
    if (this.#next().kind !== "end") throw this.#fault(`")" is missing before this.`);
    throw selectionFault(this.#text, open.start, "This bracket is never closed.", 'Add a ")".');
  }

  #attribute(): SelectionNode {
    const { text: name, start } = this.#take();
    this.#take();
    const value = this.#value(name);
    if (name === "key" && value === null) throw this.#fault("Every asset has a key.", undefined, -1);
    const hasPair = name !== "key" && this.#accept("=");
    const equals = hasPair ? this.#value(name) : undefined;
    const end = this.#peek(-1).end;
    if (name === "key") return { kind: "key", pattern: value as string, start, end };
    return { kind: "attribute", name, value, equals, start, end };
  }

  /** A value; `team:data` is one. */
  #value(name: string): string | null {
    const token = this.#next();
    if (token.kind === "null" || token.kind === "quoted") {
      this.#take();
      return token.kind === "null" ? null : token.text;
    }
    if (!isWordOrDigits(token)) throw this.#fault(`A value is missing after ${quote(`${name}:`)}.`);
    if (isReserved(token.text)) {
      throw this.#fault(`"${token.text}" has a meaning of its own.`, "Put it into double quotes.");
    }
    let value = this.#take().text;
    while (this.#next().kind === ":" && !this.#next().isSpaced && isWordOrDigits(this.#peek(1))) {
      this.#take();
      value += `:${this.#take().text}`;
    }
    return value;
  }

  /** Whether another term follows, with nothing but white space between. */
  #isNeighbour(): boolean {
    const token = this.#next();
    const isTerm = startsAtom(token) || isPlusOrDigits(token) || token.kind === "@";
    if (isOperator(token, "not")) {
      throw this.#fault('"not" needs "and" or "or" before it.', 'Write "and not" to leave something out.');
    }
    if (!isTerm || token.isSpaced) return isTerm;
    if (token.kind === "(" && this.#peek(-1).kind === "word") {
      throw this.#fault(
        `There is no function ${quote(this.#peek(-1).text)}.`,
        "The functions are roots(...) and sinks(...).",
      );
    }
    throw this.#fault("A space is missing before this.", "A space is a union, a comma an intersection.");
  }

  #nest<T>(at: Token, inside: () => T): T {
    if (this.#nesting === MAX_NESTING) {
      throw selectionFault(this.#text, at.start, `The selection nests deeper than ${MAX_NESTING} levels.`);
    }
    this.#nesting++;
    const result = inside();
    this.#nesting--;
    return result;
  }

  #numberAlone(): Error {
    const hint = `A number belongs to a "+"; a key of digits only is put into double quotes.`;
    return this.#fault("A number alone selects nothing.", hint);
  }

  #missingAtom(): Error {
    const { kind, text } = this.#next();
    const before = this.#at > 0 ? ` after ${quote(this.#peek(-1).text)}` : "";
    if (kind === "end") return this.#fault(`The selection ends where an asset is expected${before}.`);
    return this.#fault(`An asset is expected here${before}, and not ${quote(text)}.`);
  }

  #next(): Token {
    return this.#tokens[this.#at];
  }

  #peek(ahead: number): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
  }

  #take(): Token {
    return this.#tokens[this.#at++];
  }

  #accept(kind: Token["kind"]): boolean {
    if (this.#next().kind !== kind) return false;
    this.#at++;
    return true;
  }

  #acceptOperator(name: string): boolean {
    if (!isOperator(this.#next(), name)) return false;
    this.#at++;
    return true;
  }

  #fault(message: string, hint?: string, ahead: number = 0): Error {
    return selectionFault(this.#text, this.#peek(ahead).start, message, hint);
  }
}

function isOperator({ kind, text }: Token, name: string): boolean {
  return kind === "word" && (text === name || text === name.toUpperCase());
}

function keyNode(token: Token, pattern: string): SelectionNode {
  return { kind: "key", pattern, start: token.start, end: token.end };
}

function isPlusOrDigits(token: Token): boolean {
  return token.kind === "+" || token.kind === "digits";
}

function isWordOrDigits(token: Token): boolean {
  return token.kind === "word" || token.kind === "digits";
}

function startsAtom(token: Token): boolean {
  return token.kind === "(" || token.kind === "quoted" ||
    (token.kind === "word" && !OPERATORS.has(token.text));
}

/** Whether the first `size` tokens can follow an atom, and the others precede one. */
function isSplit(run: readonly Token[], size: number): boolean {
  const shape = run.map((token) => token.kind === "+" ? "+" : "n");
  const suffix = shape.slice(0, size).join("");
  const prefix = shape.slice(size).join("");
  return size <= run.length && ["", "+", "+n"].includes(suffix) && ["", "+", "n+"].includes(prefix);
}

/** A number of levels; one too large to count to is as good as all. */
function levels(token: Token): number {
  const count = Number(token.text);
  return count > 1e9 ? Infinity : count;
}
