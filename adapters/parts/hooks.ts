/** Which hooks of a job an engine has to call, and which hear of steps. */
import type { JobSnapshot } from "../../src/model/snapshot/snapshot.ts";

/** The hooks of runs, by what they hear of. */
export const RUN_HOOKS: { readonly start: string; readonly end: string } = Object.freeze({
  start: "onRunStart",
  end: "onRunEnd",
});

const OF_STEPS: readonly string[] = ["onStart", "onSuccess", "onFailure", "onRetry", "onSkip"];

/** Whether hooks of a job hear of its steps: then their processes have to know the job. */
export function hearsOfSteps({ hooks = [] }: JobSnapshot): boolean {
  return hooks.some((name) => OF_STEPS.includes(name));
}

/** The hooks of a job that hear of its runs. */
export function runHooksOf({ hooks = [] }: Pick<JobSnapshot, "hooks">): readonly string[] {
  return Object.values(RUN_HOOKS).filter((name) => hooks.includes(name));
}
