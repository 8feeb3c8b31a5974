/** What may be under way at once, and what may not begin: seats, pools, keys and breakers. */
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { SluiceEvent } from "../../../model/events/event.ts";
import type { PoolOptions } from "../../../model/gates/breaker.ts";
import { InvariantError } from "../contract.ts";
import type { RunModel } from "./run_model.ts";

/** The limits that a world was made with. */
export interface Limits {
  readonly concurrency: number;
  readonly pools: { readonly [pool: string]: number | PoolOptions };
  /** How often in a row a run is gone on with in vain. */
  readonly recoveries: number;
}

/** Looks at every step that begins. */
export class LimitsModel {
  readonly #limits: Limits;
  /** Until when the breakers of the latest process are open, by what they guard. */
  readonly #openUntilMs: Map<string, number> = new Map();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Breakers end with their process. */
  beginProcess(): void {
    this.#openUntilMs.clear();
  }

  /** Takes an event that has been counted for its run. Throws {@linkcode InvariantError}. */
  take(event: SluiceEvent, runs: ReadonlyMap<string, RunModel>, say: (event: SluiceEvent) => string): void {
    if (event.type === "breaker_opened") {
      const { kind, name, untilMs } = event.payload;
      this.#openUntilMs.set(`${kind} ${name}`, untilMs);
    }
    if (event.type !== "step_started") return;
    this.#checkRuns(event, runs, say);
    this.#checkBreakers(event, runs.get(event.runId)?.declarationOf(event.step), say);
    this.#checkCounts(event, runs, say);
  }

  /** Runs with steps under way of one key: one that is canceled while it waits begins only to say so. */
  #checkRuns(
    event: SluiceEvent,
    runs: ReadonlyMap<string, RunModel>,
    say: (event: SluiceEvent) => string,
  ): void {
    const { key, limit = 1 } = runs.get(event.runId)?.created.concurrency ?? {};
    if (key === undefined) return;
    const going = [...runs.values()].filter(({ underWay, created }) =>
      underWay.size > 0 && created.concurrency?.key === key
    );
    if (going.length <= limit) return;
    throw new InvariantError(
      "I6",
      `${say(event)} makes ${going.length} runs under way of the key ${key}, of ${limit}`,
    );
  }

  #checkBreakers(
    event: SluiceEvent,
    declaration: StepDeclaration | undefined,
    say: (event: SluiceEvent) => string,
  ): void {
    const { pool, resources = {} } = declaration ?? {};
    const options = pool === undefined ? undefined : this.#limits.pools[pool];
    const guards = [
      ...typeof options === "object" && options.breaker ? [[`pool ${pool}`, options.breaker] as const] : [],
      ...Object.values(resources).flatMap(({ name, breaker }) =>
        breaker ? [[`resource ${name}`, breaker] as const] : []
      ),
    ];
    for (const [guarded, { whenOpen }] of guards) {
      const untilMs = this.#openUntilMs.get(guarded) ?? -Infinity;
      if (whenOpen === "fail" || event.atMs >= untilMs) continue;
      throw new InvariantError(
        "I6",
        `${say(event)} begins at ${event.atMs}, and the breaker of ${guarded} is open until ${untilMs}`,
      );
    }
  }

  #checkCounts(
    event: SluiceEvent,
    runs: ReadonlyMap<string, RunModel>,
    say: (event: SluiceEvent) => string,
  ): void {
    const taken = new Map<string, number>();
    const limits = new Map([["all", this.#limits.concurrency]]);
    for (const run of runs.values()) {
      for (const step of run.underWay) {
        for (const [name, limit] of this.#placesOf(run, step)) {
          taken.set(name, (taken.get(name) ?? 0) + 1);
          limits.set(name, Math.max(limit, limits.get(name) ?? 0));
        }
      }
    }
    for (const [name, count] of taken) {
      const limit = limits.get(name) ?? Infinity;
      if (count <= limit) continue;
      throw new InvariantError("I6", `${say(event)} makes ${count} under way of ${name}, of ${limit}`);
    }
  }

  /** What a step under way takes a place of, with the limit. */
  #placesOf(run: RunModel, step: number): readonly (readonly [name: string, limit: number])[] {
    const { pool, concurrency } = run.declarationOf(step) ?? {};
    const options = pool === undefined ? undefined : this.#limits.pools[pool];
    const slots = (typeof options === "object" ? options.slots : options) ?? Infinity;
    const key = concurrency?.key;
    return [
      ["all", this.#limits.concurrency],
      ...pool === undefined ? [] : [[`pool ${pool}`, slots] as const],
      ...typeof key === "string" ? [[`key ${key}`, concurrency?.limit ?? 1] as const] : [],
    ];
  }
}
