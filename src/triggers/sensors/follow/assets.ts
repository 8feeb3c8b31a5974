/** Sensors of materializations: what was made since the last request, from the facts that planners read. */
import type { AssetWatch } from "../../../model/automation/sensors/watch.ts";
import type { Sensor } from "../../../model/automation/sensors/sensor.ts";
import type { Facts } from "../../../model/events/facts.ts";
import { resolveMapping } from "../../../model/partitions/resolve.ts";
import type { PartitionSpace } from "../../../model/partitions/space.ts";
import { decodeSubset, encodeSubset, type StoredSubset } from "../../../model/partitions/stored.ts";
import { emptySubset, fullSubset, type Subset, subsetOf } from "../../../model/partitions/subset.ts";
import { isRecord } from "../../../model/validate/options.ts";
import { openPlanning, type PlanningContext } from "../../../planner/context.ts";
import type { TriggerHost } from "../../contract.ts";
import { causeOf, isCausedBy } from "../cause.ts";
import type { Findings, Look, Looker } from "../look.ts";
import type { Target } from "../target.ts";

/** Where it is: what was made up to a place is asked for, but for what waits for others. */
interface Place {
  readonly place: number;
  /** Partitions of the target for which an asset was made and others were not, by the asset. */
  readonly waiting: { readonly [asset: string]: StoredSubset };
}

/** Looks at what was made. */
export function lookAtAssets(sensor: Sensor, watch: AssetWatch, target: Target, host: TriggerHost): Looker {
  return async (look) => {
    const facts = await host.history.facts();
    try {
      const context = openPlanning(host.definitions, facts, look.nowMs);
      return await new AssetLook(sensor, watch, target, host, context).look(look);
    } finally {
      facts.releaseAssets?.();
    }
  };
}

/** The place from which a sensor begins that has never looked. */
export function placeOf(seq: number): Place {
  return { place: seq, waiting: {} };
}

class AssetLook {
  readonly #sensor: Sensor;
  readonly #watch: AssetWatch;
  readonly #target: Target;
  readonly #host: TriggerHost;
  readonly #context: PlanningContext;
  readonly #space: PartitionSpace;
  /** The tags of runs that made something. */
  readonly #tags: Map<string, { readonly [name: string]: string }> = new Map();

  constructor(
    sensor: Sensor,
    watch: AssetWatch,
    target: Target,
    host: TriggerHost,
    context: PlanningContext,
  ) {
    this.#sensor = sensor;
    this.#watch = watch;
    this.#target = target;
    this.#host = host;
    this.#context = context;
    this.#space = context.space(target.partitions);
  }

  async look({ state }: Look): Promise<Findings> {
    const { facts } = this.#context;
    const { place, waiting } = readPlace(state, facts);
    const made = new Map<string, Subset>();
    let hasMade = false;
    for (const key of this.#watch.assets) {
      const fresh = await this.#madeSince(key, place);
      hasMade ||= fresh.size > 0;
      const waits = waiting[key];
      made.set(key, waits ? fresh.union(decodeSubset(waits, this.#space).subset) : fresh);
    }
    if (!hasMade) return { asks: [], state };
    const ready = this.#watch.when === "any" ? unite(made) : intersect(made);
    if (ready.size === 0) return { asks: [], state };
    const left = this.#watch.when === "any" ? {} : this.#waiting(made, ready);
    return { asks: [this.#ask(ready)], state: { place: facts.seq, waiting: left } satisfies Place };
  }

  /** Nothing says which partitions an asset without partitions means: those that the sensor runs by default. */
  #ask(ready: Subset) {
    const { partitions } = this.#target;
    const tags = this.#cause();
    const isWhole = this.#watch.assets.every((key) => !this.#context.definitions.asset(key).partitions);
    if (!partitions || isWhole) return { tags };
    const keys: string[] = [];
    for (const [from, to] of ready.ranges()) {
      for (let at = from; at < to; at++) keys.push(this.#space.keyAt(at));
    }
    return { tags, partitions: keys };
  }

  #cause(): { readonly [name: string]: string } {
    const chains = [...this.#tags.values()].filter((tags) => !isCausedBy(tags, this.#sensor.name)).map(
      causeOf,
    );
    const names = chains.flatMap((tags) => Object.values(tags).flatMap((chain) => chain.split(",")));
    return names.length === 0 ? {} : causeOf({ "sluice/caused_by": [...new Set(names)].join(",") });
  }

  #waiting(made: ReadonlyMap<string, Subset>, ready: Subset): Place["waiting"] {
    const left = [...made].map(([key, set]) => [key, set.minus(ready)] as const).filter(([, { size }]) =>
      size > 0
    );
    return Object.fromEntries(
      left.map(([key, set]) => [key, encodeSubset(this.#target.partitions, this.#space, set)]),
    );
  }

  /** The partitions of the target that follow from what was made of an asset after a place. */
  async #madeSince(key: string, place: number): Promise<Subset> {
    const facts = this.#context.factsOf(key);
    if ((facts.newest?.seq ?? 0) <= place) return emptySubset();
    const made = await this.#byOthers(facts, facts.madeAfter(place));
    if (made.size === 0) return made;
    const { partitions } = this.#context.definitions.asset(key);
    if (!partitions || !this.#target.partitions) return fullSubset(this.#space.size);
    const mapping = resolveMapping(undefined, { partitions: this.#target.partitions, space: this.#space }, {
      partitions,
      space: facts.space,
    });
    return mapping.toDownstream(made);
  }

  /** Without what the sensor itself has caused. */
  async #byOthers(facts: ReturnType<PlanningContext["factsOf"]>, made: Subset): Promise<Subset> {
    const own: number[] = [];
    for (const [from, to] of made.ranges()) {
      for (let at = from; at < to; at++) {
        const runId = facts.at(at)?.runId;
        if (runId !== undefined && isCausedBy(await this.#tagsOf(runId), this.#sensor.name)) own.push(at);
      }
    }
    return own.length === 0 ? made : made.minus(subsetOf(own));
  }

  async #tagsOf(runId: string): Promise<{ readonly [name: string]: string }> {
    const known = this.#tags.get(runId);
    if (known) return known;
    const tags = (await this.#host.history.run(runId))?.tags ?? {};
    this.#tags.set(runId, tags);
    return tags;
  }
}

function readPlace(state: unknown, facts: Facts): Place {
  if (!isRecord(state) || typeof state.place !== "number") return placeOf(facts.seq);
  return { place: state.place, waiting: isRecord(state.waiting) ? state.waiting as Place["waiting"] : {} };
}

function unite(sets: ReadonlyMap<string, Subset>): Subset {
  return [...sets.values()].reduce((all, set) => all.union(set), emptySubset());
}

function intersect(sets: ReadonlyMap<string, Subset>): Subset {
  const [first = emptySubset(), ...rest] = sets.values();
  return rest.reduce((all, set) => all.intersect(set), first);
}
