/** How the inputs of planned steps lead from partition to partition. */
import type { StepDeclaration, StepInput } from "../../model/assets/declaration.ts";
import type { Partitions } from "../../model/partitions/definition.ts";
import type { ResolvedMapping } from "../../model/partitions/mapping.ts";
import { resolveMapping } from "../../model/partitions/resolve.ts";
import { openSpace, type PartitionSpace } from "../../model/partitions/space.ts";
import type { RunPlan } from "../plan.ts";

/** What spaces and mappings are worked out from. */
type PlannedSpaces = Pick<RunPlan, "definitions" | "nowMs" | "sets">;

/** The keys of a dynamic definition in the order in which they were added. */
export type DynamicKeys = (name: string) => readonly string[];

/**
 * The spaces and mappings of one plan, each worked out once. What is planned keeps the space of its plan; the
 * spaces of other upstream assets are opened at the instant of the plan.
 */
export class PlanMappings {
  readonly #plan: PlannedSpaces;
  readonly #dynamicKeys: DynamicKeys;
  #spaces: Map<Partitions | undefined, PartitionSpace> | undefined = undefined;
  readonly #known: Map<Partitions | undefined, Map<Partitions | undefined, Map<unknown, ResolvedMapping>>> =
    new Map();

  constructor(plan: PlannedSpaces, dynamicKeys: DynamicKeys) {
    this.#plan = plan;
    this.#dynamicKeys = dynamicKeys;
  }

  space(partitions: Partitions | undefined): PartitionSpace {
    this.#spaces ??= plannedSpaces(this.#plan);
    return memo(
      this.#spaces,
      partitions,
      () => openSpace(partitions, { nowMs: this.#plan.nowMs, dynamicKeys: this.#dynamicKeys }),
    );
  }

  /** Leads from the partitions of a step to those of the asset that an input names. */
  of(step: StepDeclaration, input: StepInput, upstream: Partitions | undefined): ResolvedMapping {
    const byUpstream = memo(this.#known, step.partitions, () => new Map());
    const byMapping = memo(byUpstream, upstream, () => new Map<unknown, ResolvedMapping>());
    return memo(byMapping, input.mapping, () =>
      resolveMapping(
        input.mapping,
        { partitions: step.partitions, space: this.space(step.partitions) },
        { partitions: upstream, space: this.space(upstream) },
      ));
  }
}

function plannedSpaces({ definitions, sets }: PlannedSpaces): Map<Partitions | undefined, PartitionSpace> {
  const spaces = new Map<Partitions | undefined, PartitionSpace>();
  for (const [rank, { space }] of sets) spaces.set(definitions.steps[rank].partitions, space);
  return spaces;
}

function memo<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}
