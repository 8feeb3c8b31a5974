import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import { type Command, defineCommand } from "../../../src/cli/command.ts";
import { sortArguments, usageOf } from "../../../src/cli/line/arguments.ts";

const base = {
  summary: "Shows",
  options: {},
  examples: [{ line: "a", summary: "a" }, { line: "b", summary: "b" }],
  run: () => Promise.resolve({ text: () => [], json: () => ({}) }),
} as const;
const show: Command = defineCommand({
  ...base,
  name: "show",
  takesModule: true,
  args: { asset: { summary: "An asset", arity: "one" }, rest: { summary: "More", arity: "many" } },
});
const runs: Command = defineCommand({
  ...base,
  name: "runs",
  takesModule: false,
  args: { run: { summary: "A run", arity: "optional" } },
});

const nothing = { option: undefined, variable: undefined };

describe("sortArguments", () => {
  test("takes the first word for the module", () => {
    const { module, args } = sortArguments(show, ["defs.ts", "a", "b", "c"], nothing);
    assert.deepEqual(module, { name: "defs.ts", source: "argument" });
    assert.deepEqual(args, { asset: "a", rest: ["b", "c"] });
  });

  test("leaves all words to the command when the module is named otherwise, the option first", () => {
    const given = { option: "option.ts", variable: "variable.ts" };
    assert.deepEqual(sortArguments(show, ["a"], given), {
      module: { name: "option.ts", source: "--module" },
      args: { asset: "a", rest: [] },
    });
    const { module, args } = sortArguments(show, ["a"], { option: undefined, variable: "variable.ts" });
    assert.deepEqual([module, args.asset], [{ name: "variable.ts", source: "SLUICE_MODULE" }, "a"]);
  });

  test("has no module for a command that reads the history", () => {
    assert.deepEqual(sortArguments(runs, ["r1"], { option: undefined, variable: "variable.ts" }), {
      module: undefined,
      args: { run: "r1" },
    });
    assert.deepEqual(sortArguments(runs, [], nothing).args, { run: undefined });
  });

  test("says what is missing, and what is too much", () => {
    assert.throws(
      () => sortArguments(show, [], nothing),
      /needs the module.*\n.*sluice show <module> <asset> \[rest\.\.\.\]/,
    );
    assert.throws(
      () => sortArguments(show, ["defs.ts"], nothing),
      /needs an asset after the module defs\.ts/,
    );
    assert.throws(() => sortArguments(runs, ["defs.ts", "r1"], nothing), /"r1"[^]*takes no module/);
  });
});

describe("usageOf", () => {
  test("shows arguments by how many there may be", () => {
    assert.equal(usageOf(show), "sluice show <module> <asset> [rest...]");
    assert.equal(usageOf(runs), "sluice runs [run]");
  });
});
