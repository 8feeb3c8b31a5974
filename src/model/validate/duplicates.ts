/** Two declarations with one name, also when they differ by case or Unicode form only. */
import type { Site } from "../assets/site.ts";
import type { StepDeclaration } from "../assets/declaration.ts";
import type { Issue } from "../issue.ts";
import { foldKey } from "../key.ts";
import type { Declared } from "./declared.ts";
import { declaredAt, found } from "./found.ts";

/** Duplicate asset keys, step names, check names and job names. */
export function checkDuplicates(declared: Declared, steps: readonly StepDeclaration[]): readonly Issue[] {
  const assets = declared.assets.map((asset) => ({ name: asset.key, site: asset["~step"].site }));
  const multis = steps.filter((step) => step.kind === "multi-asset");
  const checks = declared.checks.map((check) => ({ name: check["~step"].name, site: check["~step"].site }));
  return [
    ...repeated("asset", "assets", [...assets, ...multis.map(({ name, site }) => ({ name, site }))]),
    ...repeated("check", "checks", checks),
    ...repeated("job", "jobs", declared.jobs),
  ];
}

interface Named {
  readonly name: string;
  readonly site: Site;
}

function repeated(what: string, list: string, items: readonly Named[]): readonly Issue[] {
  const first = new Map<string, Named>();
  const issues: Issue[] = [];
  for (const item of items) {
    const folded = foldKey(item.name);
    const other = first.get(folded);
    if (!other) first.set(folded, item);
    else issues.push(duplicate(what, list, item, other));
  }
  return issues;
}

function duplicate(what: string, list: string, item: Named, other: Named): Issue {
  const same = item.name === other.name;
  const message = same
    ? `The ${what} ${item.name} is declared twice${sites(item, other)}.`
    : `The ${what}s ${other.name} and ${item.name} differ only by case or Unicode form${sites(item, other)}.`;
  return found("KEY_DUPLICATE", message, {
    path: [list, item.name],
    site: item.site,
    hint: same && item.site === other.site
      ? "It is listed twice; leave one out."
      : "Rename one of them: file systems and targets may not tell such names apart.",
  });
}

function sites(item: Named, other: Named): string {
  if (item.site === other.site) return declaredAt(item.site);
  const places = [other.site.text, item.site.text].filter((place) => place !== undefined);
  return places.length === 2 ? ` (at ${places[0]} and at ${places[1]})` : "";
}
