/** The gates of one run's steps: what each has to pass, and what those under way have passed. */
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { Need, Outcome } from "./gate.ts";
import type { Gates, Pass, Waiter } from "./gates.ts";

/** What the gates of a run depend on. */
export interface TurnstileParts {
  readonly gates: Gates;
  readonly waiter: Waiter;
  /** Of the run, over all runs. */
  readonly priority: number;
  /** What a step has to pass. */
  readonly needsOf: (step: number) => readonly Need[];
  readonly declarationOf: (step: number) => StepDeclaration;
}

/** Lets the steps of one run through. */
export class Turnstile {
  readonly #parts: TurnstileParts;
  /** Of steps that were let in and have not begun. */
  readonly #granted: Map<number, Pass> = new Map();
  /** Of steps under way. */
  readonly #held: Map<number, Pass> = new Map();

  constructor(parts: TurnstileParts) {
    this.#parts = parts;
  }

  /** Whether a step may begin; otherwise it waits and is offered later. */
  admits(step: number): boolean {
    const { gates, waiter, priority, needsOf, declarationOf } = this.#parts;
    const granted = this.#granted.get(step);
    this.#granted.delete(step);
    const pass = granted ?? gates.enter({
      waiter,
      step,
      needs: needsOf(step),
      priority: [priority, declarationOf(step).priority],
    });
    if (pass) this.#held.set(step, pass);
    return pass !== undefined;
  }

  /** Keeps what was offered until the step begins. */
  grant(step: number, pass: Pass): void {
    this.#granted.set(step, pass);
  }

  /** Throws why a step that was let in must not go on. */
  requirePass(step: number): void {
    const refusal = this.#held.get(step)?.refusal;
    if (refusal) throw refusal;
  }

  /** A step is not under way any more. */
  leave(step: number, outcome: Outcome): void {
    const pass = this.#held.get(step);
    if (!pass) return;
    this.#held.delete(step);
    this.#parts.gates.leave(pass, outcome);
  }

  /** Lets nothing in any more. */
  close(): void {
    this.#parts.gates.withdraw(this.#parts.waiter);
    for (const pass of this.#granted.values()) this.#parts.gates.leave(pass, undefined);
    this.#granted.clear();
  }
}
