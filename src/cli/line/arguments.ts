/** Arguments: which word is the module, and which words are what. */
import type { Command } from "../command.ts";
import { inert } from "../print/inert.ts";
import { usageError } from "./usage.ts";

/** Where the module's name came from. */
export type ModuleSource = "argument" | "--module" | "SLUICE_MODULE";

/** The words of a command, told apart. */
export interface SortedArguments {
  /** The module as typed; undefined for a command that takes none. */
  readonly module: { readonly name: string; readonly source: ModuleSource } | undefined;
  readonly args: { readonly [name: string]: string | readonly string[] | undefined };
}

/** The module as it is named apart from the words. */
interface GivenModule {
  readonly option: string | undefined;
  readonly variable: string | undefined;
}

/**
 * Tells the words after a command apart. The rule: the first word is the module (the second, for commands that
 * begin with something else), unless `--module` or, failing that,
 * the variable SLUICE_MODULE names it; then all words belong to the command.
 *
 * @throws {SluiceError} USAGE when a word is missing or there are too many.
 */
export function sortArguments(
  command: Command,
  words: readonly string[],
  given: GivenModule,
): SortedArguments {
  const rest = [...words];
  const module = command.takesModule === false ? undefined : takeModule(command, rest, given);
  const args: Record<string, string | readonly string[] | undefined> = {};
  for (const [name, { arity }] of Object.entries(command.args)) {
    if (arity === "many") args[name] = rest.splice(0);
    else args[name] = rest.shift();
    if (arity === "one" && args[name] === undefined) throw missing(command, name, module?.name);
  }
  if (rest.length > 0) throw tooMany(command, rest[0], module?.source);
  return { module, args };
}

function takeModule(
  command: Command,
  rest: string[],
  { option, variable }: GivenModule,
): SortedArguments["module"] {
  if (option) return { name: option, source: "--module" };
  if (variable) return { name: variable, source: "SLUICE_MODULE" };
  const [name] = rest.splice(placeOfModule(command), 1);
  if (name !== undefined) return { name, source: "argument" };
  if (command.takesModule === "optional") return undefined;
  throw usageError(
    `sluice ${command.name} needs the module that exports your definitions.`,
    `Write \`${usageOf(command)}\`, or set SLUICE_MODULE.`,
  );
}

function missing(command: Command, name: string, module: string | undefined): Error {
  const after = module === undefined ? "" : ` after the module ${inert(module)}`;
  return usageError(
    `sluice ${command.name} needs ${article(name)} ${name}${after}.`,
    `Write \`${usageOf(command)}\`.`,
  );
}

function tooMany(command: Command, word: string, source: ModuleSource | undefined): Error {
  const shown = inert(word.slice(0, 60));
  const why = source === undefined
    ? `sluice ${command.name} reads the history and takes no module.`
    : source === "argument"
    ? undefined
    : `The module is named by ${source}, so that the first word is not the module.`;
  return usageError(
    `sluice ${command.name} does not know what to do with "${shown}".`,
    why ?? `Write \`${usageOf(command)}\`.`,
  );
}

/** The place of the module among a command's words. */
export function placeOfModule({ takesModule }: Command): number {
  return takesModule === "second" ? 1 : 0;
}

/** How a command is typed: `sluice show <module> <asset>`. */
export function usageOf(command: Command): string {
  const args = Object.entries(command.args).map(([name, { arity }]) =>
    arity === "one" ? `<${name}>` : arity === "optional" ? `[${name}]` : `[${name}...]`
  );
  const module = command.takesModule === "optional" ? "[module]" : "<module>";
  if (command.takesModule !== false) args.splice(placeOfModule(command), 0, module);
  return ["sluice", command.name, ...args].join(" ");
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? "an" : "a";
}
