/** Turns of runs: how many may be under way at once, of one key and in all. They pass gates as steps do. */
import type { RunConcurrency } from "../../model/gates/concurrency.ts";
import type { Clock } from "../../model/ports.ts";
import type { Need } from "./gate.ts";
import { Gates, type Pass, type Waiter, type WaitingEntry } from "./gates.ts";

/** A run that wants its turn. */
export interface TurnParts {
  readonly runId: string;
  /** The job; empty without one. */
  readonly name: string;
  readonly priority: number;
  readonly concurrency: RunConcurrency;
  /** Asks the run to stop, whether it waits or is under way. */
  readonly cancel: (reason: string) => void;
}

/** A run that has to wait. */
export interface Queued {
  /** What for: `runs of the key KEY`, or `runs`. */
  readonly waitsFor: string;
  /** Fulfilled when its turn has come. */
  readonly came: Promise<void>;
}

/** The turns of one process. */
export class Turns {
  readonly #gates: Gates;
  readonly #maxRuns: number;
  /** Runs that wait or are under way, by key, in order of arrival. */
  readonly #byKey: Map<string, Set<RunTurn>> = new Map();

  constructor(clock: Clock, maxRuns: number = Infinity) {
    this.#gates = new Gates(clock);
    this.#maxRuns = maxRuns;
  }

  /** The turn of a run; undefined where nothing limits it. */
  open(parts: TurnParts): RunTurn | undefined {
    const { concurrency: { key, limit = 1 } } = parts;
    const needs: readonly Need[] = [
      ...key === undefined ? [] : [{ gate: gateOf(key), limit }],
      ...this.#maxRuns === Infinity ? [] : [{ gate: "runs", limit: this.#maxRuns }],
    ];
    return needs.length === 0 ? undefined : new RunTurn(this.#gates, this.#siblings(key), needs, parts);
  }

  /** Runs that wait, in the order of their lines. */
  waiting(): readonly WaitingEntry[] {
    return this.#gates.waiting();
  }

  #siblings(key: string | undefined): Siblings | undefined {
    if (key === undefined) return undefined;
    const all = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, all);
    return {
      all,
      forget: (turn) => {
        all.delete(turn);
        if (all.size === 0) this.#byKey.delete(key);
      },
    };
  }
}

/** The runs of one key. */
interface Siblings {
  readonly all: Set<RunTurn>;
  readonly forget: (turn: RunTurn) => void;
}

/** The turn of one run. */
export class RunTurn implements Waiter {
  readonly runId: string;
  readonly #gates: Gates;
  readonly #siblings: Siblings | undefined;
  readonly #needs: readonly Need[];
  readonly #parts: TurnParts;
  #pass: Pass | undefined = undefined;
  #come: () => void = () => {};

  constructor(gates: Gates, siblings: Siblings | undefined, needs: readonly Need[], parts: TurnParts) {
    this.runId = parts.runId;
    this.#gates = gates;
    this.#siblings = siblings;
    this.#needs = needs;
    this.#parts = parts;
  }

  /** Takes its turn, or gives what it waits for. A run that is not to wait is canceled, and needs no turn for that. */
  take(): Queued | undefined {
    const { concurrency: { key, whenBusy = "queue" }, priority } = this.#parts;
    if (whenBusy === "cancelPrevious") this.#cancelPrevious();
    this.#siblings?.all.add(this);
    this.#pass = this.#gates.enter({ waiter: this, step: -1, needs: this.#needs, priority: [priority] });
    if (this.#pass) return undefined;
    const waitsFor = this.#gates.waiting().find(({ runId }) => runId === this.runId)?.gate ?? "runs";
    if (whenBusy === "skip" && key !== undefined && waitsFor === gateOf(key)) {
      this.leave();
      this.#parts.cancel(`skipped, as another run of the key ${key} is under way`);
      return undefined;
    }
    return { waitsFor, came: new Promise((resolve) => this.#come = resolve) };
  }

  /** Its key, with what becomes of runs that find no place; empty without one. */
  get concurrency(): RunConcurrency {
    return this.#parts.concurrency;
  }

  nameOf(): string {
    return this.#parts.name;
  }

  offer(_step: number, pass: Pass): boolean {
    this.#pass = pass;
    this.#come();
    return true;
  }

  /** Gives its turn back, or waits no more. */
  leave(): void {
    const pass = this.#pass;
    this.#pass = undefined;
    this.#siblings?.forget(this);
    if (pass) this.#gates.leave(pass, undefined);
    else this.#gates.withdraw(this);
  }

  /** Makes room for one, from the earliest on. */
  #cancelPrevious(): void {
    const { runId, concurrency: { key, limit = 1 } } = this.#parts;
    const earlier = [...this.#siblings?.all ?? []];
    for (const turn of earlier.slice(0, Math.max(0, earlier.length - limit + 1))) {
      turn.#parts.cancel(`the run ${runId} of the key ${key} took its place`);
    }
  }
}

function gateOf(key: string): string {
  return `runs of the key ${key}`;
}
