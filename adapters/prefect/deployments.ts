/** The deployment file. */
import type { ExportedFile } from "../export.ts";
import type { FlowPlan } from "./flows.ts";
import type { PrefectOptions } from "./options.ts";
import { type Yaml, yamlText } from "./yaml.ts";

/** `prefect.yaml`: one deployment for each flow, with its schedules. */
export function deploymentFile(
  plans: readonly FlowPlan[],
  project: string,
  version: string,
  { workPool }: PrefectOptions,
): ExportedFile {
  const text = yamlText({
    "name": project,
    "prefect-version": version,
    "deployments": plans.map((plan) => deploymentOf(plan, workPool)),
  });
  return { path: "prefect.yaml", text };
}

function deploymentOf(plan: FlowPlan, workPool: string): Yaml {
  return {
    name: plan.name,
    entrypoint: `flows.py:${plan.function}`,
    tags: Object.entries(plan.tags).map(([tag, value]) => value === "" ? tag : `${tag}=${value}`),
    work_pool: { name: workPool },
    ...limitOf(plan),
    schedules: (plan.firing?.rules ?? []).map(({ cron, timezone }, place) => ({
      slug: `tick-${place + 1}`,
      cron,
      timezone,
      day_or: true,
      active: plan.firing?.isActive ?? false,
    })),
    ...plan.startedBy && {
      triggers: [{
        type: "event",
        enabled: true,
        match: { "prefect.resource.id": plan.startedBy.resources },
        expect: [plan.startedBy.event],
        posture: "Reactive",
        threshold: 1,
        within: 0,
      }],
    },
  };
}

/** How many runs go on at once, where the deployment stands for a key. */
function limitOf(
  { concurrency: { key, limit = 1, whenBusy } = {} }: FlowPlan,
): { readonly [field: string]: Yaml } {
  if (key === undefined) return {};
  const strategy = whenBusy === "skip" ? "CANCEL_NEW" : "ENQUEUE";
  return { concurrency_limit: { limit, collision_strategy: strategy } };
}
