/** Config by step name that names no step, or one that takes none. */
import type { Site } from "../assets/site.ts";
import type { CompiledDefinitions } from "../compile.ts";
import type { Issue } from "../issue.ts";
import type { RunConfig } from "../job.ts";
import { didYouMean } from "../suggest.ts";
import { found } from "./found.ts";

/** A declaration that carries config. */
export interface Configuring {
  /** How messages name it: `The job nightly`. */
  readonly what: string;
  /** The list of definitions in which it stands. */
  readonly list: string;
  readonly name: string;
  readonly config: RunConfig;
  readonly site: Site;
}

/** Finds config for steps that there are not, and for steps without a schema. */
export function configIssues(
  { stepGraph, steps }: CompiledDefinitions,
  { what, list, name, config, site }: Configuring,
): readonly Issue[] {
  return Object.keys(config).flatMap((step) => {
    const rank = stepGraph.rankOf(step);
    const where = { path: [list, name, "config", step], site };
    if (rank === undefined) {
      const hint = didYouMean(step, stepGraph.keys);
      return [
        found("CONFIG_INVALID", `${what} configures ${step}, and there is no such step.`, { ...where, hint }),
      ];
    }
    if (steps[rank].config) return [];
    return [found("CONFIG_INVALID", `${what} configures ${step}, which declares no config.`, {
      ...where,
      hint: `Give ${step} a config schema, or leave the config out.`,
    })];
  });
}
