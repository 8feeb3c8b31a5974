/** A snapshot as a graph of steps: who makes what, and who waits for whom. */
import type { AssetSnapshot, Snapshot, StepSnapshot } from "../../src/model/snapshot/snapshot.ts";

/** Steps and assets by name, upstream first. */
export class Graph {
  readonly snapshot: Snapshot;
  readonly #steps: ReadonlyMap<string, StepSnapshot>;
  readonly #assets: ReadonlyMap<string, AssetSnapshot>;
  readonly #gates = new Map<string, string[]>();
  readonly #ranks = new Map<string, number>();

  constructor(snapshot: Snapshot) {
    this.snapshot = snapshot;
    this.#steps = new Map(snapshot.steps.map((step) => [step.name, step]));
    this.#assets = new Map(snapshot.assets.map((asset) => [asset.key, asset]));
    for (const { name, check } of snapshot.steps) {
      if (check?.blocking) this.#gates.set(check.asset, [...this.#gates.get(check.asset) ?? [], name]);
    }
    for (const { name } of snapshot.steps) this.#rank(name);
  }

  /** The asset of a key. */
  asset(key: string): AssetSnapshot {
    return this.#assets.get(key) as AssetSnapshot;
  }

  /** The step of a name. */
  step(name: string): StepSnapshot {
    return this.#steps.get(name) as StepSnapshot;
  }

  /** Steps in an order in which each comes after those that it waits for. */
  sorted(steps: readonly StepSnapshot[]): readonly StepSnapshot[] {
    return steps.toSorted((a, b) => this.#rankOf(a) - this.#rankOf(b));
  }

  /** The names of the steps that a step waits for: those that make its inputs, and the checks that gate these. */
  upstreamOf({ name, inputs, check }: StepSnapshot): ReadonlySet<string> {
    const read = check ? [...inputs.map(({ key }) => key), check.asset] : inputs.map(({ key }) => key);
    const names = new Set<string>();
    for (const key of read) {
      const maker = this.asset(key).step;
      const gates = check || maker === name ? [] : this.#gates.get(key) ?? [];
      for (const each of [maker, ...gates]) names.add(each);
    }
    names.delete(name);
    return names;
  }

  #rankOf({ name }: StepSnapshot): number {
    return this.#ranks.get(name) as number;
  }

  /** Numbers a step after all that it waits for; without recursion, since chains may be long. */
  #rank(name: string): void {
    const stack = [name];
    const opened = new Set<string>();
    while (stack.length > 0) {
      const top = stack[stack.length - 1];
      const waits = opened.has(top) ? [] : [...this.upstreamOf(this.step(top))];
      opened.add(top);
      const ahead = waits.filter((each) => !this.#ranks.has(each) && !opened.has(each));
      if (ahead.length > 0) stack.push(...ahead.reverse());
      else {
        stack.pop();
        if (!this.#ranks.has(top)) this.#ranks.set(top, this.#ranks.size);
      }
    }
  }
}
