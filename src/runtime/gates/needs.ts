/** What steps have to pass, as their declarations and the operator's limits say. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Need } from "./gate.ts";

/** How many steps of each pool may run at once. */
export type PoolLimits = { readonly [pool: string]: number };

const NONE: readonly Need[] = Object.freeze([]);

/** Finds the gates of steps. */
export class Needs {
  readonly #pools: ReadonlyMap<string, readonly Need[]>;

  constructor(pools: PoolLimits = {}) {
    this.#pools = new Map(
      Object.entries(pools).map(([name, limit]) => [name, [{ gate: `pool ${name}`, limit }]]),
    );
  }

  /** The gates of a step. */
  of({ pool }: StepDeclaration): readonly Need[] {
    return pool === undefined ? NONE : this.ofPool(pool);
  }

  /** The gates of a pool. */
  ofPool(pool: string): readonly Need[] {
    return this.#pools.get(pool) ?? NONE;
  }
}
