/** Validation of the whole: every finding of every rule, in one list. */
import type { Asset } from "../assets/declaration.ts";
import type { Check } from "../assets/check.ts";
import type { StepDeclaration } from "../assets/declaration.ts";
import type { Issue } from "../issue.ts";
import type { Job } from "../job.ts";
import type { Declared } from "./declared.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkDuplicates } from "./duplicates.ts";
import { checkNames } from "./names.ts";
import { checkRules } from "./rules.ts";

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
