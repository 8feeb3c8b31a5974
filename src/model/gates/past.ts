/** Depending on the past: a window is made after the one before it, which must have gone well. */
import type { StepDeclaration, StepInput } from "../assets/declaration.ts";
import type { Issue } from "../issue.ts";
import { timeWindowMapping } from "../partitions/mapping.ts";

const THE_WINDOW_BEFORE = timeWindowMapping({ startOffset: -1, endOffset: -1, allowNonexistent: true });

/** The input by which a step waits for its own window before. Nothing is read through it, and nothing gets stale. */
export function pastInput(key: string): StepInput {
  return Object.freeze({
    name: undefined,
    key,
    asset: undefined,
    mapping: THE_WINDOW_BEFORE,
    optional: false,
    isPast: true,
  });
}

/** The inputs of a step with that of its own past. */
export function withPast(inputs: readonly StepInput[], key: string): readonly StepInput[] {
  return [...inputs, pastInput(key)];
}

/** What keeps a step from depending on its past; empty where it may, or does not. */
export function checkPast({ dependsOnPast, partitions, triggerRule }: StepDeclaration): readonly Issue[] {
  if (!dependsOnPast) return [];
  const issue = (message: string, hint: string): Issue => ({
    code: "DEFINITION_INVALID",
    message,
    path: ["dependsOnPast"],
    hint,
  });
  return [
    ...partitions?.kind === "time" ? [] : [
      issue(
        "it depends on its past, and has no windows.",
        "Give it partitions by time, such as dailyPartitions().",
      ),
    ],
    ...triggerRule === undefined || triggerRule === "all_success" ? [] : [
      issue(
        `it depends on its past, which the trigger rule ${triggerRule} would count among the steps upstream.`,
        "Leave one of them out, or put the rule on a step of its own.",
      ),
    ],
  ];
}
