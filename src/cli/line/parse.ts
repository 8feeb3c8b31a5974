/** From the words of a command line to a command with the values of its options and arguments. */
import { parseArgs } from "node:util";
import { didYouMean } from "../../model/suggest.ts";
import type { Command } from "../command.ts";
import { globalOptions, type GlobalValues } from "./global_options.ts";
import type { OptionSpec, OptionSpecs, ValueSpec } from "./option.ts";
import { parseDuration } from "../print/number.ts";
import { inert } from "../print/inert.ts";
import { usageError } from "./usage.ts";

/** What was typed. */
export interface Invocation {
  /** Undefined when no command was named. */
  readonly command: Command | undefined;
  readonly options: GlobalValues & { readonly [name: string]: unknown };
  /** The words after the command that are no options. */
  readonly words: readonly string[];
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];
type OptionToken = Extract<Token, { kind: "option" }>;

/**
 * Reads a command line. `--` ends the options; a word like `-1` is a number and no option; an option that is given
 * twice counts once, with its last value, unless it may be repeated.
 *
 * @throws {SluiceError} USAGE, with suggestions, for commands, options and values that are not known.
 */
export function parseInvocation(argv: readonly string[], commands: readonly Command[]): Invocation {
  const all = allOptions(commands);
  const { words, options } = splitWords(argv, all);
  const [name, ...rest] = words;
  const command = name === undefined ? undefined : findCommand(name, commands);
  const known: OptionSpecs = { ...globalOptions, ...command?.options };
  const values = defaultValues(known);
  for (const token of options) setOption(values, token, known, command, commands);
  return { command, options: values as Invocation["options"], words: rest };
}

/** Every option of every command; an option has one form wherever it occurs. */
export function allOptions(commands: readonly Command[]): OptionSpecs {
  return Object.assign({}, ...commands.map(({ options }) => options), globalOptions);
}

function splitWords(
  argv: readonly string[],
  specs: OptionSpecs,
): { readonly words: readonly string[]; readonly options: readonly OptionToken[] } {
  const words: string[] = [];
  const options: OptionToken[] = [];
  for (const token of readTokens(argv, specs)) {
    if (token.kind === "positional") words.push(token.value);
    else if (token.kind === "option" && isNumber(argv[token.index])) words.push(argv[token.index]);
    else if (token.kind === "option") options.push(token);
  }
  return { words, options };
}

/** The words with their kinds; a group of digits such as `-12` comes once and not digit by digit. */
function readTokens(argv: readonly string[], specs: OptionSpecs): readonly Token[] {
  const config: Record<string, { type: "string" | "boolean"; short?: string }> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const type = spec.type === "flag" ? "boolean" : "string";
    config[name] = { type, ...(spec.short !== undefined && { short: spec.short }) };
  }
  const { tokens } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens.filter((token, at) =>
    token.kind !== "option" || !isNumber(argv[token.index]) || tokens[at - 1]?.index !== token.index
  );
}

function isNumber(word: string): boolean {
  return /^-\d/.test(word);
}

/** The command of a name. Throws USAGE, with suggestions. */
export function findCommand(name: string, commands: readonly Command[]): Command {
  const command = commands.find((command) => command.name === name);
  if (command) return command;
  throw usageError(
    `There is no command "${inert(name.slice(0, 60))}".`,
    didYouMean(name, commands.map(({ name }) => name)) ?? "See `sluice --help` for the commands.",
  );
}

function defaultValues(specs: OptionSpecs): Record<string, unknown> {
  const values: Record<string, unknown> = Object.create(null);
  for (const [name, spec] of Object.entries(specs)) {
    if (spec.type === "flag") values[name] = spec.negatable ? undefined : false;
    else if (spec.repeats) values[name] = [];
    else values[name] = spec.default === undefined ? undefined : readValue(name, spec, spec.default);
  }
  return values;
}

function setOption(
  values: Record<string, unknown>,
  token: OptionToken,
  known: OptionSpecs,
  command: Command | undefined,
  commands: readonly Command[],
): void {
  const { name, isNegated } = nameOf(token, known);
  const spec = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!spec) throw unknownOption(token.rawName, known, command, commands);
  if (spec.type === "flag") {
    if (token.value !== undefined) throw usageError(`${token.rawName} takes no value.`);
    values[name] = !isNegated;
    return;
  }
  const value = readValue(name, spec, valueOf(token, name, spec));
  values[name] = spec.repeats ? [...values[name] as unknown[], value] : value;
}

function nameOf({ name }: OptionToken, known: OptionSpecs): { name: string; isNegated: boolean } {
  const positive = name.replace(/^no-/, "");
  const spec = Object.hasOwn(known, positive) ? known[positive] : undefined;
  const isNegated = positive !== name && spec?.type === "flag" && spec.negatable === true;
  return { name: isNegated ? positive : name, isNegated };
}

/** The value of an option. The next word counts unless it is an option itself. */
function valueOf(token: OptionToken, name: string, spec: ValueSpec): string {
  const { value, inlineValue, rawName } = token;
  if (value === undefined || (value === "" && spec.type !== "text")) {
    throw usageError(`${rawName} needs a value: --${name} ${spec.value}.`);
  }
  if (inlineValue || !value.startsWith("-") || value === "-" || isNumber(value)) return value;
  throw usageError(
    `${rawName} needs a value, and ${inert(value.slice(0, 60))} after it is an option.`,
    `Write --${name}=${inert(value.slice(0, 60))} if it is the value.`,
  );
}

function readValue(name: string, spec: ValueSpec, text: string): unknown {
  const shown = `"${inert(text.slice(0, 60))}"`;
  if (spec.choices && !spec.choices.includes(text)) {
    const hint = didYouMean(text, spec.choices);
    throw usageError(`--${name} is one of ${spec.choices.join(", ")}, not ${shown}.`, hint);
  }
  if (spec.type === "text") return text;
  if (spec.type === "duration") {
    const durationMs = parseDuration(text);
    if (durationMs !== undefined) return durationMs;
    throw usageError(`--${name} is a length of time such as 90s, 10m or 2h, not ${shown}.`);
  }
  const { least = 0 } = spec;
  if (/^\d{1,15}$/.test(text) && Number(text) >= least) return Number(text);
  throw usageError(`--${name} is a whole number from ${least}, not ${shown}.`);
}

function unknownOption(
  rawName: string,
  known: OptionSpecs,
  command: Command | undefined,
  commands: readonly Command[],
): Error {
  const shown = inert(rawName.slice(0, 60));
  const bare = rawName.replace(/^-+/, "");
  const owners = commands.filter(({ options }) => Object.hasOwn(options, bare)).map(({ name }) => name);
  const whose = command ? `sluice ${command.name}` : "sluice";
  const names = optionNames(known);
  const parts = bare.split("-").filter((part) => names.includes(part));
  const within = parts.length > 0 ? `Did you mean ${parts.join(" or ")}?` : undefined;
  const hint = rawName.startsWith("--") ? didYouMean(bare, names) ?? within : undefined;
  const elsewhere = owners.length > 0 ? `It is an option of ${owners.join(", ")}.` : undefined;
  const help = `See \`${whose} --help\` for its options.`;
  return usageError(
    `${whose} has no option ${shown}.`,
    hint?.replace(/Did you mean .*/, (text) => text.replace(/(mean |, | or )/g, "$1--")) ?? elsewhere ?? help,
  );
}

/** The names by which options are typed, negations included, without the dashes. */
export function optionNames(specs: OptionSpecs): string[] {
  return Object.entries(specs).flatMap(([name, spec]: [string, OptionSpec]) =>
    spec.type === "flag" && spec.negatable ? [name, `no-${name}`] : [name]
  );
}
