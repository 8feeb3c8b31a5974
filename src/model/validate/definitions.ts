/** Validation of the whole: every finding of every rule, in one list. */
import type { Issue } from "../issue.ts";
import { checkAutomation } from "./automation.ts";
import type { Declared } from "./declared.ts";
import { checkDependencies } from "./dependencies.ts";
import { checkDuplicates } from "./duplicates.ts";
import { checkNames } from "./names.ts";
import { checkRules } from "./rules.ts";

/** All that is wrong with a set of declarations; cycles are found later, when the graph is compiled. */
export function checkDefinitions(declared: Declared): readonly Issue[] {
  const issues: Issue[] = [];
  checkDuplicates(declared, issues);
  checkNames(declared, issues);
  checkDependencies(declared, issues);
  checkRules(declared, issues);
  checkAutomation(declared, issues);
  return issues;
}
