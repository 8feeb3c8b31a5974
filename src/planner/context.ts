/** What planning reads: definitions, recorded facts, and the partitions that exist at one instant. */
import type { StepDeclaration, StepInput } from "../model/assets/declaration.ts";
import type { Definitions } from "../model/definitions.ts";
import type { AssetFacts, Facts } from "../model/events/facts.ts";
import type { Partitions } from "../model/partitions/definition.ts";
import type { ResolvedMapping } from "../model/partitions/mapping.ts";
import { resolveMapping } from "../model/partitions/resolve.ts";
import { openSpace } from "../model/partitions/space.ts";
import type { PartitionSpace } from "../model/partitions/space.ts";
import type { Subset } from "../model/partitions/subset.ts";

/** One moment of the world, as planners see it. Spaces and mappings are worked out once and shared. */
export interface PlanningContext {
  /** What it was planned for. */
  readonly definitions: Definitions;
  /** What is recorded. */
  readonly facts: Facts;
  /** The instant for which windows are counted. */
  readonly nowMs: number;
  /** Partitions whose stored value was looked for and not found, by asset key. */
  readonly lost: ReadonlyMap<string, Subset>;
  /** The partitions that exist for a definition. */
  space(partitions: Partitions | undefined): PartitionSpace;
  /** The recorded facts of an asset over the partitions that exist. */
  factsOf(assetKey: string): AssetFacts;
  /** The asset that an input names. */
  upstream(input: StepInput): Definitions["assets"][number];
  /** How a step's input leads from its partitions to those of the upstream asset. */
  mapping(step: StepDeclaration, input: StepInput): ResolvedMapping;
}

/** Opens a planning context over definitions and facts at an instant. */
export function openPlanning(
  definitions: Definitions,
  facts: Facts,
  nowMs: number,
  lost: ReadonlyMap<string, Subset> = new Map(),
): PlanningContext {
  const spaces = new Map<Partitions | undefined, PartitionSpace>();
  const factsByAsset = new Map<string, AssetFacts>();
  const mappings = new MappingMemo();
  const spaceContext = { nowMs, dynamicKeys: (name: string) => facts.dynamicKeys(name) };
  const context: PlanningContext = {
    definitions,
    facts,
    nowMs,
    lost,
    space: (partitions) => memo(spaces, partitions, () => openSpace(partitions, spaceContext)),
    factsOf: (key) =>
      memo(factsByAsset, key, () => facts.asset(key, context.space(definitions.asset(key).partitions))),
    upstream: (input) => definitions.asset(input.key),
    mapping: (step, input) => {
      const up = context.upstream(input).partitions;
      return mappings.get(input.mapping, step.partitions, up, () =>
        resolveMapping(input.mapping, {
          partitions: step.partitions,
          space: context.space(step.partitions),
        }, { partitions: up, space: context.space(up) }));
    },
  };
  return context;
}

function memo<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Resolved mappings by mapping, downstream and upstream definition: a thousand assets share a handful. */
class MappingMemo {
  readonly #byMapping = new Map<unknown, Map<unknown, Map<unknown, ResolvedMapping>>>();

  get(mapping: unknown, down: unknown, up: unknown, make: () => ResolvedMapping): ResolvedMapping {
    const byDown = memo(this.#byMapping, mapping, () => new Map<unknown, Map<unknown, ResolvedMapping>>());
    const byUp = memo(byDown, down, () => new Map<unknown, ResolvedMapping>());
    return memo(byUp, up, make);
  }
}
