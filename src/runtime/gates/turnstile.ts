/** The gates of one run's steps: what each has to pass, and what those under way have passed. */
import type { Outcome } from "./gate.ts";
import type { Gates, Pass, Waiter } from "./gates.ts";
import type { Needs, NeedsSource } from "./needs.ts";

/** What the gates of a run depend on. */
export interface TurnstileParts {
  readonly runId: string;
  /** Of the run, over all runs. */
  readonly priority: number;
  readonly gates: Gates;
  readonly needs: Needs;
  readonly source: NeedsSource;
  /** Lets a step begin that waited. False when it cannot be used now. */
  readonly accept: (step: number) => boolean;
}

/** Lets the steps of one run through. */
export class Turnstile implements Waiter {
  readonly runId: string;
  readonly #parts: TurnstileParts;
  /** Of steps that were let in and have not begun. */
  readonly #granted: Map<number, Pass> = new Map();
  /** Of steps under way. */
  readonly #held: Map<number, Pass> = new Map();

  constructor(parts: TurnstileParts) {
    this.runId = parts.runId;
    this.#parts = parts;
  }

  /** Whether a step may begin; otherwise it waits and is offered later. */
  admits(step: number): boolean {
    const granted = this.#granted.get(step);
    this.#granted.delete(step);
    const pass = granted ? this.#parts.gates.renew(granted) : this.#enter(step);
    if (pass) this.#held.set(step, pass);
    return pass !== undefined;
  }

  /** Throws why a step that was let in must not go on. */
  requirePass(step: number): void {
    const refusal = this.#held.get(step)?.refusal;
    if (refusal) throw refusal.error;
  }

  offer(step: number, pass: Pass): boolean {
    if (!this.#parts.accept(step)) return false;
    this.#granted.set(step, pass);
    return true;
  }

  nameOf(step: number): string {
    return this.#parts.source.declarationOf(step).name;
  }

  /** A step is not under way any more. */
  leave(step: number, outcome: Outcome): void {
    const pass = this.#held.get(step);
    if (!pass) return;
    this.#held.delete(step);
    this.#parts.gates.leave(pass, outcome);
  }

  /** A step that was let in does not begin. */
  forget(step: number): void {
    const pass = this.#granted.get(step);
    if (!pass) return;
    this.#granted.delete(step);
    this.#parts.gates.leave(pass, undefined);
  }

  /** Lets nothing in any more. */
  close(): void {
    this.#parts.gates.withdraw(this);
    for (const pass of this.#granted.values()) this.#parts.gates.leave(pass, undefined);
    this.#granted.clear();
  }

  #enter(step: number): Pass | undefined {
    const { gates, needs, source, priority } = this.#parts;
    try {
      return gates.enter({
        waiter: this,
        step,
        needs: needs.of(step, source),
        priority: [priority, source.declarationOf(step).priority],
      });
    } catch (error) {
      return refusedPass(error);
    }
  }
}

function refusedPass(error: unknown): Pass {
  return { entrant: undefined, needs: [], tokens: [], refusal: { error } };
}
