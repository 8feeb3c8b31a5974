/** The plan of one step by itself: what a step's request asks for. */
import type { StepDeclaration } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import { SluiceError } from "../model/issue.ts";
import { dimensionNames, type Partitions } from "../model/partitions/definition.ts";
import { DIMENSION_SEPARATOR } from "../model/partitions/key_text.ts";
import { openSpace } from "../model/partitions/space.ts";
import { quote } from "../model/quote.ts";
import type { StepPartitions, StepRequest } from "../model/step/request.ts";
import { didYouMean } from "../model/suggest.ts";
import { requestedSubset } from "./partitions.ts";
import type { PlannedSet, RunPlan } from "./plan.ts";
import type { DynamicKeys } from "./steps/mappings.ts";

/** One step, ready to be executed. */
export interface PlannedStep {
  readonly plan: RunPlan;
  readonly declaration: StepDeclaration;
  /** The keys of dynamic definitions, so far as the request tells them. */
  readonly dynamicKeys: DynamicKeys;
}

/**
 * Plans the step that a request names, and nothing else: what it reads must be there. Keys of its own dynamic
 * partitions are taken as they come.
 *
 * @param nowMs The instant for which windows are counted.
 * @throws {SluiceError} REQUEST_INVALID for a step, an output or a code version that does not fit the definitions,
 * PARTITION_UNKNOWN for partitions that do not.
 */
export function planStep(definitions: Definitions, request: StepRequest, nowMs: number): PlannedStep {
  const { rank, outputs } = findStep(definitions, request);
  const declaration = definitions.steps[rank];
  refuseOtherCode(declaration, request);
  const dynamicKeys = keysOfRequest(declaration.partitions, request);
  const set = planSet(declaration, request.partitions, { nowMs, dynamicKeys });
  const plan: RunPlan = {
    kind: "run-plan",
    definitions,
    nowMs,
    ranks: Int32Array.of(rank),
    sets: new Map(set ? [[rank, set]] : []),
    outputs: new Map(outputs ? [[rank, outputs]] : []),
    reasons: new Map(),
    warnings: [],
  };
  return { plan, declaration, dynamicKeys };
}

/** The rank of the step, and the positions of its outputs where not all are asked for. */
function findStep(
  definitions: Definitions,
  { step, outputs }: StepRequest,
): { readonly rank: number; readonly outputs: readonly number[] | undefined } {
  const name = step.normalize("NFC");
  const asset = definitions.graph.rankOf(name);
  const own = definitions.stepGraph.rankOf(name);
  const rank = own ?? (asset === undefined ? undefined : definitions.stepOfAsset[asset]);
  if (rank === undefined) {
    const known = [...definitions.stepGraph.keys, ...definitions.graph.keys];
    throw invalid("step", `There is no step ${quote(name)}.`, didYouMean(name, known));
  }
  const declaration = definitions.steps[rank];
  if (declaration.kind === "external") {
    throw invalid("step", `${name} is made elsewhere and has no body to run.`);
  }
  const asked = outputs ?? (own === undefined && declaration.subsettable ? [name] : undefined);
  return { rank, outputs: asked && positionsOf(declaration, asked) };
}

function positionsOf(step: StepDeclaration, asked: readonly string[]): readonly number[] | undefined {
  const keys = step.outputs.map(({ key }) => key);
  const stranger = asked.find((key) => !keys.includes(key));
  if (stranger !== undefined) {
    throw invalid(
      "outputs",
      `${step.name} does not make ${quote(stranger)}.`,
      didYouMean(stranger, keys) ?? `It makes ${keys.join(", ")}.`,
    );
  }
  if (asked.length === 0) throw invalid("outputs", "No output is asked for.", "Leave `outputs` out for all.");
  const positions = keys.flatMap((key, position) => asked.includes(key) ? [position] : []);
  if (positions.length === keys.length) return undefined;
  if (step.subsettable) return positions;
  throw invalid(
    "outputs",
    `${step.name} makes all of its outputs at once: ${keys.join(", ")}.`,
    "Ask for all of them, or declare it subsettable.",
  );
}

function refuseOtherCode({ name, outputs }: StepDeclaration, { codeVersions = {} }: StepRequest): void {
  for (const { key, codeVersion } of outputs) {
    if (!Object.hasOwn(codeVersions, key) || codeVersions[key] === codeVersion) continue;
    const own = codeVersion === undefined ? "no code version" : `the code version ${quote(codeVersion)}`;
    throw invalid(
      "codeVersions",
      `The request for ${name} expects ${key} to have the code version ${
        quote(codeVersions[key])
      }, and this code has ${own}.`,
      "Export the definitions again, or deploy the code that was exported.",
    );
  }
}

function planSet(
  { name, partitions }: StepDeclaration,
  asked: StepPartitions | undefined,
  context: { readonly nowMs: number; readonly dynamicKeys: DynamicKeys },
): PlannedSet | undefined {
  if (!partitions) {
    if (asked === undefined || Array.isArray(asked) && asked.length === 0) return undefined;
    throw unknown(`${name} has no partitions, and one is asked for.`);
  }
  if (asked === undefined || Array.isArray(asked) && asked.length === 0) {
    throw unknown(`${name} is partitioned: the request must say which partitions to make.`);
  }
  const space = openSpace(partitions, context);
  if ("start" in asked && isDynamic(partitions)) {
    throw unknown(
      `${name} has dynamic partitions, whose order is not known here, and a range of them is asked for.`,
      "Ask for them by a list of keys.",
    );
  }
  return { space, subset: requestedSubset(space, asked, name) };
}

function isDynamic(partitions: Partitions): boolean {
  if (partitions.kind !== "multi") return partitions.kind === "dynamic";
  return Object.values(partitions.dimensions).some(({ kind }) => kind === "dynamic");
}

/** The keys of dynamic definitions: those that are given, and of the step's own those that are asked for. */
function keysOfRequest(partitions: Partitions | undefined, request: StepRequest): DynamicKeys {
  const known = new Map<string, Set<string>>();
  const add = (name: string, key: string) => known.set(name, (known.get(name) ?? new Set()).add(key));
  for (const [name, keys] of Object.entries(request.dynamicKeys ?? {})) {
    known.set(name, new Set(keys));
  }
  for (const key of keysAsked(request.partitions)) eachDynamicPart(partitions, key, add);
  return (name) => {
    const keys = known.get(name);
    if (keys) return [...keys];
    throw unknown(
      `The keys of the dynamic partitions ${quote(name)} are needed, and the request does not tell them.`,
      "Give them as `dynamicKeys`.",
    );
  };
}

function keysAsked(partitions: StepPartitions | undefined): readonly string[] {
  if (partitions === undefined) return [];
  return "start" in partitions ? [partitions.start, partitions.end] : partitions;
}

/** Finds the parts of a key that belong to dynamic definitions. */
function eachDynamicPart(
  partitions: Partitions | undefined,
  key: string,
  found: (name: string, key: string) => void,
): void {
  if (partitions?.kind === "dynamic") found(partitions.name, key);
  if (partitions?.kind !== "multi") return;
  const parts = key.split(DIMENSION_SEPARATOR);
  const names = dimensionNames(partitions);
  if (parts.length !== names.length) return;
  names.forEach((name, at) => {
    const dimension = partitions.dimensions[name];
    if (dimension.kind === "dynamic") found(dimension.name, parts[at]);
  });
}

function invalid(field: string, message: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "REQUEST_INVALID",
    message,
    path: [field],
    ...(hint !== undefined && { hint }),
  });
}

function unknown(message: string, hint?: string): SluiceError {
  return new SluiceError({
    code: "PARTITION_UNKNOWN",
    message,
    path: ["partitions"],
    ...(hint !== undefined && { hint }),
  });
}
