/** Completion: what a shell may offer after a word, and the scripts that make it do so. */
import type { Command } from "../command.ts";
import { globalOptions } from "./global_options.ts";
import type { OptionSpec, OptionSpecs } from "./option.ts";
import { allOptions, optionNames } from "./parse.ts";

/** The shells that there are scripts for. */
export const shells = ["bash", "zsh", "fish"] as const;

/** The words that may be typed next; empty where a shell should offer files. */
export function candidates(words: readonly string[], commands: readonly Command[]): readonly string[] {
  const [name, ...rest] = words;
  const current = words[words.length - 1] ?? "";
  if (rest.length === 0 && !current.startsWith("-")) return commands.map(({ name }) => name);
  const command = commands.find((command) => command.name === name);
  const specs: OptionSpecs = { ...command?.options, ...globalOptions };
  const before = /^--(.+)/.exec(words[words.length - 2] ?? "")?.[1];
  const choices = before !== undefined && Object.hasOwn(specs, before) ? choicesOf(specs[before]) : [];
  if (choices.length > 0) return choices;
  return current.startsWith("-") ? optionNames(specs).map((option) => `--${option}`) : [];
}

/** The script for a shell, as lines. */
export function formatCompletion(shell: typeof shells[number], commands: readonly Command[]): string[] {
  if (shell === "fish") return formatFish(commands);
  const bash = formatBash(commands);
  return shell === "bash" ? bash : ["autoload -U +X bashcompinit && bashcompinit", ...bash];
}

function formatBash(commands: readonly Command[]): string[] {
  const withChoices = Object.entries(allOptions(commands)).filter(([, spec]) => choicesOf(spec).length > 0);
  return [
    "_sluice() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    '  case "$before" in',
    ...withChoices.map(([name, spec]) => `    --${name}) words="${choicesOf(spec).join(" ")}" ;;`),
    "  esac",
    '  if [ -z "$words" ]; then case "$word" in',
    '    -*) case "${COMP_WORDS[1]}" in',
    ...commands.map((command) =>
      `      ${command.name}) words="${candidates([command.name, "-"], commands).join(" ")}" ;;`
    ),
    `      *) words="${candidates(["-"], commands).join(" ")}" ;;`,
    "    esac ;;",
    `    *) [ "$COMP_CWORD" -eq 1 ] && words="${candidates([], commands).join(" ")}" ;;`,
    "  esac; fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    "}",
    "complete -o default -F _sluice sluice",
  ];
}

function formatFish(commands: readonly Command[]): string[] {
  const line = (condition: string, rest: string): string => `complete -c sluice -n '${condition}' ${rest}`;
  const options = (condition: string, specs: OptionSpecs): string[] =>
    Object.entries(specs).map(([name, spec]) => {
      const choices = choicesOf(spec);
      const value = choices.length > 0 ? ` -x -a '${choices.join(" ")}'` : spec.type === "flag" ? "" : " -r";
      return line(condition, `-l ${name}${value} -d ${quoted(spec.summary)}`);
    });
  return [
    ...commands.map(({ name, summary }) =>
      line("__fish_use_subcommand", `-f -a ${name} -d ${quoted(summary)}`)
    ),
    ...commands.flatMap(({ name, options: specs }) => options(`__fish_seen_subcommand_from ${name}`, specs)),
    ...options("true", globalOptions),
  ];
}

function choicesOf(spec: OptionSpec): readonly string[] {
  return spec.type === "flag" ? [] : spec.choices ?? [];
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
