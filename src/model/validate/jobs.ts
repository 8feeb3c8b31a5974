/** Jobs that select nothing, or configure what they do not know. */
import type { CompiledDefinitions } from "../compile.ts";
import { type Issue, SluiceError } from "../issue.ts";
import type { Job } from "../job.ts";
import { selectAssets } from "../selection/select.ts";
import { didYouMean } from "../suggest.ts";
import { found } from "./found.ts";

/** Everything wrong with jobs that can be seen once the graph is there. */
export function checkJobs(compiled: CompiledDefinitions, jobs: readonly Job[]): readonly Issue[] {
  return jobs.flatMap((job) => [...selectionIssues(compiled, job), ...configIssues(compiled, job)]);
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

function configIssues({ stepGraph, steps }: CompiledDefinitions, job: Job): readonly Issue[] {
  return Object.keys(job.config).flatMap((name) => {
    const rank = stepGraph.rankOf(name);
    const where = { path: ["jobs", job.name, "config", name], site: job.site };
    if (rank === undefined) {
      const hint = didYouMean(name, stepGraph.keys);
      return [
        found("CONFIG_INVALID", `The job ${job.name} configures ${name}, and there is no such step.`, {
          ...where,
          hint,
        }),
      ];
    }
    if (steps[rank].config) return [];
    return [found("CONFIG_INVALID", `The job ${job.name} configures ${name}, which declares no config.`, {
      ...where,
      hint: `Give ${name} a config schema, or leave the config out.`,
    })];
  });
}
