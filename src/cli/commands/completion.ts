/** `sluice completion`: teaches a shell the commands. */
import { type Command, defineCommand } from "../command.ts";
import { formatCompletion, shells } from "../line/completion.ts";
import { didYouMean } from "../../model/suggest.ts";
import { usageError } from "../line/usage.ts";

/** Prints a script for a shell. */
export const completion: Command = defineCommand({
  name: "completion",
  summary: "Prints a script that makes a shell complete commands, options and their values",
  takesModule: false,
  args: { shell: { summary: "bash, zsh or fish", arity: "one" } },
  options: {},
  examples: [
    { line: "completion bash >> ~/.bashrc", summary: "For bash, from the next shell on" },
    { line: "completion fish > ~/.config/fish/completions/sluice.fish", summary: "For fish" },
  ],
  run({ args, table }) {
    const shell = shells.find((name) => name === args.shell);
    if (!shell) {
      throw usageError(`There are scripts for ${shells.join(", ")}.`, didYouMean(args.shell, shells));
    }
    const lines = formatCompletion(shell, table);
    return Promise.resolve({ text: () => lines, json: () => ({ shell, script: lines.join("\n") }) });
  },
});
