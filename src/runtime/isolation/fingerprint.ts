/** What a declaration is known by, part by part: whoever runs it elsewhere must have found the same one. */
import { createHash } from "node:crypto";
import type { Resource, ResourceOverride } from "../../model/assets/resource.ts";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import { Refusal } from "../step/refusal.ts";

/** A digest of each part of a declaration, by the name of the part. */
export type Fingerprint = { readonly [part: string]: string };

/**
 * The fingerprint of a step: what it reads and makes, its rules, and the text of its functions. What a function has
 * closed over is not seen.
 *
 * @param overrides Values in the place of resources; they count by the names of those that the step uses.
 */
export function fingerprintStep(
  step: StepDeclaration,
  overrides: readonly ResourceOverride[],
): Fingerprint {
  const { kind, outputs, outputNames, inputs, partitions, config, resources, checks, check, run, undo } =
    step;
  const { batch, skippable, subsettable, elements } = step;
  const replaced = new Set(overrides.map(({ resource }) => resource));
  const parts: { readonly [part: string]: unknown } = {
    kind,
    outputs: outputs.map(({ key, codeVersion, io, schema }) => [key, codeVersion, io, schema !== undefined]),
    "output names": outputNames,
    inputs: inputs.map(({ key, name, mapping }) => [key, name, mapping]),
    partitions,
    config: config !== undefined,
    resources: namesOf(resources, () => true),
    "replaced resources": namesOf(resources, (resource) => replaced.has(resource)),
    rules: [batch, skippable, subsettable, elements],
    checks: [checks, check],
    body: run,
    ...(undo && { undo }),
  };
  return Object.fromEntries(Object.entries(parts).map(([part, value]) => [part, digest(value)]));
}

/** The parts in which two fingerprints differ. */
export function differingParts(expected: Fingerprint, found: Fingerprint): readonly string[] {
  return Object.keys(expected).filter((part) => expected[part] !== found[part]);
}

/**
 * Refuses a declaration that is another than the one that was asked for.
 *
 * @param where Who has found it: `the worker`.
 * @throws {Refusal} DEFINITION_CHANGED, with the parts that differ.
 */
export function requireSame(
  step: StepDeclaration,
  expected: Fingerprint,
  overrides: readonly ResourceOverride[],
  where: string,
): void {
  const parts = differingParts(expected, fingerprintStep(step, overrides));
  if (parts.length === 0) return;
  const hint = parts.includes("replaced resources")
    ? "Export what override() gives as `resources` of the module's `options`: values do not cross to it."
    : "Start the orchestrator again with the code as it is now, and let the module declare the same whenever it is loaded.";
  throw new Refusal(
    step.name,
    `is another declaration in ${where}: ${parts.join(", ")} ${parts.length > 1 ? "differ" : "differs"}.`,
    hint,
    "DEFINITION_CHANGED",
  );
}

function namesOf(
  resources: { readonly [name: string]: Resource },
  counts: (resource: Resource) => boolean,
): readonly string[] {
  return Object.keys(resources).filter((name) => counts(resources[name])).sort();
}

function digest(value: unknown): string {
  const text = JSON.stringify(value, (_name, each) => typeof each === "function" ? String(each) : each);
  return createHash("sha256").update(text ?? "").digest("hex").slice(0, 16);
}
