/** `sluice check`: whether definitions hold together, and whether a target can be reached. */
import type { ValidationResult } from "../../../adapters/plugin.ts";
import { loadTarget, TARGETS } from "../../../adapters/targets.ts";
import type { Definitions } from "../../model/definitions.ts";
import { type Command, defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { usageError } from "../line/usage.ts";
import { inert } from "../print/inert.ts";
import { plural } from "../print/number.ts";
import type { Page } from "../print/page.ts";

/** Validates definitions, and looks at connections. */
export const check: Command = defineCommand({
  name: "check",
  summary:
    "Checks the definitions of a module, or the connection to a target, without running or recording anything",
  description: [
    "Loads the module, which validates its definitions as a whole. Every problem is shown with the place of the " +
    "declaration. Exit code 2 says that there is one.",
    "With --target it looks whether the service of that target answers, and says what to do where it does not; exit code " +
    "1. The variable SLUICE_TARGET_TOKEN holds the token, if one is needed.",
  ],
  takesModule: "optional",
  args: {},
  options: {
    target: {
      type: "text",
      value: "TARGET",
      summary: `Looks at the service of a target: ${TARGETS.join(", ")}`,
    },
    url: {
      type: "text",
      value: "URL",
      summary: "Where the service is; by default where its own variable says",
    },
    wait: {
      type: "duration",
      value: "TIME",
      summary: "How long the service may take to answer",
      default: "10s",
    },
  },
  examples: [
    { line: "check weather.ts", summary: "All problems, or none" },
    { line: "check --target dagster --url http://localhost:3000", summary: "Whether Dagster is there" },
  ],
  async run({ options: { target, url, wait }, session, host }) {
    if (session.moduleName === undefined && target === undefined) {
      throw usageError(
        "sluice check needs the module that exports your definitions, or a --target.",
        "Write `sluice check <module>`, or set SLUICE_MODULE.",
      );
    }
    const counts = session.moduleName === undefined ? undefined : countAll(await session.definitions());
    const token = host.env.SLUICE_TARGET_TOKEN;
    const connection = target === undefined
      ? undefined
      : await (await loadTarget(target)).validateConnection({
        timeoutMs: wait,
        ...(url !== undefined && { url }),
        ...(token !== undefined && { token }),
      });
    return {
      exitCode: connection?.success === false ? exitCodes.failures : exitCodes.success,
      text: (page) => [
        ...counts ? [formatCounts(counts, page)] : [],
        ...connection ? formatConnection(connection, page) : [],
      ],
      json: () => ({ ...(counts && { isValid: true, ...counts }), ...(connection && { connection }) }),
    };
  },
});

/** How much of each kind there is. */
interface Counts {
  readonly assets: number;
  readonly checks: number;
  readonly jobs: number;
  readonly schedules: number;
}

function countAll({ assets, steps, jobs, schedules }: Definitions): Counts {
  const checks = steps.reduce((sum, step) => sum + step.checks.length + (step.kind === "check" ? 1 : 0), 0);
  return { assets: assets.length, checks, jobs: jobs.size, schedules: schedules.size };
}

function formatCounts({ assets, checks, jobs, schedules }: Counts, { style }: Page): string {
  const parts = [
    plural(assets, "asset"),
    plural(checks, "check"),
    plural(jobs, "job"),
    ...(schedules > 0 ? [plural(schedules, "schedule")] : []),
  ];
  return `${style.green("ok")}  ${parts.join(", ")}`;
}

function formatConnection(
  { success, message, errors, warnings }: ValidationResult,
  { style }: Page,
): string[] {
  const mark = success ? style.green("ok") : style.red("no");
  return [
    `${mark}  ${inert(message)}`,
    ...errors.map((text) => `    ${inert(text)}`),
    ...warnings.map((text) => `    ${style.yellow("note")} ${inert(text)}`),
  ];
}
