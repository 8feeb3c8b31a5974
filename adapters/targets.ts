/** The targets that come with Sluice, each loaded when it is asked for. */
import { SluiceError } from "../src/model/issue.ts";
import { quote } from "../src/model/quote.ts";
import { didYouMean } from "../src/model/suggest.ts";
import type { ExportedProject } from "./export.ts";
import type { OrchestratorPlugin } from "./plugin.ts";

/** The names of the targets. */
export const TARGETS = ["dagster", "airflow", "prefect"] as const;

/** A target that comes with Sluice. */
export type TargetName = typeof TARGETS[number];

/**
 * The plugin of a target.
 *
 * @throws {SluiceError} PLUGIN_UNKNOWN for a name that no target has.
 */
export async function loadTarget(name: string): Promise<OrchestratorPlugin<ExportedProject>> {
  switch (name) {
    case "dagster":
      return (await import("./dagster/plugin.ts")).createDagsterPlugin();
    case "airflow":
      return (await import("./airflow/plugin.ts")).createAirflowPlugin();
    case "prefect":
      return (await import("./prefect/plugin.ts")).createPrefectPlugin();
    default:
      throw new SluiceError({
        code: "PLUGIN_UNKNOWN",
        message: `There is no target ${quote(name)}.`,
        path: ["target"],
        hint: didYouMean(name, TARGETS) ?? `Targets are ${TARGETS.join(", ")}.`,
      });
  }
}
