/** `sluice hook`: a hook of a job, for whatever orchestrates. */
import { parseRunHookRequest } from "../../../model/step/run_hook.ts";
import { callRunHook } from "../../../runtime/hooks/of_run.ts";
import { maskRecord } from "../../../runtime/redact/json.ts";
import { type Command, defineCommand } from "../../command.ts";
import { inertLines } from "../../print/inert.ts";
import { textOf } from "../../step/request.ts";

/** Calls one hook. */
export const hook: Command = defineCommand({
  name: "hook",
  summary: "Calls a hook of a job for a run that another orchestrator executes",
  description: [
    "Takes a request, which says what became of the run, and calls onRunStart or onRunEnd of the job with it. What " +
    "code prints goes to stderr, and so does what a hook fails with: a hook decides nothing, and the exit code is 0 all the same. " +
    "docs/step.md has the shape.",
  ],
  takesModule: true,
  args: {},
  options: {
    request: {
      type: "text",
      value: "JSON",
      summary: "The request, or the file that holds it; - reads stdin (its first line with --watch-stdin)",
      default: "-",
    },
    "watch-stdin": {
      type: "flag",
      summary: "Reads the first line of stdin only, so that the parent can hold it open",
    },
  },
  examples: [
    {
      line: `hook weather.ts --request '{"version":1,"hook":"onRunStart","runId":"7f3","job":"nightly"}'`,
      summary: "A run of the job nightly has begun",
    },
    { line: "hook weather.ts --request -", summary: "A request on stdin" },
  ],
  async run({ options, session, host, notes }) {
    const stdout = await host.sealStdout();
    const text = await textOf(options.request, options["watch-stdin"], host);
    const request = parseRunHookRequest(text);
    const { isCalled, error } = await callRunHook(await session.definitions(), request, host.clock);
    const told = error && maskRecord(error, host.mask);
    if (told) {
      notes.alert(...inertLines(`The hook ${request.hook} of ${request.job} failed: ${told.message}`));
    }
    await notes.flush();
    const { runId, job, hook } = request;
    const answer = {
      version: 1,
      status: "success",
      runId,
      job,
      hook,
      isCalled,
      ...(told && { error: told }),
    };
    await stdout.write(`${JSON.stringify(answer)}\n`);
    return { text: () => [], json: { lines: () => [] } };
  },
});
