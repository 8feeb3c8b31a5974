import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type Command, defineCommand } from "../../../src/cli/command.ts";
import { parseInvocation } from "../../../src/cli/line/parse.ts";
import { commands as table } from "../../../src/cli/table.ts";

const answer = { text: () => [], json: () => ({}) };
const examples = [{ line: "a", summary: "a" }, { line: "b", summary: "b" }] as const;

const make: Command = defineCommand({
  name: "make",
  summary: "Makes",
  takesModule: true,
  args: {},
  options: {
    key: { type: "text", value: "KEY", summary: "A key", repeats: true },
    format: { type: "text", value: "F", summary: "A format", choices: ["text", "svg"], default: "text" },
    limit: { type: "count", value: "N", summary: "A number", short: "n" },
    wait: { type: "duration", value: "TIME", summary: "A time", default: "30s" },
    force: { type: "flag", summary: "A switch", short: "f" },
  },
  examples,
  run: () => Promise.resolve(answer),
});
const mend: Command = defineCommand({
  ...make,
  name: "mend",
  options: { gently: { type: "flag", summary: "A switch" } },
});
const commands = [make, mend];

function parse(...argv: string[]) {
  return parseInvocation(argv, commands);
}

function refusal(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    return (error as Error).message.replace(/^USAGE: /, "");
  }
  return assert.fail("nothing was refused");
}

describe("parseInvocation", () => {
  test("finds the command, its words and the values of its options, wherever they stand", () => {
    const { command, words, options } = parse(
      "--json",
      "make",
      "mod.ts",
      "-n",
      "5",
      "a",
      "--key=x",
      "b",
      "--force",
      "--key",
      "y",
    );
    assert.equal(command, make);
    assert.deepEqual(words, ["mod.ts", "a", "b"]);
    assert.deepEqual([options.json, options.limit, options.force, options.key], [true, 5, true, ["x", "y"]]);
  });

  test("gives defaults: false, empty lists, what is declared, and undefined", () => {
    const { options } = parse("make");
    assert.deepEqual(
      [options.force, options.key, options.format, options.wait, options.limit, options.color],
      [false, [], "text", 30_000, undefined, undefined],
    );
  });

  test("takes the last of several values, and a negation for what can be negated", () => {
    assert.equal(parse("make", "--format", "svg", "--format", "text").options.format, "text");
    assert.equal(parse("make", "--color", "--no-color").options.color, false);
    assert.match(refusal("make", "--no-force"), /has no option --no-force/);
  });

  test("ends options at --", () => {
    const { words, options } = parse("make", "--", "--force", "-n", "--");
    assert.deepEqual(words, ["--force", "-n", "--"]);
    assert.equal(options.force, false);
  });

  test("knows negative numbers from options, as words and as values", () => {
    assert.deepEqual(parse("make", "-12", "-1.5").words, ["-12", "-1.5"]);
    assert.deepEqual(parse("make", "--key", "-1", "--key=-2").options.key, ["-1", "-2"]);
    assert.match(refusal("make", "-n", "-1"), /--limit is a whole number from 0, not "-1"/);
  });

  test("does not take an option for a value, unless it is tied to it", () => {
    assert.match(refusal("make", "--key", "--json"), /--key needs a value, and --json after it is an option/);
    assert.match(refusal("make", "--key", "--json"), /Write --key=--json if it is the value/);
    assert.deepEqual(parse("make", "--key=--json").options.key, ["--json"]);
    assert.deepEqual(parse("make", "--key", "-").options.key, ["-"]);
    assert.deepEqual(parse("make", "--key=").options.key, [""]);
    assert.match(refusal("make", "--key"), /--key needs a value: --key KEY/);
    assert.match(refusal("make", "--limit="), /--limit needs a value/);
  });

  test("refuses what it does not know, and suggests", () => {
    assert.match(refusal("mkae"), /no command "mkae"[^]*Did you mean make\?/);
    assert.match(refusal("make", "--forse"), /sluice make has no option --forse[^]*Did you mean --force\?/);
    assert.match(refusal("make", "--gently"), /It is an option of mend/);
    assert.match(refusal("make", "--output-format"), /Did you mean --format\?/);
    assert.match(refusal("make", "-z"), /has no option -z[^]*sluice make --help/);
    assert.match(refusal("make", "--format", "sgv"), /one of text, svg, not "sgv"[^]*Did you mean svg\?/);
    assert.match(refusal("make", "--force=yes"), /--force takes no value/);
    assert.match(refusal("make", "--wait", "soon"), /a length of time such as 90s/);
    assert.match(refusal("make", "--limit", "1e3"), /a whole number/);
  });

  test("is not fooled by names that objects have, and shows nothing that acts on a terminal", () => {
    assert.match(refusal("make", "--__proto__"), /has no option --__proto__/);
    assert.match(refusal("make", "--constructor", "x"), /has no option --constructor/);
    assert.match(refusal("\u001b]0;title\u0007"), /no command "\\u\{1b\}\]0;title\\u\{7\}"/);
  });

  test("may be given no command", () => {
    assert.equal(parse().command, undefined);
    assert.equal(parse("--version").options.version, true);
  });
});

describe("the table", () => {
  test("gives an option the same form in every command", () => {
    const forms = new Map<string, string>();
    for (const { name, options } of table) {
      for (const [option, spec] of Object.entries(options)) {
        const form = spec.type === "flag" ? "flag" : `value ${spec.short ?? ""}`;
        assert.equal(forms.get(option) ?? form, form, `--${option} of ${name}`);
        forms.set(option, form);
      }
    }
    assert.ok(forms.size > 20);
  });

  test("has examples that its own rules can read", () => {
    for (const { name, examples } of table) {
      assert.ok(examples.length >= 2);
      for (const { line } of examples) {
        const words = line.replace(/ [>|].*/, "").match(/'[^']*'|\S+/g)?.map((word) =>
          word.replaceAll("'", "")
        ) ?? [];
        const { command } = parseInvocation(words, table);
        assert.equal(command?.name, name);
      }
    }
  });
});
