/** A launch that can be tried at once, for the README. */
import type { StepSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { openSpace } from "../../../src/model/partitions/space.ts";
import { encoded } from "../partitions/encoding.ts";
import type { Site } from "../site.ts";

/** What `dg launch` is told. */
export interface Example {
  /** A selection: `key:"orders"`. */
  readonly selection: string;
  /** A key that exists; left out without partitions. */
  readonly partition?: string;
}

/** Text of the user's that means nothing to a shell, and nothing in Markdown. */
const PLAIN_KEY = /^[A-Za-z0-9_./-]+$/;
const PLAIN_PARTITION = /^[A-Za-z0-9_.:|+-]+$/;

/** A step that reads nothing that is made here and needs no config; nothing, where every one has a name of other signs. */
export function exampleOf(site: Site, nowMs: number): Example | undefined {
  for (const step of site.snapshot.steps.filter((each) => isSource(each, site))) {
    const partition = firstKey(step, site, nowMs);
    const isPlain = step.outputs.every(({ key }) => PLAIN_KEY.test(key));
    if (!isPlain || (step.partitions !== undefined && !PLAIN_PARTITION.test(partition ?? ""))) continue;
    const selection = step.outputs.map(({ key }) => `key:"${key}"`).join(" or ");
    return { selection, ...partition !== undefined && { partition } };
  }
  return undefined;
}

function isSource({ kind, inputs, takesConfig }: StepSnapshot, { assets }: Site): boolean {
  return (kind === "asset" || kind === "multi-asset") && !takesConfig &&
    inputs.every(({ key }) => assets.get(key)?.isExternal);
}

function firstKey({ partitions }: StepSnapshot, site: Site, nowMs: number): string | undefined {
  const definition = encoded(site.partitionsAt(partitions));
  if (!definition) return undefined;
  const space = openSpace(definition, { nowMs, dynamicKeys: () => [] });
  return space.size > 0 ? space.keyAt(0) : undefined;
}
