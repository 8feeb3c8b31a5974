/** Rules of single steps: policies, limits and combinations that cannot work. */
import type { StepDeclaration } from "../assets/declaration.ts";
import { checkConcurrency } from "../gates/concurrency.ts";
import { checkPast } from "../gates/past.ts";
import type { Issue } from "../issue.ts";
import { checkBackfillPolicy, checkRetryPolicy } from "../policy.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";

/** Finds what is wrong with the rules of steps. */
export function checkRules({ notable }: Declared, issues: Issue[]): void {
  for (const step of notable) {
    issues.push(...policyIssues(step), ...limitIssues(step), ...bodyIssues(step), ...triggerIssues(step));
  }
}

function pathOf(step: StepDeclaration): readonly string[] {
  return [step.kind === "check" ? "checks" : "assets", step.name];
}

function policyIssues(step: StepDeclaration): readonly Issue[] {
  const path = pathOf(step);
  const issues = [
    ...step.retry ? checkRetryPolicy(step.retry, [...path, "retry"]) : [],
    ...step.concurrency ? checkConcurrency(step.concurrency, [...path, "concurrency"]) : [],
    ...checkPast(step).map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
    ...step.backfill ? checkBackfillPolicy(step.backfill, [...path, "backfill"]) : [],
  ];
  return issues.map((issue) =>
    found(issue.code, `${step.name}: ${issue.message}`, { ...issue, site: step.site })
  );
}

function limitIssues(step: StepDeclaration): readonly Issue[] {
  const issues: Issue[] = [];
  const where = { path: pathOf(step), site: step.site };
  if (step.timeoutMs !== undefined && !(Number.isFinite(step.timeoutMs) && step.timeoutMs > 0)) {
    issues.push(found(
      "POLICY_INVALID",
      `${step.name}: timeoutMs must be a finite number of milliseconds above 0, not ${step.timeoutMs}.`,
      { ...where, path: [...where.path, "timeoutMs"] },
    ));
  }
  if (!Number.isFinite(step.priority)) {
    issues.push(
      found("POLICY_INVALID", `${step.name}: priority must be a finite number, not ${step.priority}.`, {
        ...where,
        path: [...where.path, "priority"],
      }),
    );
  }
  return issues;
}

/** A body that runs whatever became of its upstream must expect that a value is not there. */
function triggerIssues({ name, site, inputs, triggerRule, ...step }: StepDeclaration): readonly Issue[] {
  if (triggerRule === undefined || triggerRule === "all_success") return [];
  return inputs.filter((input) => input.name !== undefined && !input.optional).map((input) =>
    found(
      "DEFINITION_INVALID",
      `${name} runs by the trigger rule ${triggerRule}, and reads ${input.key} as if it were always there.`,
      {
        path: [step.kind === "check" ? "checks" : "assets", name, "inputs", input.key],
        site,
        hint: `Declare it as { asset, optional: true }, or name it in \`after\` where only the order counts.`,
      },
    )
  );
}

function bodyIssues(step: StepDeclaration): readonly Issue[] {
  const issues: Issue[] = [];
  const add = (message: string, hint: string, field: string) =>
    issues.push(found("DEFINITION_INVALID", `${step.name}: ${message}`, {
      path: [...pathOf(step), field],
      site: step.site,
      hint,
    }));
  if (step.kind !== "external" && typeof step.run !== "function") {
    add("it has no body.", "Give it a run function, or declare it with defineExternalAsset.", "run");
  }
  if (step.skippable && step.checks.length > 0) {
    add(
      "a skippable asset cannot have inline checks, which demand a value.",
      "Declare the checks with defineCheck: they are skipped together with the asset.",
      "checks",
    );
  }
  if (step.batch && !step.partitions) {
    add("batch needs partitions.", "Add partitions, or leave batch out.", "batch");
  }
  return issues;
}
