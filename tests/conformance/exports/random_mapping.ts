/** Partition mappings from a seed, for two definitions. */
import {
  allMapping,
  customMapping,
  defineAsset,
  definitions,
  identityMapping,
  lastMapping,
  type Mapping,
  multiMapping,
  multiToSingleMapping,
  type Partitions,
  SluiceError,
  specificMapping,
  staticMapping,
  timeWindowMapping,
} from "sluice";
import type { Draw } from "./random.ts";

/** A mapping, `"none"` where none is needed and none was drawn, or undefined where none can be. */
export function drawMapping(
  draw: Draw,
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): Mapping | "none" | undefined {
  if (!upstream) return "none";
  const candidates: readonly (Mapping | "none")[] = [
    "none",
    "none",
    allMapping(),
    lastMapping(),
    ...upstream.kind === "static" ? [specificMapping([upstream.keys[0]])] : [],
    ...downstream ? mappingsBetween(draw, downstream, upstream) : [],
  ];
  const possible = candidates.filter((mapping) => isValid(mapping, downstream, upstream));
  return possible.length === 0 ? undefined : draw.one(possible);
}

function mappingsBetween(draw: Draw, downstream: Partitions, upstream: Partitions): readonly Mapping[] {
  const found: Mapping[] = [identityMapping()];
  if (downstream.kind === "static" && upstream.kind === "static") {
    found.push(staticMapping({ [upstream.keys[0]]: [downstream.keys[0]] }));
    found.push(customMapping({
      name: "first",
      upstream: () => [upstream.keys[0]],
      downstream: (key) => key === upstream.keys[0] ? downstream.keys : [],
    }));
  }
  if (downstream.kind === "time" && upstream.kind === "time") {
    found.push(timeWindowMapping({ startOffset: -draw.between(0, 3) }));
    found.push(timeWindowMapping({ allowNonexistent: true }));
    found.push(timeWindowMapping({ startOffset: -1, endOffset: -1 }));
  }
  if ((downstream.kind === "multi") !== (upstream.kind === "multi")) {
    const multi = downstream.kind === "multi" ? downstream : upstream.kind === "multi" ? upstream : undefined;
    for (const name of Object.keys(multi?.dimensions ?? {})) found.push(multiToSingleMapping(name));
  }
  if (downstream.kind === "multi" && upstream.kind === "multi") {
    const [up] = Object.keys(upstream.dimensions);
    const [down] = Object.keys(downstream.dimensions);
    found.push(multiMapping({ [up]: { dimension: down } }));
  }
  return found;
}

/** Whether definitions with this mapping can be made. */
function isValid(
  mapping: Mapping | "none",
  downstream: Partitions | undefined,
  upstream: Partitions | undefined,
): boolean {
  try {
    const a = defineAsset({ key: "a", ...(upstream && { partitions: upstream }), run: () => null } as never);
    const dependency = mapping === "none" ? a : { asset: a, mapping };
    const b = defineAsset({
      key: "b",
      deps: { a: dependency },
      ...(downstream && { partitions: downstream }),
      run: () => null,
    } as never);
    definitions({ assets: [a, b] });
    return true;
  } catch (error) {
    if (error instanceof SluiceError) return false;
    throw error;
  }
}
