/** What conditions that are made of others stand for: one step of Dagster's expansions. */
import { type AutomationCondition, condition } from "../../../model/automation/condition.ts";

const { missing, newlyUpdated, willBeRequested } = condition;

const HANDLED: AutomationCondition = condition.or(
  condition.newlyRequested,
  newlyUpdated,
  condition.initialEvaluation,
);
const NOTHING_IN_THE_WAY: readonly AutomationCondition[] = [
  condition.not(condition.anyDepsMissing),
  condition.not(condition.anyDepsInProgress),
  condition.not(condition.inProgress),
];

/** The condition that one of these stands for; undefined for one that stands for itself. */
export function expand(given: AutomationCondition): AutomationCondition | undefined {
  switch (given.kind) {
    case "eager":
      return condition.and(
        condition.inLatestTimeWindow(),
        condition.sinceLastHandled(condition.or(condition.newlyMissing, condition.anyDepsUpdated)),
        ...NOTHING_IN_THE_WAY,
      );
    case "on-missing":
      return condition.and(
        condition.inLatestTimeWindow(),
        condition.sinceLastHandled(condition.newlyTrue(missing)),
        condition.not(condition.anyDepsMissing),
      );
    case "on-cron":
      return condition.and(
        condition.inLatestTimeWindow(),
        condition.sinceLastHandled(condition.cronTickPassed(given.cron, given.timezone)),
        condition.allDepsUpdatedSinceCron(given.cron, given.timezone),
      );
    case "all-deps-updated-since-cron":
      return condition.allDeps(condition.or(
        condition.since(newlyUpdated, condition.cronTickPassed(given.cron, given.timezone)),
        willBeRequested,
      ));
    case "since-last-handled":
      return condition.since(given.of, HANDLED);
    case "newly-missing":
      return condition.newlyTrue(missing);
    case "in-progress":
      return condition.or(condition.runInProgress, condition.backfillInProgress);
    case "any-deps-updated":
      return condition.anyDeps(
        condition.or(
          condition.and(newlyUpdated, condition.not(condition.executedWithRootTarget)),
          willBeRequested,
        ),
      );
    case "any-deps-missing":
      return condition.anyDeps(condition.and(missing, condition.not(willBeRequested)));
    case "any-deps-in-progress":
      return condition.anyDeps(condition.inProgress);
  }
}
