/** Finding the run that somebody names. */
import type { RunRecord } from "../model/events/record.ts";
import { SluiceError } from "../model/issue.ts";
import type { Orchestrator } from "../orchestrator/contract.ts";
import { inert } from "./print/inert.ts";

/**
 * The run of an id; `last` stands for the newest.
 *
 * @throws {SluiceError} RUN_UNKNOWN.
 */
export async function findRun(orchestrator: Orchestrator, id: string, history: string): Promise<RunRecord> {
  const run = id === "last" ? (await orchestrator.runs({ limit: 1 }))[0] : await orchestrator.run(id);
  if (run) return run;
  const message = id === "last"
    ? `There is no run in ${history} yet.`
    : `There is no run "${inert(id.slice(0, 80))}" in ${history}.`;
  throw new SluiceError({
    code: "RUN_UNKNOWN",
    message,
    path: ["run"],
    hint: looksLikeModule(id)
      ? "Runs are found in the history, and a module is not needed: give the id of a run, or `last`."
      : "`sluice runs` lists what there is; --folder or --store names another history.",
  });
}

function looksLikeModule(id: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(id);
}
