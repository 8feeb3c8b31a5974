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

/** Finds what is wrong with what steps depend on. Inputs without partitions are told by columns alone. */
export function checkDependencies(declared: Declared, issues: Issue[]): void {
  const { assets, steps, offsets, targets, given, stepOfAsset, isMapped, isPartitioned } = declared;
  for (let number = 0; number < steps.length; number++) {
    const isPlain = !isMapped[number] && !isPartitioned[number];
    for (let edge = offsets[number]; edge < offsets[number + 1]; edge++) {
      const target = targets[edge];
      const maker = stepOfAsset[target];
      const isListed = target >= 0 && (given[edge] === undefined || given[edge] === assets[target]);
      if (isPlain && isListed && maker !== number && !isPartitioned[maker]) continue;
      checkInput(
        declared,
        steps[number],
        steps[number].inputs[edge - offsets[number]],
        assets[target],
        issues,
      );
    }
  }
  for (const step of declared.notable) {
    if (step.outputs.length > 1) issues.push(...unlistedOutputs(declared, step));
  }
}

function checkInput(
  declared: Declared,
  step: StepDeclaration,
  input: StepInput,
  upstream: Asset | undefined,
  issues: Issue[],
): void {
  if (!upstream) issues.push(absent(declared, step, input));
  else if (input.asset && input.asset !== upstream) issues.push(otherAsset(step, input));
  else if (input.mapping || step.partitions || upstream.partitions || upstream["~step"] === step) {
    issues.push(...mappingIssues(step, input, upstream));
  }
}

function pathOf(step: StepDeclaration, input: StepInput): readonly string[] {
  const list = step.kind === "check" ? "checks" : "assets";
  return input.name === undefined
    ? [list, step.name, "after", input.key]
    : [list, step.name, "deps", input.name];
}

function absent({ assets }: Declared, step: StepDeclaration, input: StepInput): Issue {
  const where = { path: pathOf(step, input), site: step.site };
  if (input.asset) {
    return found("DEPENDENCY_UNLISTED", `${step.name} depends on ${input.key}, which is not listed.`, {
      ...where,
      hint: `Add ${input.key} to the assets given to definitions().`,
    });
  }
  return found("DEPENDENCY_UNKNOWN", `${step.name} depends on ${input.key}, and there is no such asset.`, {
    ...where,
    hint: didYouMean(input.key, assets.map((asset) => asset.key)) ?? "Declare it, or correct the key.",
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
  if (input.isPast) return [];
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
function unlistedOutputs({ assets }: Declared, step: StepDeclaration): readonly Issue[] {
  const listed = new Set(assets.filter((asset) => asset["~step"] === step));
  return step.outputs
    .filter((output) => !listed.has(output))
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
