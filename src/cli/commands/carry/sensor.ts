/** `sluice sensor`: one look of a sensor, for whatever orchestrates. */
import {
  formatSensorAnswer,
  parseSensorLook,
  type SensorLookAnswer,
} from "../../../model/step/sensor_look.ts";
import { stepExitCodes } from "../../../model/step/outcome.ts";
import { maskRecord } from "../../../runtime/redact/json.ts";
import { recordError } from "../../../runtime/step/errors.ts";
import { findSensor, lookAlone } from "../../../triggers/sensors/alone.ts";
import { type Command, defineCommand } from "../../command.ts";
import { inertLines } from "../../print/inert.ts";
import { textOf } from "../../step/request.ts";

/** Looks once. */
export const sensor: Command = defineCommand({
  name: "sensor",
  summary: "Looks once by a sensor for another orchestrator, and prints what it asks for as one line of JSON",
  description: [
    "Takes a request, which names the sensor and holds the cursor that the answer before gave, looks once, and starts and " +
    "records nothing: whoever asks starts the runs and keeps the cursor. What code prints goes to stderr. docs/step.md has the shape.",
    "Exit codes: 0 it could look, 78 it could not.",
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
      line: `sensor weather.ts --request '{"version":1,"sensor":"inbox"}'`,
      summary: "The first look of the sensor inbox",
    },
    { line: "sensor weather.ts --request -", summary: "A request on stdin" },
  ],
  async run({ options, session, host, notes }) {
    const stdout = await host.sealStdout();
    const request = parseSensorLook(await textOf(options.request, options["watch-stdin"], host));
    const { cursor, lastTickMs, sensor: name } = request;
    const answer = await look();
    if (answer.error) {
      notes.alert(...inertLines(`The sensor ${name} could not look: ${answer.error.message}`));
    }
    await notes.flush();
    await stdout.write(`${formatSensorAnswer(answer)}\n`);
    const exitCode = answer.status === "success" ? stepExitCodes.success : stepExitCodes.failed;
    return { exitCode, text: () => [], json: { lines: () => [] } };

    async function look(): Promise<SensorLookAnswer> {
      try {
        const found = findSensor(await session.definitions(), name);
        const state: unknown = cursor === undefined ? undefined : JSON.parse(cursor);
        const { state: next, ...rest } = await lookAlone(found, {
          clock: host.clock,
          state,
          lastMs: lastTickMs,
        });
        return {
          version: 1,
          status: "success",
          ...rest,
          ...(next !== undefined && { cursor: JSON.stringify(next) }),
        };
      } catch (error) {
        const told = maskRecord(recordError(error), host.mask);
        return {
          version: 1,
          status: "failed",
          sensor: name,
          runs: [],
          ...(cursor !== undefined && { cursor }),
          error: told,
        };
      }
    }
  },
});
