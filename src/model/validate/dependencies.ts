/** Dependencies that name nothing, or that no partition mapping can connect. */
import type { Asset } from "../assets/declaration.ts";
import type { StepDeclaration, StepInput } from "../assets/declaration.ts";
import { isOwnOutput } from "../compile.ts";
import type { Issue } from "../issue.ts";
import { checkMapping } from "../partitions/check.ts";
import { isStrictlyEarlier } from "../partitions/earlier.ts";
import { didYouMean } from "../suggest.ts";
import type { Declared } from "./declared.ts";
import { found } from "./found.ts";

/** Everything wrong with what steps depend on. */
export function checkDependencies(declared: Declared, steps: readonly StepDeclaration[]): readonly Issue[] {
  const byKey = new Map(declared.assets.map((asset) => [asset.key, asset]));
  const issues: Issue[] = [];
  for (const step of steps) {
    for (const input of step.inputs) {
      const upstream = byKey.get(input.key);
      if (!upstream) issues.push(absent(step, input, byKey));
      else if (input.asset && input.asset !== upstream) issues.push(otherAsset(step, input));
      else issues.push(...mappingIssues(step, input, upstream));
    }
    issues.push(...unlistedOutputs(step, byKey));
  }
  return issues;
}

function pathOf(step: StepDeclaration, input: StepInput): readonly string[] {
  const list = step.kind === "check" ? "checks" : "assets";
  return input.name === undefined
    ? [list, step.name, "after", input.key]
    : [list, step.name, "deps", input.name];
}

function absent(step: StepDeclaration, input: StepInput, byKey: ReadonlyMap<string, Asset>): Issue {
  const where = { path: pathOf(step, input), site: step.site };
  if (input.asset) {
    return found("DEPENDENCY_UNLISTED", `${step.name} depends on ${input.key}, which is not listed.`, {
      ...where,
      hint: `Add ${input.key} to the assets given to definitions().`,
    });
  }
  return found("DEPENDENCY_UNKNOWN", `${step.name} depends on ${input.key}, and there is no such asset.`, {
    ...where,
    hint: didYouMean(input.key, byKey.keys()) ?? "Declare it, or correct the key.",
  });
}

function otherAsset(step: StepDeclaration, input: StepInput): Issue {
  return found(
    "DEPENDENCY_UNLISTED",
    `${step.name} depends on an asset ${input.key} that is not the one listed under this key.`,
    {
      path: pathOf(step, input),
      site: step.site,
      hint: "Pass the listed asset as the dependency, or rename one.",
    },
  );
}

function mappingIssues(step: StepDeclaration, input: StepInput, upstream: Asset): readonly Issue[] {
  const where = { path: pathOf(step, input), site: step.site };
  if (isOwnOutput(step, input.key) && !isStrictlyEarlier(input.mapping, step.partitions)) {
    return [found("MAPPING_INVALID", `${step.name} reads itself, and not only its earlier partitions.`, {
      ...where,
      hint:
        "Use selfDep() with timeWindowMapping({ startOffset: -1, endOffset: -1 }), or another that looks back.",
    })];
  }
  return checkMapping(input.mapping, step.partitions, upstream.partitions).map(({ code, message, hint }) =>
    found(code, `${step.name} cannot read ${input.key}: ${message}`, { ...where, hint })
  );
}

/** All outputs of a multi-asset are listed, or the body would make something that is not defined. */
function unlistedOutputs(step: StepDeclaration, byKey: ReadonlyMap<string, Asset>): readonly Issue[] {
  return step.outputs
    .filter((output) => !byKey.has(output.key))
    .map((output) =>
      found(
        "DEPENDENCY_UNLISTED",
        `${output.key}, an output of the multi-asset ${step.name}, is not listed.`,
        {
          path: ["assets", step.name, "outputs", output.key],
          site: step.site,
          hint: "Give definitions() the whole record that defineMultiAsset returned.",
        },
      )
    );
}
