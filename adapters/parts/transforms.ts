/** Transforms of other tools as assets. */
import { type Issue, SluiceError } from "../../src/model/issue.ts";
import { parseKey } from "../../src/model/key.ts";
import { quote } from "../../src/model/quote.ts";
import type { AssetSnapshot, JsonRecord } from "../../src/model/snapshot/snapshot.ts";
import type { TransformConfig } from "../plugin.ts";

const MATERIALIZATIONS: readonly unknown[] = ["table", "view", "incremental", "ephemeral"];

/**
 * One asset for each transform, in their order; its key is the transform's name.
 *
 * @throws {SluiceError} PLUGIN_INVALID with every issue: names that are no keys, twice the same name, names of
 * transforms that there are not, circles.
 */
export function assetsFromTransforms(transforms: readonly TransformConfig[]): readonly AssetSnapshot[] {
  const issues = transforms.flatMap((transform, index) => issuesOf(transform, index, transforms));
  const circle = issues.length === 0 ? findCircle(transforms) : undefined;
  if (circle) {
    issues.push(issue(`The transforms read each other in a circle: ${circle.join(" -> ")}.`, ["dependsOn"]));
  }
  const [first, ...rest] = issues;
  if (first) throw new SluiceError([first, ...rest]);
  return transforms.map(assetOf);
}

function issuesOf(
  { name, materialization, dependsOn = [] }: TransformConfig,
  index: number,
  all: readonly TransformConfig[],
): Issue[] {
  const issues: Issue[] = [];
  const path = [String(index)];
  try {
    parseKey(name);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    issues.push(issue(error.issues[0].message, [...path, "name"]));
  }
  if (all.findIndex((other) => other.name === name) < index) {
    issues.push(issue(`The transform ${quote(String(name))} is given twice.`, [...path, "name"]));
  }
  if (materialization !== undefined && !MATERIALIZATIONS.includes(materialization)) {
    const shown = quote(String(materialization));
    issues.push(
      issue(`${quote(String(name))} is kept as ${shown}, which there is not.`, [...path, "materialization"]),
    );
  }
  for (const upstream of dependsOn) {
    if (all.some((other) => other.name === upstream)) continue;
    issues.push(
      issue(`${quote(String(name))} reads ${quote(upstream)}, which there is not.`, [...path, "dependsOn"]),
    );
  }
  return issues;
}

/** The names of a circle, the first repeated at its end. */
function findCircle(transforms: readonly TransformConfig[]): readonly string[] | undefined {
  const byName = new Map(transforms.map((transform) => [transform.name, transform]));
  const done = new Set<string>();
  const way: string[] = [];
  const walk = (name: string): readonly string[] | undefined => {
    const start = way.indexOf(name);
    if (start >= 0) return [...way.slice(start), name];
    if (done.has(name)) return undefined;
    way.push(name);
    for (const upstream of byName.get(name)?.dependsOn ?? []) {
      const circle = walk(upstream);
      if (circle) return circle;
    }
    way.pop();
    done.add(name);
    return undefined;
  };
  for (const { name } of transforms) {
    const circle = walk(name);
    if (circle) return circle;
  }
  return undefined;
}

function assetOf(transform: TransformConfig): AssetSnapshot {
  const { name, path, schemaName, materialization = "table", tags = [], compute } = transform;
  const metadata: JsonRecord = {
    ...(compute !== undefined && { compute }),
    ...(schemaName && { schema: schemaName }),
    materialization,
    ...(tags.length > 0 && { tags }),
    ...(path && { path }),
  };
  return {
    key: parseKey(name),
    step: parseKey(name),
    isExternal: false,
    description: `dbt model: ${name}`,
    group: "default",
    tags: {},
    owners: [],
    kinds: ["dbt"],
    metadata,
  };
}

function issue(message: string, path: readonly string[]): Issue {
  return { code: "PLUGIN_INVALID", message, path: ["transforms", ...path] };
}
