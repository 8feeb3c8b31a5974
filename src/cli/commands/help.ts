/** `sluice help`: what commands do and take. */
import { type Command, defineCommand } from "../command.ts";
import { formatReference } from "../line/docs.ts";
import { answerHelp } from "../line/help.ts";
import { findCommand } from "../line/parse.ts";

/** Shows help. */
export const help: Command = defineCommand({
  name: "help",
  summary: "Shows what there is, or what one command does and takes",
  takesModule: false,
  args: { command: { summary: "The name of a command", arity: "optional" } },
  options: {
    markdown: { type: "flag", summary: "Prints the reference of all commands as Markdown" },
  },
  examples: [
    { line: "help", summary: "All commands" },
    { line: "help run", summary: "One command; `sluice run --help` is the same" },
  ],
  run({ args, options, table }) {
    const command = args.command === undefined ? undefined : findCommand(args.command, table);
    const answer = answerHelp(command, table);
    return Promise.resolve(options.markdown ? { ...answer, text: () => formatReference(table) } : answer);
  },
});
