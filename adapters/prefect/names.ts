/** Names in a Prefect project: of functions, constants, flows, assets, limits and variables. */
import type { Partitions } from "../../src/model/partitions/definition.ts";
import { identifierOf, shortHash } from "../python/identifier.ts";

/** What asset keys begin with; the helper takes it off again. Keys of Sluice are keys of Prefect behind it. */
export const SCHEME = "sluice://";

/** The asset's key in Prefect. */
export function assetKey(key: string): string {
  return SCHEME + key;
}

/** The function of a step. */
export function stepName(step: string): string {
  return identifierOf(step);
}

/** The function that undoes a step. */
export function undoName(step: string): string {
  return identifierOf(`undo ${step}`);
}

/** The constant of a partition definition: its kind, and what tells it from others. */
export function partitionsName(partitions: Partitions): string {
  return `${labelOf(partitions)}_${shortHash(JSON.stringify(partitions))}`.toUpperCase();
}

function labelOf(partitions: Partitions): string {
  if (partitions.kind !== "time") {
    return { static: "names", dynamic: "dynamic", multi: "cells" }[partitions.kind];
  }
  const unit = /^(?:hour|day|week|month)/.exec(partitions.unit)?.[0];
  return unit === undefined ? "windows" : `${unit}s`;
}

/** The global concurrency limit of a pool: names there may not hold every character. */
export function limitName(project: string, pool: string): string {
  return identifierOf(`${project} ${pool}`);
}

/** The variable that lists the keys of a dynamic definition. */
export function variableName(name: string): string {
  return `sluice_keys_${shortHash(name)}`;
}

/** The flow and the function of something that can be run. */
export function flowNames(project: string, kind: string, name: string): { flow: string; function: string } {
  return { flow: `${project}.${kind}.${name}`, function: identifierOf(`${kind} ${name}`) };
}
