/** The config of a run: validated before anything starts. */
import type { Schema, SchemaResult } from "../model/assets/schema.ts";
import type { RevealSecret } from "../model/assets/secret.ts";
import { formatIssuePath } from "../model/assets/schema.ts";
import { type Issue, SluiceError } from "../model/issue.ts";
import type { RunConfig } from "../model/job.ts";
import { didYouMean } from "../model/suggest.ts";
import type { RunPlan } from "../planner/plan.ts";
import type { StepGraph } from "../planner/steps/table.ts";
import { revealAll } from "./secrets.ts";

/** Validated config by rank of the step. */
export type ValidConfig = ReadonlyMap<number, unknown>;

/**
 * Validates the config of a run. Steps that are declared and not planned may be named; their part is not looked at.
 *
 * @param configured Ranks of the steps that take config.
 * @throws {SluiceError} CONFIG_INVALID with every issue and its path, SECRET_MISSING.
 */
export async function validateConfig(
  graph: StepGraph,
  configured: readonly number[],
  config: RunConfig,
  reveal: RevealSecret,
): Promise<ValidConfig> {
  const { plan } = graph;
  const issues = strangers(plan, config);
  const valid = new Map<number, unknown>();
  for (const rank of configured) {
    if (graph.nodeOfRank(rank) < 0) continue;
    const { name, config: schema } = plan.definitions.steps[rank];
    if (!schema) continue;
    const result = await validateValue(
      schema,
      Object.hasOwn(config, name) ? config[name] : undefined,
      reveal,
    );
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

/** Validates the config of one step: secrets in it are revealed, and those that the schema fills in as defaults too. */
export async function validateValue(
  schema: Schema,
  value: unknown,
  reveal: RevealSecret,
): Promise<SchemaResult<unknown>> {
  const result = await schema["~standard"].validate(revealAll(value, reveal));
  return result.issues ? result : { value: revealAll(result.value, reveal) };
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
