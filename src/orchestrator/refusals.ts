/** What an orchestrator says when it cannot. */
import type { Definitions } from "../model/definitions.ts";
import { SluiceError } from "../model/issue.ts";
import { quote } from "../model/quote.ts";
import { didYouMean } from "../model/suggest.ts";

/** The error for a call after `close`. */
export function orchestratorClosed(): SluiceError {
  return new SluiceError({
    code: "STORE_CLOSED",
    message: "The orchestrator is closed.",
    path: [],
    hint: "Ask before close() is called, or create another one.",
  });
}

/** The error for a verb that records, over a store that only reads. */
export function onlyReads(verb: string, store: string): SluiceError {
  return new SluiceError({
    code: "STORE_READONLY",
    message: `${verb}() writes, and the store ${store} was opened with readonly: true.`,
    path: ["store", store],
    hint: "Open it without readonly: true.",
  });
}

/** The error for a name that no job has. */
export function unknownJob(name: string, { jobs }: Definitions): SluiceError {
  const known = [...jobs.keys()];
  return new SluiceError({
    code: "USAGE",
    message: `There is no job ${quote(name)}.`,
    path: ["jobs", name],
    hint: didYouMean(name, known) ??
      (known.length === 0 ? "Declare one with defineJob()." : `There are ${known.slice(0, 10).join(", ")}.`),
  });
}

/** The error for an id that no run and no backfill has. */
export function unknownRun(id: string): SluiceError {
  return new SluiceError({
    code: "RUN_UNKNOWN",
    message: `There is no run ${quote(id)}.`,
    path: ["runs", id],
    hint: "runs() lists what there is.",
  });
}

/** The error for a plan of other definitions. */
export function otherDefinitions(): SluiceError {
  return new SluiceError({
    code: "PLAN_OUTDATED",
    message: "The plan was made for other definitions than the orchestrator runs.",
    path: ["plan"],
    hint: "Plan with this orchestrator, or read the saved plan with parsePlan.",
  });
}
