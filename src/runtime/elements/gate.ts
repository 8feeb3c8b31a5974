/** The pool of the elements of one call: the gate that steps of that pool pass too. */
import type { Need, Outcome } from "../gates/gate.ts";
import type { Gates, Pass, Waiter } from "../gates/gates.ts";
import type { ElementGate, ElementPass } from "./desk.ts";

/** What the gate of a call is made with. */
export interface PoolGateParts {
  readonly gates: Gates;
  readonly runId: string;
  readonly step: number;
  /** Of the step. */
  readonly name: string;
  readonly needs: readonly Need[];
  readonly priority: readonly number[];
}

/** Waits in the line of a pool; first come, first served within the call. */
export class PoolGate implements ElementGate, Waiter {
  readonly runId: string;
  readonly #parts: PoolGateParts;
  readonly #line: ((pass: ElementPass | undefined) => void)[] = [];
  #isClosed = false;

  constructor(parts: PoolGateParts) {
    this.#parts = parts;
    this.runId = parts.runId;
  }

  take(): ElementPass | undefined | Promise<ElementPass | undefined> {
    if (this.#isClosed) return undefined;
    const { gates, step, needs, priority } = this.#parts;
    const pass = gates.enter({ waiter: this, step, needs, priority });
    return pass ? this.#admit(pass) : new Promise((resolve) => this.#line.push(resolve));
  }

  nameOf(): string {
    return this.#parts.name;
  }

  offer(_step: number, pass: Pass): boolean {
    const next = this.#line.shift();
    next?.(this.#admit(pass));
    return next !== undefined;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.gates.withdraw(this);
    for (const next of this.#line.splice(0)) next(undefined);
  }

  #admit(pass: Pass): ElementPass {
    const leave = (outcome: Outcome) => this.#parts.gates.leave(pass, outcome);
    return { refusal: pass.refusal, leave };
  }
}
