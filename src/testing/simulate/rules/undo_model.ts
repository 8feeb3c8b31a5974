/** Undoing, as the rules see it: what a run has made itself, against the edges, and once. */
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { Definitions } from "../../../model/definitions.ts";
import type { OutputRecord, SluiceEvent } from "../../../model/events/event.ts";
import type { StepTable } from "../../../model/events/step_table.ts";
import { InvariantError } from "../contract.ts";
import { upstreamOf } from "./upstream.ts";

/** How far the undoing of one step is. */
interface UndoState {
  /** `undoing`, `waiting` for the next attempt, `lost`, `undone` or `undo_failed`. */
  state: string;
  attempt: number;
}

/** What the rule has to know of a run. */
export interface UndoneRun {
  readonly table: StepTable;
  /** The steps under way. */
  readonly underWay: ReadonlySet<number>;
  /** Whether the run has made something in a step, and nobody has undone it. */
  isMade(step: number): boolean;
  declarationOf(step: number): StepDeclaration | undefined;
  /** Something that the run has made was undone. */
  noteUndone(step: number, where: string): void;
  /** The undoing of a step in this run is over. */
  endUndo(step: number, state: string): void;
}

/** The undoing that one run does, of its own steps or of those of another run. */
export class UndoModel {
  readonly #definitions: Definitions;
  /** The run that does it, and the one that has made what is undone. */
  readonly #run: UndoneRun;
  readonly #maker: UndoneRun;
  readonly #states: Map<number, UndoState> = new Map();

  constructor(definitions: Definitions, run: UndoneRun, maker: UndoneRun) {
    this.#definitions = definitions;
    this.#run = run;
    this.#maker = maker;
  }

  /** Whether anything was undone, or was to be. */
  get isBegun(): boolean {
    return this.#states.size > 0;
  }

  /** A step of which undoing is under way or to be tried again. */
  get open(): number | undefined {
    for (const [step, { state }] of this.#states) {
      if (state === "undoing" || state === "waiting" || state === "lost") return step;
    }
    return undefined;
  }

  /** What was under way is lost. */
  lose(): void {
    for (const undo of this.#states.values()) if (undo.state === "undoing") undo.state = "lost";
  }

  /** Takes the next event. Throws {@linkcode InvariantError}. */
  take({ type, seq, runId, step, attempt }: SluiceEvent): void {
    const where = `${type} (${seq}) of step ${step} of run ${runId}`;
    const known: UndoState = this.#states.get(step) ?? { state: "whole", attempt: 0 };
    if (type === "step_undoing") return this.#begin(known, step, attempt, where);
    if (known.state !== "undoing" || known.attempt !== attempt) {
      throw broken(`${where}, attempt ${attempt}, ends what is ${known.state} at attempt ${known.attempt}`);
    }
    known.state = type === "step_undone" ? "undone" : type === "step_undo_failed" ? "undo_failed" : "waiting";
    if (known.state === "undone") this.#maker.noteUndone(step, where);
    if (known.state !== "waiting") this.#run.endUndo(step, known.state);
  }

  #begin(known: UndoState, step: number, attempt: number, where: string): void {
    if (!["whole", "waiting", "lost"].includes(known.state)) throw broken(`${where} follows ${known.state}`);
    if (attempt <= known.attempt) throw broken(`${where} is attempt ${attempt} after ${known.attempt}`);
    if (this.#run.underWay.size > 0) throw broken(`${where} begins while steps of its run are under way`);
    if (!this.#maker.isMade(step)) throw broken(`${where} undoes what the run has not made`);
    if (!this.#maker.declarationOf(step)?.undo) throw broken(`${where}, which has no undo step`);
    this.#checkDownstream(step, where);
    this.#states.set(step, { state: "undoing", attempt });
  }

  /** All that was made from a step and can be undone is over before it. */
  #checkDownstream(step: number, where: string): void {
    const { table } = this.#maker;
    for (let other = 0; other < table.count; other++) {
      if (other === step || !this.#isLeft(other) || !this.#isUpstream(step, other)) continue;
      throw broken(`${where} begins before step ${other}, which was made from it, is undone`);
    }
  }

  #isLeft(step: number): boolean {
    if (!this.#maker.declarationOf(step)?.undo || !this.#maker.isMade(step)) return false;
    const state = this.#states.get(step)?.state;
    return state !== "undone" && state !== "undo_failed";
  }

  #isUpstream(step: number, of: number): boolean {
    const seen = new Set<number>([of]);
    for (const next of seen) {
      for (const { step: parent } of upstreamOf(this.#maker.table, this.#definitions, next)) seen.add(parent);
    }
    return seen.has(step);
  }
}

/** Whether a step that says this of its outputs has made any of them. */
export function hasMade(said: readonly OutputRecord[] | undefined, values: number): boolean {
  const unmade = (said ?? []).filter(({ skipped, unchanged }) => skipped !== undefined || unchanged);
  const isWhole = unmade.some(({ partition, output }) => partition === undefined && (output ?? 0) === 0);
  return values > 0 && unmade.length < values && !(isWhole && values === 1);
}

function broken(what: string): InvariantError {
  return new InvariantError("I12", what);
}
