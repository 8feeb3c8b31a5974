/** `sluice check`: whether definitions hold together. */
import type { Definitions } from "../../model/definitions.ts";
import { type Command, defineCommand } from "../command.ts";
import { plural } from "../print/number.ts";

/** Validates definitions. */
export const check: Command = defineCommand({
  name: "check",
  summary: "Checks the definitions of a module, without running or recording anything",
  description: [
    "Loads the module, which validates its definitions as a whole. Every problem is shown with the place of the " +
    "declaration. Exit code 2 says that there is one.",
  ],
  takesModule: true,
  args: {},
  options: {},
  examples: [
    { line: "check weather.ts", summary: "All problems, or none" },
    { line: "check weather.ts --json", summary: "The same for a program" },
  ],
  async run({ session }) {
    const definitions = await session.definitions();
    const counts = {
      assets: definitions.assets.length,
      checks: countChecks(definitions),
      jobs: definitions.jobs.size,
    };
    return {
      text: ({ style }) => {
        const { assets, checks, jobs } = counts;
        const parts = [plural(assets, "asset"), plural(checks, "check"), plural(jobs, "job")];
        return [`${style.green("ok")}  ${parts.join(", ")}`];
      },
      json: () => ({ isValid: true, ...counts }),
    };
  },
});

function countChecks({ steps }: Definitions): number {
  return steps.reduce((sum, step) => sum + step.checks.length + (step.kind === "check" ? 1 : 0), 0);
}
