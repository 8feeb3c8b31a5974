/** Values that live only as long as a step of their run waits for them. */
import type { IOManager, ValueAddress } from "../../io/manager.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Wiring } from "../wiring.ts";

/** Removes the values of ephemeral managers when the last step of the run that waits for them is done with them. */
export class Retention {
  readonly #graph: StepGraph;
  readonly #wiring: Wiring;
  readonly #unread: Int32Array;
  readonly #onError: (error: unknown) => void;

  /** @param onError Hears of values that could not be removed; the run goes on without it. */
  constructor(graph: StepGraph, wiring: Wiring, onError: (error: unknown) => void) {
    this.#graph = graph;
    this.#wiring = wiring;
    this.#onError = onError;
    this.#unread = new Int32Array(graph.size);
    const { offsets } = graph.children;
    for (let step = 0; step < graph.size; step++) this.#unread[step] = offsets[step + 1] - offsets[step];
  }

  /** A step is done with what it read. */
  release(step: number): void {
    const { offsets, targets } = this.#graph.parents;
    for (let edge = offsets[step]; edge < offsets[step + 1]; edge++) {
      const parent = targets[edge];
      if (--this.#unread[parent] > 0) continue;
      if (parent >= this.#graph.count) this.release(parent);
      else this.#remove(parent);
    }
  }

  #remove(step: number): void {
    const { definitions, managerOf } = this.#wiring;
    const keys = this.#graph.partitionKeys(step);
    for (const asset of this.#graph.outputs(this.#graph.nodeOf(step))) {
      const manager = managerOf(definitions.graph.rankOf(asset.key) as number);
      if (!manager.ephemeral) continue;
      for (const partition of keys.length > 0 ? keys : [undefined]) {
        void this.#removeFrom(manager, { asset: asset.key, partition });
      }
    }
  }

  async #removeFrom(manager: IOManager, address: ValueAddress): Promise<void> {
    try {
      await manager.remove(address);
    } catch (error) {
      this.#onError(error);
    }
  }
}
