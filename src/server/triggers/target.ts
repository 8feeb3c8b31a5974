/** What a trigger runs. */
import type { Job, Selection } from "../../model/job.ts";
import type { RequestTrigger } from "./contract.ts";

/** What to launch: the job by its name, or a selection. */
export function targetOf(
  { target }: RequestTrigger,
): { readonly job: string } | { readonly select: Selection } {
  return isJob(target) ? { job: target.name } : { select: target };
}

/** What it is called: the name of its job, or its own. */
export function workflowOf({ name, target }: RequestTrigger): string {
  return isJob(target) ? target.name : name;
}

function isJob(target: Job | Selection): target is Job {
  return typeof target === "object" && "kind" in target && target.kind === "job";
}
