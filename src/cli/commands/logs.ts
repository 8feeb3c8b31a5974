/** `sluice logs`: what steps said. */
import type { LogLine, StepRecord } from "../../model/events/record.ts";
import type { LogLevel } from "../../model/ports.ts";
import { didYouMean } from "../../model/suggest.ts";
import { type Command, defineCommand } from "../command.ts";
import { exitCodes } from "../exit.ts";
import { inert, inertLines } from "../print/inert.ts";
import { formatInstant, plural } from "../print/number.ts";
import type { Page } from "../print/page.ts";
import { nameOf } from "../print/run.ts";
import { tailLogs } from "../progress/tail.ts";
import { usageError } from "../line/usage.ts";
import { findRun } from "../find_run.ts";

const LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];

/** A longer line is cut for people; `--json` has it whole. */
const LONGEST_LINE = 4_000;

/** Prints the lines of a run. */
export const logs: Command = defineCommand({
  name: "logs",
  summary: "Prints what the steps of a run logged",
  description: [
    "Reads the history in the folder; the module is not needed. A run may be followed while another process executes " +
    "it: --follow prints what it logs until it has ended.",
  ],
  takesModule: false,
  args: { run: { summary: "The id of a run, or `last`", arity: "one" } },
  options: {
    step: {
      type: "text",
      value: "STEP",
      summary: "Only this step: its number, or its name for all its partitions",
    },
    level: {
      type: "text",
      value: "LEVEL",
      summary: "Only lines as serious as this",
      choices: ["debug", "info", "warning", "error"],
      default: "debug",
    },
    follow: {
      type: "flag",
      summary: "Goes on with what is logged from now on, until the run ends or Ctrl-C",
      short: "f",
    },
  },
  examples: [
    { line: "logs last --level warning", summary: "What the newest run warned about" },
    { line: "logs last --step clean/days", summary: "What one asset logged" },
    { line: "logs last --follow", summary: "What the newest run logs, until it ends" },
  ],
  async run({ args, options, session, host }) {
    const orchestrator = await session.orchestrator("read");
    const run = await findRun(orchestrator, args.run, session.historyName);
    const steps = await orchestrator.steps(run.id);
    const chosen = options.step === undefined ? undefined : chooseSteps(steps, options.step);
    const least = LEVELS.indexOf(options.level);
    const isShown = (line: LogLine): boolean =>
      LEVELS.indexOf(line.level) >= least && (chosen === undefined || chosen.has(line.step));
    const filter = chosen?.size === 1 ? { step: [...chosen][0] } : {};
    const tail = options.follow ? tailLogs(orchestrator, run.id, filter, host) : undefined;
    const lines = tail?.lines ?? await orchestrator.logs(run.id, filter);
    const names = new Map(steps.map((step) => [step.step, nameOf(step)]));
    return {
      get exitCode() {
        return tail?.exitCode() ?? exitCodes.success;
      },
      isLive: options.follow,
      text: (page) => pick(lines, isShown, (line) => formatLogLine(line, names.get(line.step) ?? "", page)),
      json: {
        lines: () => pick(lines, isShown, (line) => [{ runId: run.id, name: names.get(line.step), ...line }]),
      },
    };
  },
});

/** What is made of some lines, one after the other. */
async function* pick<T>(
  lines: Iterable<LogLine> | AsyncIterable<LogLine>,
  isShown: (line: LogLine) => boolean,
  show: (line: LogLine) => readonly T[],
): AsyncGenerator<T> {
  for await (const line of lines) if (isShown(line)) yield* show(line);
}

/** The numbers of the steps that a number or a name means. */
function chooseSteps(steps: readonly StepRecord[], text: string): ReadonlySet<number> {
  const found = steps.filter(({ step, name }) => String(step) === text || name === text);
  if (found.length > 0) return new Set(found.map(({ step }) => step));
  throw usageError(
    `The run has no step "${inert(text.slice(0, 80))}".`,
    didYouMean(text, new Set(steps.map(({ name }) => name))) ?? `It has ${plural(steps.length, "step")}.`,
  );
}

function formatLogLine(
  { atMs, level, message, fields, element }: LogLine,
  name: string,
  page: Page,
): string[] {
  const { style } = page;
  const paint = { debug: style.dim, info: style.cyan, warning: style.yellow, error: style.red }[level];
  const who = element === undefined ? inert(name) : `${inert(name)} ${style.dim(inert(element))}`;
  const head = `${style.dim(formatInstant(atMs))} ${paint(level.padEnd(7))} ${who}  `;
  const [first, ...rest] = inertLines(shorten(message));
  const data = fields === undefined ? "" : `  ${style.dim(inert(shorten(JSON.stringify(fields))))}`;
  return [`${head}${first}${data}`, ...rest.map((line) => `    ${line}`)];
}

function shorten(text: string): string {
  const rest = text.length - LONGEST_LINE;
  return rest <= 0
    ? text
    : `${text.slice(0, LONGEST_LINE)} ... and ${plural(rest, "more character")}; --json has all`;
}
