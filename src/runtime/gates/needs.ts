/** What steps have to pass, as their declarations and the operator's limits say. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { BreakerName } from "../../model/events/event.ts";
import type { KeyContext, StepConcurrency } from "../../model/gates/concurrency.ts";
import type { PoolLimits } from "../../model/gates/breaker.ts";
import { SluiceError } from "../../model/issue.ts";
import { show } from "../../model/quote.ts";
import type { ContextSource } from "../step/context.ts";
import type { BodyPartition } from "../step/partition.ts";
import { breakerName } from "./breaker.ts";
import type { Breakers } from "./breakers.ts";
import type { Need } from "./gate.ts";

/** What a step's gates depend on, beside its declaration. */
export type NeedsSource = Pick<ContextSource, "declarationOf" | "partitionsOf" | "run">;

/** Finds the gates of steps. Breakers come first: what cannot work is told before anything is waited for. */
export class Needs {
  readonly #slots: ReadonlyMap<string, Need>;
  readonly #breakers: Breakers;
  /** What does not change from step to step. */
  readonly #fixed: WeakMap<StepDeclaration, readonly Need[]> = new WeakMap();

  constructor(pools: PoolLimits, breakers: Breakers) {
    this.#breakers = breakers;
    this.#slots = new Map(
      Object.entries(pools).flatMap(([name, pool]) => {
        const limit = (typeof pool === "object" ? pool.slots : pool) ?? Infinity;
        return limit === Infinity ? [] : [[name, { gate: `pool ${name}`, limit }]];
      }),
    );
  }

  /**
   * The gates of a step.
   *
   * @throws {SluiceError} POLICY_INVALID when its key is no text; what the function throws that gives it.
   */
  of(step: number, source: NeedsSource): readonly Need[] {
    const declaration = source.declarationOf(step);
    let fixed = this.#fixed.get(declaration);
    if (!fixed) this.#fixed.set(declaration, fixed = this.#fixedNeeds(declaration));
    const { concurrency } = declaration;
    return typeof concurrency?.key === "function"
      ? [...fixed, ...keyNeeds(declaration, concurrency, source.partitionsOf(step), source.run.tags)]
      : fixed;
  }

  /** The gates of a pool. */
  ofPool(pool: string): readonly Need[] {
    const breaker = { kind: "pool", name: pool } as const;
    const slots = this.#slots.get(pool);
    return [
      ...this.#breakers.has(breaker) ? [breakerNeed(breaker)] : [],
      ...slots ? [slots] : [],
    ];
  }

  #fixedNeeds({ pool, resources, concurrency }: StepDeclaration): readonly Need[] {
    const guarded = Object.values(resources).flatMap((resource) => this.#breakers.ofResource(resource));
    const needs = [
      ...guarded.map(breakerNeed),
      ...pool === undefined ? [] : this.ofPool(pool),
      ...typeof concurrency?.key === "string" ? [keyNeed(concurrency.key, concurrency)] : [],
    ];
    return needs.filter(({ gate }, at) => needs.findIndex((other) => other.gate === gate) === at);
  }
}

/** A step of several partitions needs the keys of all of them, each once. */
function keyNeeds(
  { name }: StepDeclaration,
  concurrency: StepConcurrency,
  partitions: readonly BodyPartition[],
  tags: KeyContext["tags"],
): readonly Need[] {
  const keyOf = concurrency.key as (context: KeyContext) => unknown;
  const keys = new Set(partitions.map((partition) => keyOf({ ...placeOf(partition), tags })));
  return [...keys].map((key) => {
    if (typeof key === "string" && key !== "") return keyNeed(key, concurrency);
    throw new SluiceError({
      code: "POLICY_INVALID",
      message: `The concurrency key of ${name} is a text that is not empty, and its function gave ${
        show(key)
      }.`,
      path: ["steps", name, "concurrency", "key"],
    });
  });
}

function breakerNeed(subject: BreakerName): Need {
  return { gate: breakerName(subject), limit: Infinity };
}

function keyNeed(key: string, { limit = 1 }: StepConcurrency): Need {
  return { gate: `key ${key}`, limit };
}

const NO_DIMENSIONS: KeyContext["dimensions"] = Object.freeze({});

function placeOf(partition: BodyPartition): Pick<KeyContext, "partition" | "dimensions"> {
  if (partition.kind === "none") return { partition: undefined, dimensions: NO_DIMENSIONS };
  const dimensions = partition.kind === "multi" ? partition.dimensions : NO_DIMENSIONS;
  return { partition: partition.key, dimensions };
}
