/** `sluice step`: one attempt at one step, for whatever orchestrates. */
import { systemRandom } from "../../../model/ports.ts";
import { stepExitCodes } from "../../../model/step/outcome.ts";
import { newId } from "../../../orchestrator/run_id.ts";
import { MARK } from "../../../runtime/isolation/mark.ts";
import { dieWithParent } from "../../host/parent_death.ts";
import { type Command, defineCommand } from "../../command.ts";
import { pipesReporters } from "../../step/pipes_reporter.ts";
import { readStepRequest, requestOptions } from "../../step/request.ts";
import { streamReporter } from "../../step/stream_reporter.ts";
import { runStep } from "../../step/run.ts";

/** Runs one step. */
export const step: Command = defineCommand({
  name: "step",
  summary: "Runs one step for another orchestrator, and prints its outcome as one line of JSON",
  description: [
    "Takes a request, whole by --request or by the other options, makes one attempt, and records nothing: values and " +
    "receipts go where SLUICE_IO says. What code prints goes to stderr. docs/step.md has the shapes and the variables.",
    "Exit codes: 0 it is done, 99 it was skipped, 75 it failed and may be tried again (also after SIGINT, SIGTERM and " +
    "--timeout), 78 it failed for good.",
  ],
  takesModule: true,
  args: {},
  options: {
    ...requestOptions,
    grace: {
      type: "duration",
      value: "TIME",
      summary: "How long a step that is told to stop may take for it",
      default: "3s",
    },
    "watch-stdin": {
      type: "flag",
      summary: "Stops the step when stdin ends: the parent that held it open is gone",
    },
    stream: {
      type: "flag",
      summary: "Writes what bodies log to stdout, each line as JSON, before the outcome",
    },
  },
  examples: [
    {
      line: "step weather.ts --asset raw/days --partition 2012-01-01",
      summary: "One partition of one asset",
    },
    {
      line: "step weather.ts --request - --watch-stdin",
      summary: "A request on stdin, by a parent that holds it open",
    },
  ],
  async run({ options, session, host, notes }) {
    const stdout = await host.sealStdout();
    if (host.env[MARK] !== undefined) await dieWithParent();
    const outcome = await runStep({
      host,
      notes,
      stdout,
      reporters: [...pipesReporters(host.env), ...options.stream ? [streamReporter(stdout)] : []],
      graceMs: options.grace,
      watchStdin: options["watch-stdin"],
      stream: options.stream,
      readRequest: () => readStepRequest(options, host, () => newId(host.clock, systemRandom)),
      load: async () => ({ definitions: await session.definitions(), options: await session.options() }),
    });
    return { exitCode: stepExitCodes[outcome.status], text: () => [], json: { lines: () => [] } };
  },
});
