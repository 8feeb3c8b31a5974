import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { SluiceError } from "../../../src/model/issue.ts";
import type { SelectionNode } from "../../../src/model/selection/ast.ts";
import { formatSelection } from "../../../src/model/selection/format.ts";
import { parseSelection } from "../../../src/model/selection/parse.ts";

/** The canonical form with every part in brackets: shows how a text was read. */
function reading(text: string): string {
  return show(parseSelection(text).root);
}

function show(node: SelectionNode): string {
  switch (node.kind) {
    case "key":
    case "attribute":
      return formatSelection(node);
    case "and":
    case "or":
      return `(${node.of.map(show).join(` ${node.kind} `)})`;
    case "walk":
      return `${level(node.up, "-")}[${show(node.of)}]${level(node.down, "-")}`;
    default:
      return `${node.kind}(${show(node.of)})`;
  }
}

function level(count: number, none: string): string {
  return count === 0 ? none : count === Infinity ? "all" : String(count);
}

function refusal(text: string): SluiceError {
  try {
    parseSelection(text);
  } catch (error) {
    assert.ok(error instanceof SluiceError);
    assert.equal(error.code, "SELECTION_INVALID");
    return error;
  }
  assert.fail(`${text} was read as ${reading(text)}`);
}

function readings(pairs: Record<string, string>): void {
  for (const [text, expected] of Object.entries(pairs)) assert.equal(reading(text), expected, text);
}

/** Each text is refused at the character (counted from 1) and with the words. */
function refusals(cases: readonly (readonly [text: string, character: number, words: RegExp])[]): void {
  for (const [text, character, words] of cases) {
    const { message } = refusal(text).issues[0];
    assert.match(message, words);
    assert.equal(/character (\d+):/.exec(message)?.[1], String(character), text);
  }
}

describe("keys and attributes", () => {
  test("are words, quoted texts and names with values", () => {
    readings({
      "a": "a",
      "raw/orders-1.x": "raw/orders-1.x",
      "mart/*": "mart/*",
      "*": "*",
      '"a"': "a",
      '"and"': '"and"',
      "key:a": "a",
      'key:"a b"': '"a b"',
      "key:*": "*",
      "key:12": '"12"',
      "1a": "1a",
      "tag:p": "tag:p",
      "tag:p=high": "tag:p=high",
      'tag:"p"=""': 'tag:p=""',
      "tag:p=<null>": "tag:p=<null>",
      "kind:<null>": "kind:<null>",
      "owner:team:data": 'owner:"team:data"',
      "owner:ann@example.org": "owner:ann@example.org",
      "group : mart": "group:mart",
      "tag : p = high": "tag:p=high",
      "state:stale": "state:stale",
      "And": "And",
    });
  });

  test("are normalised", () => assert.equal(reading("cafe\u0301"), "caf\u00e9"));

  test("know where they stand", () => {
    const { root } = parseSelection('a  or tag:"p"=high');
    assert.deepEqual(root, {
      kind: "or",
      of: [
        { kind: "key", pattern: "a", start: 0, end: 1 },
        { kind: "attribute", name: "tag", value: "p", equals: "high", start: 6, end: 18 },
      ],
    });
  });

  test("need a value, and quotes where a value is a word of the language", () => {
    refusals([
      ["key:", 5, /A value is missing after "key:"/],
      ["tag:foo=", 9, /A value is missing/],
      ["tag: ,a", 6, /A value is missing/],
      ["key:and", 5, /"and" has a meaning of its own/],
      ["group:roots", 7, /"roots" has a meaning of its own/],
      ["key:<null>", 5, /Every asset has a key/],
      ["key:a=b", 6, /"=" cannot stand here/],
      ['tag:a="b"="c"', 10, /"=" cannot stand here/],
      ["**key:a:", 8, /":" cannot stand here/],
    ]);
  });
});

describe("operators", () => {
  test("bind: not, then and and comma, then or and space", () => {
    readings({
      "a b c": "(a or b or c)",
      "a,b,c": "(a and b and c)",
      "a or b and c": "(a or (b and c))",
      "a and b or c": "((a and b) or c)",
      "a b and c": "(a or (b and c))",
      "a b,c d": "(a or (b and c) or d)",
      "a , b": "(a and b)",
      "not a and b": "(not(a) and b)",
      "not a b": "(not(a) or b)",
      "not a,b": "(not(a) and b)",
      "a and not b": "(a and not(b))",
      "a,not b": "(a and not(b))",
      "not not a": "not(not(a))",
      "a AND b OR NOT c": "((a and b) or not(c))",
      "a\n\tb\r\nc": "(a or b or c)",
    });
  });

  test("lose brackets that mean nothing", () => {
    readings({
      "(a)": "a",
      "((a or b)) or (c)": "(a or b or c)",
      "(a or b) and c": "((a or b) and c)",
      "not (a b)": "not((a or b))",
      '("a"or b)and(c)': "((a or b) and c)",
    });
  });

  test("need something on both sides", () => {
    refusals([
      ["", 1, /The selection is empty/],
      [" \n", 3, /The selection is empty/],
      ["a and", 6, /ends where an asset is expected after "and"/],
      ["or a", 1, /An asset is expected here, and not "or"/],
      ["a or or b", 6, /An asset is expected here after "or"/],
      ["a,", 3, /ends where an asset is expected/],
      [",a", 1, /expected here, and not ","/],
      ["not", 4, /ends where an asset is expected/],
      ["()", 2, /An asset is expected here after "\(", and not "\)"/],
    ]);
  });

  test("are not guessed", () => {
    refusals([
      ["a not b", 3, /"not" needs "and" or "or" before it/],
      ["a & b", 3, /This is no operator/],
      ["a || b", 3, /This is no operator/],
      ["!a", 1, /This is no operator/],
      ["(a)(b)", 4, /A space is missing/],
      ['"a""b"', 4, /A space is missing/],
      ["a(b)", 2, /There is no function "a"/],
    ]);
  });
});

describe("walks", () => {
  test("go up and down, all the way or as many levels as the number says", () => {
    readings({
      "+a": "all[a]-",
      "a+": "-[a]all",
      "+a+": "all[a]all",
      "2+a": "2[a]-",
      "a+3": "-[a]3",
      "2+a+13": "2[a]13",
      "2+key:a": "2[a]-",
      'key:"x/*"+1': "-[x/*]1",
      "(tag:p=high or owner:x)+": "-[(tag:p=high or owner:x)]all",
      "+(a+)": "all[-[a]all]-",
      "+roots(a)": "all[roots(a)]-",
      "*+": "-[*]all",
      "not +a": "not(all[a]-)",
      "0+a": "a",
      "a+0": "a",
      "0+a+1": "-[a]1",
      "99999999999999999999+a": "all[a]-",
      "1a+": "-[1a]all",
    });
  });

  test("with @ take all downstream and what that needs", () => {
    readings({ "@a": "all[-[a]all]-", "@(a b)": "all[-[(a or b)]all]-", "a @b": "(a or all[-[b]all]-)" });
    refusals([
      ["@a+", 3, /"@" goes all the way downstream/],
      ["+@a", 2, /An asset is expected here after "\+"/],
      ["@", 2, /ends where an asset is expected/],
      ["@ @a", 3, /An asset is expected/],
    ]);
  });

  test("take the white space of Dagster's grammar", () => {
    readings({ "+ a": "all[a]-", "2 + a + 1": "2[a]1", "a + and b": "(-[a]all and b)", "(a) +": "-[a]all" });
  });

  test("next to each other belong to the term they touch", () => {
    readings({
      "a+ b": "(-[a]all or b)",
      "a +b": "(a or all[b]-)",
      "a+ +b": "(-[a]all or all[b]-)",
      "a+2 b": "(-[a]2 or b)",
      "a 2+b": "(a or 2[b]-)",
      "a+1 2+b": "(-[a]1 or 2[b]-)",
      "a+ 2+b": "(-[a]all or 2[b]-)",
      "a+2 +b": "(-[a]2 or all[b]-)",
      "a+,+b": "(-[a]all and all[b]-)",
      "a+ @b": "(-[a]all or all[-[b]all]-)",
      "a +(b)": "(a or all[b]-)",
    });
    refusals([
      ["a+b", 2, /not clear to which side/],
      ["a + b", 3, /not clear to which side/],
      ["a + 2 + b", 3, /not clear to which side/],
      ["a+2+b", 2, /not clear to which side/],
      ["a +@b", 3, /not clear to which side/],
      ["owner:me+x@example.org", 9, /not clear to which side/],
    ]);
  });

  test("refuse what is left over", () => {
    refusals([
      ["+", 2, /ends where an asset is expected/],
      ["a++", 2, /"\+" cannot stand here/],
      ["++a", 2, /One "\+" is enough/],
      ["a+2+", 2, /"\+" cannot stand here/],
      ["a+2 3+4 b", 2, /"\+" cannot stand here/],
      ["a 2", 3, /A number alone selects nothing/],
      ["12", 1, /A number alone selects nothing/],
      ["2+", 3, /ends where an asset is expected/],
      ["+ 2 a", 3, /A number alone/],
    ]);
  });
});

describe("roots and sinks", () => {
  test("are functions", () => {
    readings({
      "roots(*)": "roots(*)",
      "sinks (a b)": "sinks((a or b))",
      "sinks(group:g) and not kind:dbt": "(sinks(group:g) and not(kind:dbt))",
      '"sinks"': '"sinks"',
    });
    refusals([["sinks", 6, /"sinks" is a function/], ["roots a", 7, /"roots" is a function/]]);
  });
});

describe("brackets and quotes", () => {
  test("must be closed and opened", () => {
    refusals([
      ["a or (b and (c)", 6, /This bracket is never closed/],
      ["a)", 2, /This bracket closes nothing/],
      ["(a = b)", 4, /"\)" is missing/],
      ['a or "b', 6, /A quote is never closed/],
      ['"a\nb"', 1, /A quote is never closed/],
    ]);
  });

  test("nest a hundred deep, and no deeper", () => {
    assert.equal(reading("(".repeat(100) + "a" + ")".repeat(100)), "a");
    assert.equal(reading("not ".repeat(100) + "a"), "not(".repeat(100) + "a" + ")".repeat(100));
    refusals([
      ["(".repeat(101) + "a", 101, /nests deeper than 100 levels/],
      ["(".repeat(100_000), 101, /nests deeper than 100 levels/],
      ["not ".repeat(100_000), 401, /nests deeper than 100 levels/],
      ["roots(".repeat(100_000), 606, /nests deeper than 100 levels/],
      ["+".repeat(100_000), 2, /One "\+" is enough/],
      [")".repeat(100_000), 1, /expected here, and not "\)"/],
    ]);
  });

  test("may be as many as one likes, side by side", () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `(k${index}+)`).join(" ");
    const { root } = parseSelection(text);
    assert.equal(root.kind === "or" && root.of.length, 20_000);
  });
});

describe("errors", () => {
  test("show the line and point at the place", () => {
    assert.equal(
      refusal("raw/* and (group:mart").message,
      "SELECTION_INVALID: In the selection, character 11: This bracket is never closed.\n" +
        "    raw/* and (group:mart\n" +
        "              ^\n" +
        '    hint: Add a ")".',
    );
    assert.match(refusal("a\n or \u00fc)\nb").message, /character 8: .*\n {4} or \u00fc\)\n {9}\^/);
  });

  test("keep the caret in place beside what cannot be shown", () => {
    assert.match(refusal("\u{1f600}a\tb)").message, /character 5: .*\n {4}\u{1f600}a\?b\)\n {8}\^/u);
    const hidden = refusal("a\u202eb").issues[0];
    assert.equal(hidden.message.includes("\u202e"), false);
    assert.match(
      hidden.message,
      /character 2: U\+202E \(a text direction control\) cannot stand outside quotes\.\n {4}a\?b\n {5}\^/,
    );
    assert.equal(refusal("a\u00a0b").issues[0].hint, "Use a plain space.");
    assert.match(refusal("<nul>").message, /U\+003C '<' cannot stand outside quotes/);
  });

  test("repeat no more than a bit of the text", () => {
    const long = "x".repeat(10_000);
    for (
      const text of [`${long}:`, `${long}(a)`, `a ${long} or`, "9".repeat(10_000), `"${long}" =`, `(${long}`]
    ) {
      assert.ok(refusal(text).message.length < 400, text.slice(0, 20));
    }
  });

  test("show only what is near", () => {
    const { message } = refusal("x".repeat(1000) + " )" + "y".repeat(1000));
    assert.match(message, /\n {4}\.\.\.x{39} \)y{39}\.\.\.\n {47}\^$/m);
  });
});
