/** The reference page of the command line, as Markdown, made from the table of commands. */
import { usageOf } from "./arguments.ts";
import type { Command } from "../command.ts";
import { exitMeanings } from "../exit.ts";
import { globalOptions } from "./global_options.ts";
import { describeOption, formatOption, moduleSummary } from "./help.ts";
import type { OptionSpecs } from "./option.ts";

/** The sections of the page that are made from the table: commands, options of every command, exit codes. */
export function formatReference(commands: readonly Command[]): string {
  return [
    "## Commands",
    "",
    "| Command | What it does |",
    "| --- | --- |",
    ...commands.map(({ name, summary }) => `| [\`${name}\`](#sluice-${name}) | ${cell(summary)} |`),
    "",
    "## Options of every command",
    "",
    ...optionTable(globalOptions),
    "",
    "## Exit codes",
    "",
    "| Code | Meaning |",
    "| --- | --- |",
    ...exitMeanings.map(([code, meaning]) => `| ${code} | ${cell(meaning)} |`),
    ...commands.flatMap(formatSection),
    "",
  ].join("\n");
}

function formatSection(command: Command): string[] {
  const args = Object.entries(command.args).map(([name, { summary }]) => `- \`${name}\`: ${summary}.`);
  if (command.takesModule) args.unshift(`- \`module\`: ${moduleSummary}.`);
  const options = Object.keys(command.options).length > 0 ? [...optionTable(command.options), ""] : [];
  return [
    "",
    `## sluice ${command.name}`,
    "",
    `${command.summary}.`,
    ...(command.description ?? []).flatMap((paragraph) => ["", paragraph]),
    "",
    "```text",
    `${usageOf(command)} [options]`,
    "```",
    "",
    ...(args.length > 0 ? [...args, ""] : []),
    ...options,
    "```sh",
    ...command.examples.flatMap(({ line, summary }, index) => [
      ...(index > 0 ? [""] : []),
      `# ${summary}`,
      `sluice ${line}`,
    ]),
    "```",
  ];
}

function optionTable(specs: OptionSpecs): string[] {
  return [
    "| Option | What it does |",
    "| --- | --- |",
    ...Object.entries(specs).map(([name, spec]) =>
      `| \`${cell(formatOption(name, spec))}\` | ${cell(describeOption(spec))} |`
    ),
  ];
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
