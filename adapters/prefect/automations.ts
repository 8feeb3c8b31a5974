/** Assets that are made by themselves, and assets that must not grow too old: each has a flow that looks. */
import type { AutomationCondition } from "../../src/model/automation/condition.ts";
import type { FreshnessPolicy } from "../../src/model/automation/freshness.ts";
import type { AssetSnapshot } from "../../src/model/snapshot/snapshot.ts";
import { call, type Expression, list, pairs, tuple } from "../python/expression.ts";
import { identifierOf } from "../python/identifier.ts";
import { numberLiteral, textLiteral } from "../python/literal.ts";
import type { FlowPlan } from "./flows.ts";
import { type StepGraph, stepsFor } from "./graph.ts";
import { assetKey, flowNames } from "./names.ts";
import { plainCron } from "./time/cron.ts";

/** The event by which flows are started. */
const MADE = "prefect.asset.materialization.succeeded";
const HOUR_MS = 3_600_000;

/** A flow for each asset that is made by itself, and for each with a freshness policy. */
export function planAutomations(graph: StepGraph, project: string): readonly FlowPlan[] {
  return graph.snapshot.assets.flatMap((asset) => [
    ...automationOf(asset, graph, project),
    ...freshnessOf(asset, project),
  ]);
}

function automationOf(asset: AssetSnapshot, graph: StepGraph, project: string): readonly FlowPlan[] {
  const { key, automation, isExternal } = asset;
  const when = automation && !isExternal ? whenOf(automation) : undefined;
  if (!when) return [];
  const step = graph.makerOf.get(key);
  const own = new Set(step?.outputs.map((output) => output.key));
  const upstream = [...new Set(step?.inputs.map((input) => input.key))].filter((each) => !own.has(each));
  const steps = stepsFor([key], graph);
  const body = call("make_when_due", [
    "PROJECT",
    list(steps.names.map(textLiteral)),
    call("When", [textLiteral(when.kind), textLiteral(key)], {
      upstream: upstream.length === 0 ? undefined : tuple(upstream.map(textLiteral)),
      cron: when.cron && textLiteral(plainCron(when.cron)),
      timezone: when.timezone && textLiteral(when.timezone),
    }),
  ], {
    config: "config",
    outputs: steps.outputs.size === 0
      ? undefined
      : pairs([...steps.outputs].map(([name, keys]) => [textLiteral(name), list(keys.map(textLiteral))])),
  });
  const firing = when.cron === undefined
    ? []
    : [{ cron: plainCron(when.cron), timezone: when.timezone ?? "UTC" }];
  return [{
    ...looking(key, "automation", project),
    description: "Makes an asset when it is due.",
    steps,
    body,
    ...firing.length > 0 && { firing: { rules: firing, isActive: true } },
    ...upstream.length > 0 && { startedBy: { event: MADE, resources: upstream.map(assetKey) } },
  }];
}

/** The conditions that a flow can look at. */
function whenOf(
  condition: AutomationCondition,
): { readonly kind: string; readonly cron?: string; readonly timezone?: string } | undefined {
  switch (condition.kind) {
    case "on-cron":
      return { kind: condition.kind, cron: condition.cron, timezone: condition.timezone };
    case "eager":
    case "on-missing":
      return { kind: condition.kind };
    default:
      return undefined;
  }
}

function looking(
  key: string,
  kind: string,
  project: string,
): Pick<FlowPlan, "name" | "flow" | "function" | "config" | "tags"> {
  const names = flowNames(project, kind, identifierOf(key));
  return { name: `${kind}.${identifierOf(key)}`, ...names, config: {}, tags: {} };
}

function freshnessOf({ key, freshness }: AssetSnapshot, project: string): readonly FlowPlan[] {
  if (!freshness) return [];
  return [{
    ...looking(key, "freshness", project),
    description: "Fails when an asset was not made in time.",
    steps: { names: [], outputs: new Map() },
    body: freshBody(key, freshness),
    takesConfig: false,
    firing: { rules: [deadlinesOf(freshness)], isActive: true },
  }];
}

function freshBody(key: string, freshness: FreshnessPolicy): Expression {
  const seconds = (spanMs: number) => numberLiteral(spanMs / 1000);
  if (freshness.kind === "cron") {
    return call("require_fresh", [textLiteral(key), seconds(freshness.lowerBoundMs)]);
  }
  const { failMs, warnMs } = freshness;
  return call("require_fresh", [textLiteral(key), seconds(failMs)], {
    warn_seconds: warnMs === undefined ? undefined : seconds(warnMs),
  });
}

/** A deadline is looked at when it comes; an age every hour, or every minute where it is less than an hour. */
function deadlinesOf(freshness: FreshnessPolicy): { readonly cron: string; readonly timezone: string } {
  if (freshness.kind === "cron") {
    return { cron: plainCron(freshness.deadlineCron), timezone: freshness.timezone };
  }
  return { cron: freshness.failMs < HOUR_MS ? "* * * * *" : "0 * * * *", timezone: "UTC" };
}
