/**
 * Gates: what must be passed before something begins. Who comes takes all of its gates at once or none of them, so that
 * no two can wait for each other; it waits in one place, the line of the first gate that does not let it in. Lines are
 * first come, first served within a priority.
 */
import type { Clock } from "../../model/ports.ts";
import { CountingGate, type Gate, type Need, type Outcome } from "./gate.ts";
import { goesBefore, Line, type Ranked } from "./line.ts";

/** Who waits. */
export interface Waiter {
  /** The run that it is, or is about. */
  readonly runId: string;
  /** What a step is called. */
  nameOf(step: number): string;
  /**
   * Lets a step begin. False when it cannot be used now: it then asks again later, and its place goes to the next in
   * line instead of lying idle.
   */
  offer(step: number, pass: Pass): boolean;
}

/** What was let in, until it leaves. */
export interface Pass {
  /** Who has it. */
  readonly entrant: Entrant | undefined;
  readonly needs: readonly Need[];
  readonly tokens: readonly number[];
  /** Why it cannot work, from a gate that says so instead of letting wait. */
  readonly refusal: { readonly error: unknown } | undefined;
}

/** Who comes to which gates. */
export interface Entry {
  readonly waiter: Waiter;
  /** The step; -1 for the run itself. */
  readonly step: number;
  readonly needs: readonly Need[];
  readonly priority: readonly number[];
}

/** One that waits, as it can be asked for. */
export interface WaitingEntry {
  /** The run. */
  readonly runId: string;
  /** The number of the step in its run; -1 where the run itself waits. */
  readonly step: number;
  /** The name of the step, or of the job; empty for a run without one. */
  readonly name: string;
  /** What it waits for: `pool NAME`, `key KEY`, `breaker of pool NAME`, `breaker of resource NAME`. */
  readonly gate: string;
  /** Since when, epoch milliseconds. */
  readonly sinceMs: number;
}

/** Who comes, with a place in every line. */
export interface Entrant extends Entry, Ranked {
  /** 0 before it waits. */
  sinceMs: number;
}

interface Place {
  readonly name: string;
  readonly gate: Gate;
  readonly line: Line<Entrant>;
}

const FREE: Pass = Object.freeze({ entrant: undefined, needs: [], tokens: [], refusal: undefined });

/** The gates of one process. Those that only count are there while they are used. */
export class Gates {
  readonly #clock: Clock;
  readonly #places: Map<string, Place> = new Map();
  /** Where anybody waits. */
  readonly #awaited: Set<Place> = new Set();
  #serial = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Puts up a gate that does more than count. */
  add(name: string, gate: Gate): void {
    this.#places.set(name, { name, gate, line: new Line() });
  }

  /** Lets in at once, or gives undefined and offers a pass later. */
  enter(entry: Entry): Pass | undefined {
    if (entry.needs.length === 0) return FREE;
    const pass = this.#pass({ ...entry, serial: ++this.#serial, sinceMs: 0 });
    if (!pass) this.#releaseLookedAt(entry);
    return pass;
  }

  /**
   * Looks again at who was let in a moment ago and is about to begin. Where a gate has shut meanwhile, its place is given
   * back, and it waits with the place in line that it had.
   */
  renew(pass: Pass): Pass | undefined {
    const { entrant, needs, tokens } = pass;
    const holds = needs.every(({ gate }, index) => this.#places.get(gate)?.gate.holds(tokens[index]));
    if (!entrant || holds) return pass;
    this.#giveBack(needs, tokens, undefined);
    const renewed = this.#pass(entrant);
    for (const { gate } of needs) this.release(gate);
    return renewed;
  }

  /** What was let in is over. */
  leave({ needs, tokens }: Pass, outcome: Outcome): void {
    this.#giveBack(needs, tokens, outcome);
    for (const { gate } of needs) this.release(gate);
  }

  /** Makes a run no longer wait anywhere. */
  withdraw(waiter: Waiter): void {
    for (const place of [...this.#awaited]) {
      if (!place.line.keep((entrant) => entrant.waiter !== waiter)) continue;
      this.#attend(place);
      this.release(place.name);
    }
  }

  /** Who waits, by gate and in the order of their lines. */
  waiting(): readonly WaitingEntry[] {
    return [...this.#awaited].flatMap(({ name, line }) =>
      line.toArray().map(({ waiter, step, sinceMs }) => ({
        runId: waiter.runId,
        step,
        name: waiter.nameOf(step),
        gate: name,
        sinceMs,
      }))
    );
  }

  /** Lets in whom a gate has room for: to be called when it may have opened. */
  release(name: string): void {
    const place = this.#places.get(name);
    if (!place) return;
    for (let first = place.line.first; first; first = place.line.first) {
      if (place.gate.look(limitAt(first, name)) === "wait") break;
      place.line.shift();
      this.#proceed(first);
    }
    this.#attend(place);
  }

  /** One that is out of a line goes in, or into the line of another gate with the place that it came with. */
  #proceed(entrant: Entrant): void {
    const pass = this.#pass(entrant);
    if (!pass) this.#releaseLookedAt(entrant);
    else if (!entrant.waiter.offer(entrant.step, pass)) this.#giveBack(pass.needs, pass.tokens, undefined);
  }

  /**
   * A gate that has opened by being looked at lets in those first who stand there already. Whoever bars one of them in turn
   * came before it, so that this comes to an end.
   */
  #releaseLookedAt({ needs }: Entry): void {
    for (const { gate } of needs) this.release(gate);
  }

  /** Lets somebody in, refuses it, or puts it into the line of the gate that bars it. */
  #pass(entrant: Entrant): Pass | undefined {
    const barred = this.#findBarred(entrant);
    if (barred instanceof Error) return refused(barred);
    if (!barred) return this.#admit(entrant);
    this.#wait(barred, entrant);
    return undefined;
  }

  /** The first gate that does not let in, or what it says; nobody overtakes who waits there already. */
  #findBarred(entrant: Entrant): Place | Error | undefined {
    for (const { gate: name, limit } of entrant.needs) {
      const place = this.#places.get(name);
      if (!place) continue;
      const answer = place.gate.look(limit);
      if (answer instanceof Error) return answer;
      const { first } = place.line;
      if (answer === "wait" || first && goesBefore(first, entrant)) return place;
    }
    return undefined;
  }

  #admit(entrant: Entrant): Pass {
    const { needs } = entrant;
    const tokens = needs.map(({ gate }) => this.#placeOf(gate).gate.enter());
    return { entrant, needs, tokens, refusal: undefined };
  }

  #giveBack(needs: readonly Need[], tokens: readonly number[], outcome: Outcome): void {
    for (const [index, { gate: name }] of needs.entries()) {
      const place = this.#places.get(name);
      place?.gate.leave(tokens[index], outcome);
      if (place) this.#forget(place);
    }
  }

  #wait(place: Place, entrant: Entrant): void {
    entrant.sinceMs ||= this.#clock.now();
    place.line.join(entrant);
    this.#attend(place);
  }

  #attend(place: Place): void {
    const isAwaited = place.line.size > 0;
    if (isAwaited) this.#awaited.add(place);
    else this.#awaited.delete(place);
    place.gate.attend(isAwaited);
    this.#forget(place);
  }

  #forget({ name, gate, line }: Place): void {
    if (gate.isIdle && line.size === 0) this.#places.delete(name);
  }

  #placeOf(name: string): Place {
    const known = this.#places.get(name);
    if (known) return known;
    const place = { name, gate: new CountingGate(), line: new Line<Entrant>() };
    this.#places.set(name, place);
    return place;
  }
}

function limitAt({ needs }: Entrant, name: string): number {
  return needs.find(({ gate }) => gate === name)?.limit ?? Infinity;
}

function refused(error: Error): Pass {
  return { ...FREE, refusal: { error } };
}
