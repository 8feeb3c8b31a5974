/** Going on with one run that nobody executes: by whoever comes first, and by nobody else. */
import { isFinalRun } from "../../model/events/status.ts";
import type { ActiveRuns } from "../active.ts";
import type { RecoverOptions, RunResult } from "../contract.ts";
import type { Parts } from "../parts.ts";
import { resumeRun } from "../runs.ts";
import { interruptRun } from "./lost.ts";

/** Goes on with a run; undefined when there is nothing to go on with by now: it is over, under way, or parked. */
export function resumeOnce(
  parts: Parts,
  active: ActiveRuns,
  id: string,
  options: RecoverOptions,
): Promise<RunResult | undefined> {
  return active.turns.take(`resume ${id}`, async () => {
    const status = (await parts.store.run(id))?.status;
    if (status === undefined || isFinalRun(status) || active.has(id)) return undefined;
    if (status === "parked" && !options.parked) return undefined;
    if (status !== "interrupted" && status !== "parked") {
      await interruptRun(parts.engine.recorder, id, "nobody executes it", "failed");
    }
    return await resumeRun(parts, active, id, options);
  });
}
