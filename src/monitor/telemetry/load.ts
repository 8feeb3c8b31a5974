/** Loading the package of OpenTelemetry, where it is installed. */
import { SluiceError } from "../../model/issue.ts";
import type { TelemetryApi } from "./api.ts";

const PACKAGE = "@opentelemetry/api";

/**
 * Loads the package.
 *
 * @throws {SluiceError} MONITOR_INVALID with the command that installs it.
 */
export async function loadTelemetryApi(): Promise<TelemetryApi> {
  try {
    // By a variable, so that neither compilers nor bundlers look for what need not be there.
    const name: string = PACKAGE;
    return await import(name) as TelemetryApi;
  } catch (error) {
    throw new SluiceError(
      {
        code: "MONITOR_INVALID",
        message: `openTelemetry() needs the package ${PACKAGE}, which could not be loaded.`,
        path: ["telemetry"],
        hint: `Install it: bun add ${PACKAGE}, or deno add npm:${PACKAGE}. In a bundle hand it over: ` +
          `import * as api from "${PACKAGE}"; openTelemetry(sluice, { api }).`,
      },
      { cause: error },
    );
  }
}
