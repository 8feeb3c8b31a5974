/** Validation of the whole: every finding of every rule, in one list. */
import type { Asset } from "../assets/asset.ts";
import type { Check } from "../assets/check.ts";
import type { StepDeclaration } from "../assets/step.ts";
import type { Issue } from "../issue.ts";
import type { Job } from "../job.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkDuplicates } from "./duplicates.ts";
import { checkNames } from "./names.ts";
import { checkRules } from "./rules.ts";

/** What is to be validated: declarations as listed, before any graph. */
export interface Declared {
  readonly assets: readonly Asset[];
  readonly checks: readonly Check[];
  readonly jobs: readonly Job[];
}

/** All that is wrong with a set of declarations; cycles are found later, when the graph is compiled. */
export function checkDefinitions(declared: Declared): readonly Issue[] {
  const steps = declaredSteps(declared);
  return [
    ...checkDuplicates(declared, steps),
    ...checkNames(declared, steps),
    ...checkDependencies(declared, steps),
    ...checkRules(steps),
  ];
}

/** Every step once, in the order in which its first asset is listed; checks follow. */
function declaredSteps({ assets, checks }: Declared): readonly StepDeclaration[] {
  const steps = new Set<StepDeclaration>();
  for (const asset of assets) steps.add(asset["~step"]);
  for (const check of checks) steps.add(check["~step"]);
  return [...steps];
}
