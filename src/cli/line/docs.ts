/** The reference of the command line, as Markdown, made from the table of commands. */
import type { Command } from "../command.ts";
import { exitMeanings } from "../exit.ts";
import { pad } from "../print/width.ts";
import { placeOfModule, usageOf } from "./arguments.ts";
import { globalOptions } from "./global_options.ts";
import { describeOption, formatOption, moduleSummary } from "./help.ts";
import type { OptionSpecs } from "./option.ts";

/** The chapters on options, exit codes and commands, as lines. */
export function formatReference(commands: readonly Command[]): string[] {
  return [
    "## Options of every command",
    "",
    ...optionTable(globalOptions),
    "",
    "## Exit codes",
    "",
    ...formatTable(["Code", "Meaning"], exitMeanings.map(([code, meaning]) => [String(code), meaning])),
    "",
    "## Commands",
    "",
    ...formatTable(
      ["Command", "What it does"],
      commands.map(({ name, summary }) => [`[\`${name}\`](#sluice-${name})`, summary]),
    ),
    ...commands.flatMap(formatSection),
  ];
}

function formatSection(command: Command): string[] {
  const args = Object.entries(command.args).map(([name, { summary }]) => `- \`${name}\`: ${summary}`);
  if (command.takesModule !== false) args.splice(placeOfModule(command), 0, `- \`module\`: ${moduleSummary}`);
  return [
    "",
    `### sluice ${command.name}`,
    "",
    `${command.summary}.`,
    ...(command.description ?? []).flatMap((paragraph) => ["", paragraph]),
    "",
    "```text",
    `${usageOf(command)} [options]`,
    "```",
    "",
    ...(args.length > 0 ? [...args, ""] : []),
    ...(Object.keys(command.options).length > 0 ? [...optionTable(command.options), ""] : []),
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
  const rows = Object.entries(specs).map((
    [name, spec],
  ) => [`\`${formatOption(name, spec)}\``, describeOption(spec)]);
  return formatTable(["Option", "What it does"], rows);
}

/** A table whose columns line up, as the formatter wants it. */
function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [titles, ...rows].map((row) => row.map((text) => text.replaceAll("|", "\\|")));
  const widths = titles.map((_, index) => Math.max(3, ...cells.map((row) => row[index].length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, index) => pad(text, widths[index])).join(" | ")} |`;
  const [head, ...body] = cells;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}
