/** Help: the pages that `--help` shows, made from the table of commands. */
import { placeOfModule, usageOf } from "./arguments.ts";
import type { Answer, Command, Example } from "../command.ts";
import { exitMeanings } from "../exit.ts";
import { globalOptions } from "./global_options.ts";
import type { OptionSpec, OptionSpecs } from "./option.ts";
import type { Page } from "../print/page.ts";
import { pad, wrap } from "../print/width.ts";

/** What `sluice` is, in one sentence. */
const tagline = "Sluice runs asset graphs and remembers what it ran.";

/** The arguments that all commands with a module share. */
export const moduleSummary: string =
  "The TypeScript or JavaScript file that exports your definitions (or --module, or SLUICE_MODULE)";

/** The page of all commands. */
function formatOverview(commands: readonly Command[], page: Page): string[] {
  const { bold } = page.style;
  return [
    tagline,
    "",
    bold("Usage"),
    "  sluice <command> [arguments] [options]",
    "",
    bold("Commands"),
    ...formatTerms(commands.map(({ name, summary }) => [name, summary]), page),
    "",
    bold("Options of every command"),
    ...formatOptions(globalOptions, page),
    "",
    bold("Exit codes"),
    ...formatTerms(exitMeanings.map(([code, meaning]) => [String(code), meaning]), page),
    "",
    "`sluice <command> --help` shows what a command takes, with examples.",
  ];
}

/** The page of one command. */
function formatCommandHelp(command: Command, page: Page): string[] {
  const { bold } = page.style;
  const args: [string, string][] = Object.entries(command.args).map(([name, { summary }]) => [name, summary]);
  if (command.takesModule !== false) args.splice(placeOfModule(command), 0, ["module", moduleSummary]);
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", bold(title), ...lines];
  return [
    ...wrap(`${command.summary}.`, pageWidth(page)),
    ...(command.description ?? []).flatMap((paragraph) => ["", ...wrap(paragraph, pageWidth(page))]),
    ...section("Usage", [`  ${usageOf(command)} [options]`]),
    ...section("Arguments", formatTerms(args, page)),
    ...section("Options", formatOptions(command.options, page)),
    ...section("Options of every command", formatOptions(globalOptions, page)),
    ...section("Examples", command.examples.flatMap((example) => formatExample(example, page))),
  ];
}

/** How an option is typed: `-q, --quiet`, `--range A...B`, `--[no-]color`. */
export function formatOption(name: string, spec: OptionSpec): string {
  const short = spec.short === undefined ? "" : `-${spec.short}, `;
  if (spec.type === "flag") return `${short}--${spec.negatable ? "[no-]" : ""}${name}`;
  return `${short}--${name} ${spec.value}`;
}

/** What an option does, with its choices, default, and whether it may be repeated. */
export function describeOption(spec: OptionSpec): string {
  if (spec.type === "flag") return spec.summary;
  const facts = [
    ...(spec.choices ? [`one of ${spec.choices.join(", ")}`] : []),
    ...(spec.repeats ? ["may be repeated"] : []),
    ...(spec.default === undefined ? [] : [`default ${spec.default}`]),
  ];
  return facts.length === 0 ? spec.summary : `${spec.summary} (${facts.join("; ")})`;
}

function formatOptions(specs: OptionSpecs, page: Page): string[] {
  return formatTerms(
    Object.entries(specs).map(([name, spec]) => [formatOption(name, spec), describeOption(spec)]),
    page,
  );
}

function formatExample({ line, summary }: Example, page: Page): string[] {
  return [`  ${page.style.dim(`# ${summary}`)}`, `  sluice ${line}`];
}

/** Terms with their explanations beside them, or below them where the page is narrow. */
function formatTerms(terms: readonly (readonly [term: string, text: string])[], page: Page): string[] {
  const widest = Math.max(0, ...terms.map(([term]) => term.length));
  const isNarrow = pageWidth(page) < widest + 34;
  const indent = " ".repeat(isNarrow ? 6 : widest + 4);
  return terms.flatMap(([term, text]) => {
    const lines = wrap(text, pageWidth(page) - indent.length);
    if (isNarrow) return [`  ${page.style.cyan(term)}`, ...lines.map((line) => indent + line)];
    const [first = "", ...rest] = lines;
    const head = `  ${page.style.cyan(term)}${pad("", widest - term.length + 2)}${first}`;
    return [head.trimEnd(), ...rest.map((line) => indent + line)];
  });
}

function pageWidth(page: Page): number {
  return Math.min(page.width, 100);
}

/** What `--help` says: about one command, or about all. */
export function answerHelp(command: Command | undefined, commands: readonly Command[]): Answer {
  const shown = command ? [command] : commands;
  return {
    text: (page) => command ? formatCommandHelp(command, page) : formatOverview(commands, page),
    json: () => ({
      commands: shown.map(({ name, summary, description = [], takesModule, args, options, examples }) => ({
        name,
        summary,
        description,
        takesModule,
        arguments: args,
        options,
        examples,
      })),
      options: globalOptions,
      exitCodes: Object.fromEntries(exitMeanings),
    }),
  };
}
