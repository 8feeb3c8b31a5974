/** Names outside their grammar. Keys are checked where they are declared. */
import type { Asset } from "../assets/declaration.ts";
import type { Site } from "../assets/site.ts";
import type { StepDeclaration } from "../assets/declaration.ts";
import type { Issue } from "../issue.ts";
import { nameGrammar, type NameKind, nameProblem } from "../name.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";

/** Finds groups, tags, kinds, owners, pools, check, job, schedule and sensor names that do not follow their rules. */
export function checkNames({ notable, jobs, schedules, sensors }: Declared, issues: Issue[]): void {
  for (const step of notable) {
    for (const asset of step.outputs) issues.push(...assetNames(asset));
    issues.push(...stepNames(step));
  }
  for (const { name, tags, site } of jobs) {
    issues.push(...check("job", name, ["jobs", name], site), ...tagNames(tags, ["jobs", name], site));
  }
  for (const { name, tags, site } of schedules) {
    const path = ["schedules", name];
    issues.push(...check("schedule", name, path, site), ...tagNames(tags, path, site));
  }
  for (const { name, tags, site } of sensors) {
    const path = ["sensors", name];
    issues.push(...check("sensor", name, path, site), ...tagNames(tags, path, site));
  }
}

function assetNames(asset: Asset): readonly Issue[] {
  const { site } = asset["~step"];
  const path = ["assets", asset.key];
  return [
    ...check("group", asset.group, [...path, "group"], site),
    ...tagNames(asset.tags, path, site),
    ...asset.kinds.flatMap((kind) => check("kind", kind, [...path, "kinds"], site)),
    ...asset.owners.flatMap((owner) => check("owner", owner, [...path, "owners"], site)),
  ];
}

function stepNames(step: StepDeclaration): readonly Issue[] {
  const path = [step.kind === "check" ? "checks" : "assets", step.name];
  return [
    ...step.kind === "multi-asset" ? check("multi-asset", step.name, path, step.site) : NONE,
    ...step.check ? check("check", step.check.name, path, step.site) : NONE,
    ...step.checks.flatMap(({ name }) => check("check", name, [...path, "checks"], step.site)),
    ...step.pool === undefined ? NONE : check("pool", step.pool, [...path, "pool"], step.site),
  ];
}

function tagNames(
  tags: { readonly [name: string]: string },
  path: readonly string[],
  site: Site,
): readonly Issue[] {
  return Object.entries(tags).flatMap(([name, value]) => [
    ...check("tag", name, [...path, "tags"], site),
    ...check("tag value", value, [...path, "tags", name], site),
  ]);
}

function check(kind: NameKind, text: string, path: readonly string[], site: Site): readonly Issue[] {
  const problem = nameProblem(kind, text);
  if (problem === undefined) return NONE;
  return [found("DEFINITION_INVALID", problem, { path, site, hint: nameGrammar(kind) })];
}

const NONE: readonly Issue[] = Object.freeze([]);
