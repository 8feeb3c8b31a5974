/** The config of a run: validated before anything starts. */
import { formatIssuePath } from "../model/assets/schema.ts";
import { type Issue, SluiceError } from "../model/issue.ts";
import type { RunConfig } from "../model/job.ts";
import { didYouMean } from "../model/suggest.ts";
import type { RunPlan } from "../planner/plan.ts";
import type { StepGraph } from "../planner/steps/table.ts";

/** Validated config by rank of the step. */
export type ValidConfig = ReadonlyMap<number, unknown>;

/**
 * Validates the config of a run. Steps that are declared and not planned may be named; their part is not looked at.
 *
 * @param configured Ranks of the steps that take config.
 * @throws {SluiceError} CONFIG_INVALID with every issue and its path.
 */
export async function validateConfig(
  graph: StepGraph,
  configured: readonly number[],
  config: RunConfig,
): Promise<ValidConfig> {
  const { plan } = graph;
  const issues = strangers(plan, config);
  const valid = new Map<number, unknown>();
  for (const rank of configured) {
    if (graph.nodeOfRank(rank) < 0) continue;
    const { name, config: schema } = plan.definitions.steps[rank];
    if (!schema) continue;
    const result = await schema["~standard"].validate(Object.hasOwn(config, name) ? config[name] : undefined);
    if (!result.issues) valid.set(rank, result.value);
    for (const issue of result.issues ?? []) {
      const path = formatIssuePath(issue.path);
      issues.push({
        code: "CONFIG_INVALID",
        message: `The config of ${name}${path === "" ? "" : ` at ${path}`} is not valid: ${issue.message}`,
        path: [
          "config",
          name,
          ...(issue.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)),
        ],
      });
    }
  }
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  return valid;
}

/** Config for steps that are not declared, or that take none. */
function strangers({ definitions }: RunPlan, config: RunConfig): Issue[] {
  const issues: Issue[] = [];
  for (const name of Object.keys(config)) {
    const rank = definitions.stepGraph.rankOf(name);
    if (rank !== undefined && definitions.steps[rank].config) continue;
    const hint = rank === undefined
      ? didYouMean(name, definitions.stepGraph.keys)
      : "Declare `config` with a schema.";
    issues.push({
      code: "CONFIG_INVALID",
      message: rank === undefined ? `There is no step ${JSON.stringify(name)}.` : `${name} takes no config.`,
      path: ["config", name],
      ...(hint !== undefined && { hint }),
    });
  }
  return issues;
}
