/** The order of undoing: the latest end first, and a step when all that was made from it is over. */
import { EVENT_KINDS, type EventPayloads, type RecordedError } from "../../model/events/event.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import { Line, type Ranked } from "../gates/line.ts";
import type { LoopProgress } from "../loop/parts.ts";
import type { ReadyQueue } from "../loop/ready.ts";
import type { Tape } from "../recorder.ts";

interface Waiting extends Ranked {
  readonly step: number;
}

/** Steps that may be undone now, the latest end first. */
export class LatestFirst implements ReadyQueue {
  readonly #line: Line<Waiting> = new Line();
  readonly #placeOf: ReadonlyMap<number, number>;

  /** @param ends Steps in the order in which they ended. */
  constructor(ends: Iterable<number>) {
    this.#placeOf = new Map(Array.from(ends, (step, place) => [step, place]));
  }

  get size(): number {
    return this.#line.size;
  }

  push(step: number): void {
    const place = this.#placeOf.get(step) as number;
    this.#line.join({ step, priority: [place], serial: place });
  }

  unshift(step: number): void {
    this.push(step);
  }

  shift(): number {
    return this.#line.shift()?.step ?? -1;
  }

  clear(): void {
    this.#line.keep(() => false);
  }
}

const NONE: readonly number[] = Object.freeze([]);

/** What undoing is followed with. */
export interface UndoOrderParts {
  readonly graph: StepGraph;
  readonly tape: Tape;
  readonly ready: ReadyQueue;
  /** The steps to undo. */
  readonly steps: Iterable<number>;
  /** What is recorded of a step that was undone. */
  readonly told: (step: number) => EventPayloads["step_undone"];
  /** A step is undone. */
  readonly undone: (step: number) => void;
}

/** Follows the undoing of one run's steps to its end. */
export class UndoOrder implements LoopProgress {
  /** How many steps are not over. */
  left: number;
  /** How many were undone, and how many could not be. */
  readonly counts: { undone: number; undoFailed: number } = { undone: 0, undoFailed: 0 };
  readonly #parts: UndoOrderParts;
  /** Steps that are to be undone, or are being undone. */
  readonly #open: Set<number>;
  /** By step and by barrier: how many below it are not over. */
  readonly #waits: Int32Array;
  #isClosed = false;

  constructor(parts: UndoOrderParts) {
    const { size, children: { offsets } } = parts.graph;
    this.#parts = parts;
    this.#open = new Set(parts.steps);
    this.left = this.#open.size;
    this.#waits = Int32Array.from({ length: size }, (_, node) => offsets[node + 1] - offsets[node]);
  }

  /** Whether a step is not over. */
  isOpen(step: number): boolean {
    return this.#open.has(step);
  }

  /** Lets those begin that nothing was made from. */
  open(): void {
    const { size, children: { offsets } } = this.#parts.graph;
    for (let node = 0; node < size; node++) if (offsets[node + 1] === offsets[node]) this.#reach(node);
  }

  close(): void {
    this.#isClosed = true;
    this.#parts.ready.clear();
  }

  begin(step: number, attempt: number): void {
    this.#parts.tape.push(EVENT_KINDS.step_undoing, step, attempt);
  }

  succeed(step: number, attempt: number): void {
    const { tape, told, undone } = this.#parts;
    tape.push(EVENT_KINDS.step_undone, step, attempt, told(step));
    this.counts.undone++;
    undone(step);
    this.#end(step);
  }

  retry(step: number, attempt: number, payload: EventPayloads["step_undo_retrying"]): void {
    this.#parts.tape.push(EVENT_KINDS.step_undo_retrying, step, attempt, payload);
  }

  /** What could not be undone does not keep the others from it. */
  fail(step: number, attempt: number, { error }: { readonly error: RecordedError }): void {
    this.#parts.tape.push(EVENT_KINDS.step_undo_failed, step, attempt, { error });
    this.counts.undoFailed++;
    this.#end(step);
  }

  skip(step: number, attempt: number): readonly number[] {
    this.succeed(step, attempt);
    return NONE;
  }

  cancel(step: number, attempt: number, reason: string): void {
    this.fail(step, attempt, { error: { name: "Error", message: reason } });
  }

  /** Undoing is not canceled: what is left of it stays as it is. */
  *cancelRest(): Generator<void, void> {}

  #end(step: number): void {
    this.left--;
    this.#open.delete(step);
    this.#pass(step);
  }

  /** All that was made from a step or barrier is over. */
  #reach(node: number): void {
    const { ready } = this.#parts;
    if (!this.#open.has(node)) this.#pass(node);
    else if (!this.#isClosed) ready.push(node);
  }

  /** Tells those upstream, with a list and not by recursion: chains may be long. */
  #pass(from: number): void {
    const { parents: { offsets, targets } } = this.#parts.graph;
    const over = [from];
    for (let next = over.pop(); next !== undefined; next = over.pop()) {
      for (let edge = offsets[next]; edge < offsets[next + 1]; edge++) {
        const parent = targets[edge];
        if (--this.#waits[parent] > 0) continue;
        if (!this.#open.has(parent)) over.push(parent);
        else if (!this.#isClosed) this.#parts.ready.push(parent);
      }
    }
  }
}
