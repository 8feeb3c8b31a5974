/** The breakers of one process, put up among its gates. */
import type { Resource } from "../../model/assets/resource.ts";
import type { BreakerName } from "../../model/events/event.ts";
import type { BreakerPolicy, PoolLimits } from "../../model/gates/breaker.ts";
import type { Clock } from "../../model/ports.ts";
import { Breaker, breakerName, type BreakerParts, type BreakerStatus } from "./breaker.ts";
import type { Gates } from "./gates.ts";

/** What breakers are made of. */
export interface BreakersParts {
  readonly gates: Gates;
  readonly clock: Clock;
  readonly pools: PoolLimits;
  readonly tell: BreakerParts["tell"];
  /** No breaker is put up: whoever calls has them. */
  readonly isOff: boolean;
}

/** Breakers by what they guard. That of a resource is put up with the first step that uses it. */
export class Breakers {
  readonly #gates: Gates;
  readonly #clock: Clock;
  readonly #tell: BreakerParts["tell"];
  readonly #isOff: boolean;
  readonly #known: Map<string, Breaker> = new Map();

  constructor({ gates, clock, pools, tell, isOff }: BreakersParts) {
    this.#gates = gates;
    this.#clock = clock;
    this.#tell = tell;
    this.#isOff = isOff;
    if (isOff) return;
    for (const [name, pool] of Object.entries(pools)) {
      if (typeof pool === "object" && pool.breaker) this.#put({ kind: "pool", name }, pool.breaker);
    }
  }

  has(subject: BreakerName): boolean {
    return this.#known.has(breakerName(subject));
  }

  /** What the breaker of a resource guards, if it has one. Resources of one name share the breaker of the first. */
  ofResource({ name, breaker }: Resource): readonly BreakerName[] {
    if (!breaker || this.#isOff) return [];
    const subject = { kind: "resource", name } as const;
    if (!this.has(subject)) this.#put(subject, breaker);
    return [subject];
  }

  /** How they all are. */
  list(): readonly BreakerStatus[] {
    return [...this.#known.values()].map(({ status }) => status);
  }

  #put(subject: BreakerName, policy: BreakerPolicy): void {
    const name = breakerName(subject);
    const wake = () => this.#gates.release(name);
    const breaker = new Breaker({ subject, policy, clock: this.#clock, wake, tell: this.#tell });
    this.#known.set(name, breaker);
    this.#gates.add(name, breaker);
  }
}
