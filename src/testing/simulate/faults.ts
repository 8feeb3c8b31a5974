/** Which faults there are, and when. */
import { chance } from "./chance.ts";
import type { FaultKind, PlannedFault } from "./contract.ts";

/** How likely a fault is at a moment at which it could be. */
export type Likelihood = { readonly [kind in FaultKind]: number };

/** Together they make one in every fifteen steps or so. */
export const OFTEN: Likelihood = {
  "call": 0.01,
  "crash-before": 0.04,
  "crash-after": 0.04,
  "pause": 0.04,
  "body": 0.06,
  "value": 0.02,
};

/** For worlds that last: faults come over all of their days, and a process that looks at much of the history can begin. */
export const SELDOM: Likelihood = {
  "call": 0.001,
  "crash-before": 0.01,
  "crash-after": 0.01,
  "pause": 0.01,
  "body": 0.03,
  "value": 0.02,
};

/** Counts moments and decides which of them go wrong. */
export class Faults {
  /** What went wrong so far. */
  readonly injected: PlannedFault[] = [];
  /** How many moments of each kind there were. */
  readonly moments: Map<FaultKind, number> = new Map();
  readonly #seed: number;
  readonly #planned: readonly PlannedFault[] | undefined;
  readonly #wanted: number;
  readonly #likely: Likelihood;
  #isOver = false;

  constructor(seed: number, faults: number | readonly PlannedFault[], likely: Likelihood) {
    this.#seed = seed;
    this.#likely = likely;
    this.#planned = typeof faults === "number" ? undefined : faults;
    this.#wanted = typeof faults === "number" ? faults : faults.length;
  }

  /** Whether there were as many as were asked for. Planned moments that do not come are not waited for. */
  get isEnough(): boolean {
    return this.#planned !== undefined || this.injected.length >= this.#wanted;
  }

  /** From now on all goes well. */
  end(): void {
    this.#isOver = true;
  }

  /** A moment at which something may go wrong: whether it does. */
  strikes(kind: FaultKind): boolean {
    const at = (this.moments.get(kind) ?? 0) + 1;
    this.moments.set(kind, at);
    if (this.#isOver || !this.#isChosen(kind, at)) return false;
    this.injected.push({ kind, at });
    return true;
  }

  #isChosen(kind: FaultKind, at: number): boolean {
    if (this.#planned) return this.#planned.some((fault) => fault.kind === kind && fault.at === at);
    return this.injected.length < this.#wanted && chance(this.#seed, "fault", kind, at) < this.#likely[kind];
  }
}
