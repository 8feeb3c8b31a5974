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

/**
 * Tells the words after a command apart. The rule: the first word is the module, unless `--module` or, failing that,
 * the variable SLUICE_MODULE names it; then all words belong to the command.
 *
 * @throws {SluiceError} USAGE when a word is missing or there are too many.
 */
export function sortArguments(
  command: Command,
  words: readonly string[],
  given: { readonly option: string | undefined; readonly variable: string | undefined },
): SortedArguments {
  const rest = [...words];
  const module = command.takesModule ? takeModule(command, rest, given) : undefined;
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
  { option, variable }: { readonly option: string | undefined; readonly variable: string | undefined },
): NonNullable<SortedArguments["module"]> {
  if (option) return { name: option, source: "--module" };
  if (variable) return { name: variable, source: "SLUICE_MODULE" };
  const name = rest.shift();
  if (name !== undefined) return { name, source: "argument" };
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

/** How a command is typed: `sluice show <module> <asset>`. */
export function usageOf(command: Command): string {
  const args = Object.entries(command.args).map(([name, { arity }]) =>
    arity === "one" ? `<${name}>` : arity === "optional" ? `[${name}]` : `[${name}...]`
  );
  return ["sluice", command.name, ...(command.takesModule ? ["<module>"] : []), ...args].join(" ");
}

function article(noun: string): string {
  return /^[aeiou]/.test(noun) ? "an" : "a";
}
