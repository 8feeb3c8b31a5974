/** The request of a step that is to run in a process of its own. */
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { Definitions } from "../../../model/definitions.ts";
import type { Partitions } from "../../../model/partitions/definition.ts";
import type { Fence } from "../../../model/step/fence.ts";
import { stepError } from "../../../model/step/outcome.ts";
import type { StepRequest } from "../../../model/step/request.ts";
import type { UndoRequest } from "../../../model/step/undo.ts";
import type { UndoTask } from "../../undo/context.ts";
import { BodyContext, type RunOrigin } from "../../step/context.ts";
import type { Fingerprint } from "../fingerprint.ts";

/** A step of which an attempt is to be made elsewhere. */
export interface IsolatedStep {
  readonly definitions: Definitions;
  readonly declaration: StepDeclaration;
  readonly fingerprint: Fingerprint;
  /** Who owns the history. */
  readonly fence: Fence | undefined;
  /** What is to be undone of it; left out where it is to be made. */
  readonly undo?: UndoTask;
}

/** The request for an attempt. `deadlineMs` is left out where the step has no limit. */
export function requestOf(
  { definitions, declaration, fingerprint, fence, undo }: IsolatedStep,
  context: BodyContext,
  deadlineMs: number | undefined,
): StepRequest {
  const { id: runId, tags } = context.run;
  const origin = BodyContext.originOf(context);
  const config = configOf(declaration, origin);
  const dynamicKeys = dynamicKeysOf(definitions, declaration, origin);
  return {
    version: 1,
    runId,
    step: declaration.name,
    attempt: context.attempt,
    definition: fingerprint,
    ...(declaration.subsettable && { outputs: outputsOf(declaration, context) }),
    ...(declaration.partitions && { partitions: partitionsOf(context) }),
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(origin && { atMs: origin.atMs }),
    ...(fence && { fence: fence.number, history: fence.history }),
    ...(config !== undefined && { config }),
    ...(Object.keys(dynamicKeys).length > 0 && { dynamicKeys }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(declaration.hooks && { hooks: false }),
    ...(undo && { undo: undoOf(undo) }),
  };
}

/** Values are removed by whoever records that they are gone. */
function undoOf({ error, values }: UndoTask): UndoRequest {
  const made = values.map(({ asset, partition }) => ({
    asset: asset.key,
    ...(partition !== undefined && { partition }),
  }));
  return { error: stepError(error), made, keepsValues: true };
}

function outputsOf({ outputs, outputNames = [] }: StepDeclaration, context: BodyContext): readonly string[] {
  const { selected } = context;
  return outputs.flatMap(({ key }, place) => selected.has(outputNames[place]) ? [key] : []);
}

function partitionsOf(context: BodyContext): readonly string[] {
  return context.partitions.flatMap((partition) => partition.kind === "none" ? [] : [partition.key]);
}

/** As it was given: the process validates it, and reveals the secrets in it. */
function configOf({ name, config }: StepDeclaration, origin: RunOrigin | undefined): unknown {
  return config && origin && Object.hasOwn(origin.config, name) ? origin.config[name] : undefined;
}

/** The keys of the dynamic definitions that inputs read, beyond the step's own partitions. */
function dynamicKeysOf(
  definitions: Definitions,
  { inputs, partitions }: StepDeclaration,
  origin: RunOrigin | undefined,
): { readonly [name: string]: readonly string[] } {
  const own = dynamicNames(partitions);
  const names = new Set(inputs.flatMap(({ key, mapping }) => {
    const read = dynamicNames(definitions.asset(key).partitions);
    return mapping ? read : read.filter((name) => !own.includes(name));
  }));
  return Object.fromEntries([...names].map((name) => [name, origin?.dynamicKeys(name) ?? []]));
}

function dynamicNames(partitions: Partitions | undefined): readonly string[] {
  if (partitions?.kind === "dynamic") return [partitions.name];
  return partitions?.kind === "multi" ? Object.values(partitions.dimensions).flatMap(dynamicNames) : [];
}
