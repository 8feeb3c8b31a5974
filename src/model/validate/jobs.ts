/** Jobs that select nothing, or configure what they do not know. */
import type { CompiledDefinitions } from "../compile.ts";
import { type Issue, SluiceError } from "../issue.ts";
import type { Job } from "../job.ts";
import { selectAssets } from "../selection/select.ts";
import { configIssues } from "./config.ts";
import { found } from "./found.ts";

/** Everything wrong with jobs that can be seen once the graph is there. */
export function checkJobs(compiled: CompiledDefinitions, jobs: readonly Job[]): readonly Issue[] {
  return jobs.flatMap((
    job,
  ) => [
    ...selectionIssues(compiled, job),
    ...configIssues(compiled, { what: `The job ${job.name}`, list: "jobs", ...job }),
  ]);
}

function selectionIssues(compiled: CompiledDefinitions, job: Job): readonly Issue[] {
  try {
    selectAssets(compiled, job.selection);
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return error.issues.map(({ code, message, hint }) =>
      found(code, `The job ${job.name}: ${message}`, {
        path: ["jobs", job.name, "selection"],
        site: job.site,
        hint,
      })
    );
  }
}
