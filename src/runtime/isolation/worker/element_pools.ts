/** Slots of pools for the elements of a task in a worker, taken in their name in the thread that has the pools. */
import type { ElementGate, ElementPass } from "../../elements/desk.ts";
import { packFailure, unpackFailure } from "./failure.ts";
import type { Admission, PoolRemark } from "./protocol.ts";

/** What slots are taken with. */
export interface ElementPoolParts {
  /** The step. */
  readonly step: string;
  /** Opens the gate of a pool. */
  readonly openGate: (pool: string) => ElementGate;
  /** Tells the worker. */
  readonly tell: (admission: Admission) => void;
}

/** The gates of one attempt, by the numbers that the worker gave them. */
export class ElementPools {
  readonly #parts: ElementPoolParts;
  readonly #gates: Map<number, ElementGate> = new Map();
  /** Those that are in, by gate and take. */
  readonly #inside: Map<string, ElementPass> = new Map();
  #isOver = false;

  constructor(parts: ElementPoolParts) {
    this.#parts = parts;
  }

  /** An element asks for a slot, gives it back, or none of a call asks any more. */
  hear(remark: PoolRemark): void {
    const { gate } = remark;
    if ("pool" in remark) void this.#take(gate, remark.take, remark.pool);
    else if ("left" in remark) this.#leave(gate, remark);
    else this.#gates.get(gate)?.close();
  }

  /** The attempt is over, whatever its worker says: what it holds is given back. */
  close(): void {
    this.#isOver = true;
    for (const gate of this.#gates.values()) gate.close();
    for (const pass of this.#inside.values()) pass.leave(undefined);
    this.#inside.clear();
  }

  async #take(gate: number, take: number, pool: string): Promise<void> {
    if (this.#isOver) return;
    const opened = this.#gates.get(gate) ?? this.#parts.openGate(pool);
    this.#gates.set(gate, opened);
    const pass = await opened.take();
    if (this.#isOver) return pass?.leave(undefined);
    if (pass) this.#inside.set(`${gate} ${take}`, pass);
    const refusal = pass?.refusal && packFailure(pass.refusal.error);
    this.#parts.tell({ gate, take, isLetIn: pass !== undefined, ...(refusal && { refusal }) });
  }

  #leave(gate: number, { left, outcome }: Extract<PoolRemark, { readonly left: number }>): void {
    const key = `${gate} ${left}`;
    const pass = this.#inside.get(key);
    this.#inside.delete(key);
    pass?.leave(typeof outcome === "object" ? { error: unpackFailure(this.#parts.step, outcome) } : outcome);
  }
}
