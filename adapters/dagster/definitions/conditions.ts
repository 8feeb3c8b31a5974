/** Automation conditions and freshness policies as Dagster's. */
import type {
  AutomationCondition,
  ChecksCondition,
  ConditionState,
  DepsCondition,
} from "../../../src/model/automation/condition.ts";
import type { FreshnessPolicy } from "../../../src/model/automation/freshness.ts";
import { call, type Expression, list } from "../../python/expression.ts";
import { numberLiteral, textLiteral } from "../../python/literal.ts";
import type { DagsterVersion } from "../version.ts";
import { wholeKeyExpression } from "./keys.ts";

/** Dagster's names of states, where they are not ours with `_` for `-`. */
const OTHER_NAMES: { readonly [state in ConditionState]?: string } = {};

/** A condition. What Dagster joins by operators and chained calls, `conditions.py` joins by functions. */
export function conditionExpression(condition: AutomationCondition): Expression {
  switch (condition.kind) {
    case "on-cron":
    case "cron-tick-passed":
    case "all-deps-updated-since-cron": {
      const cron = textLiteral(condition.cron);
      const zone = condition.timezone === "UTC" ? [] : [textLiteral(condition.timezone)];
      return call(methodOf(condition.kind), [cron, ...zone]);
    }
    case "in-latest-time-window":
      return call(
        "dg.AutomationCondition.in_latest_time_window",
        condition.lookbackMs === undefined ? [] : [timedeltaExpression(condition.lookbackMs)],
      );
    case "and":
    case "or":
      return call(condition.kind === "and" ? "conditions.both" : "conditions.either", [
        ...condition.of.map(conditionExpression),
      ]);
    case "not":
      return call("conditions.negated", [conditionExpression(condition.of)]);
    case "newly-true":
      return call("conditions.newly_true", [conditionExpression(condition.of)]);
    case "since-last-handled":
      return call("conditions.since_last_handled", [conditionExpression(condition.of)]);
    case "since":
      return call("conditions.since", [
        conditionExpression(condition.of),
        conditionExpression(condition.reset),
      ]);
    case "any-deps":
    case "all-deps":
      return depsExpression(condition);
    case "any-checks":
    case "all-checks":
      return checksExpression(condition);
    default:
      return call(methodOf(condition.kind), []);
  }
}

function methodOf(kind: string): string {
  return `dg.AutomationCondition.${OTHER_NAMES[kind as ConditionState] ?? kind.replaceAll("-", "_")}`;
}

function depsExpression({ kind, of, only, except }: DepsCondition): Expression {
  const inner = conditionExpression(of);
  const isPlain = only === undefined && except.length === 0;
  if (isPlain) return call(`dg.AutomationCondition.${kind.replace("-", "_")}_match`, [inner]);
  return call(`conditions.${kind.replace("-", "_")}`, [inner], {
    only: only && list(only.map(wholeKeyExpression)),
    but: except.length > 0 ? list(except.map(wholeKeyExpression)) : undefined,
  });
}

function checksExpression({ kind, of, blockingOnly }: ChecksCondition): Expression {
  return call(`dg.AutomationCondition.${kind.replace("-", "_")}_match`, [conditionExpression(of)], {
    blocking_only: blockingOnly ? "True" : undefined,
  });
}

/** A freshness policy. */
export function freshnessExpression(policy: FreshnessPolicy, dagster: DagsterVersion): Expression {
  const name = dagster.has("freshness") ? "dg.FreshnessPolicy" : "FreshnessPolicy";
  if (policy.kind === "cron") {
    return call(`${name}.cron`, [], {
      deadline_cron: textLiteral(policy.deadlineCron),
      lower_bound_delta: timedeltaExpression(policy.lowerBoundMs),
      timezone: policy.timezone === "UTC" ? undefined : textLiteral(policy.timezone),
    });
  }
  return call(`${name}.time_window`, [], {
    fail_window: timedeltaExpression(policy.failMs),
    warn_window: policy.warnMs === undefined ? undefined : timedeltaExpression(policy.warnMs),
  });
}

/** Spans of which one is the largest that divides them. */
const SPANS = [["days", 86_400_000], ["hours", 3_600_000], ["minutes", 60_000], ["seconds", 1000]] as const;

/** A span of time in the largest unit that gives a whole number. */
export function timedeltaExpression(ms: number): Expression {
  const [unit, size] = SPANS.find(([, each]) => ms % each === 0) ?? ["milliseconds", 1];
  return call("timedelta", [], { [unit]: numberLiteral(ms / size) });
}
