/** One run as the rules see it. */
import type { CircuitReach } from "../../../model/assets/result.ts";
import type { StepDeclaration } from "../../../model/assets/declaration.ts";
import type { Definitions } from "../../../model/definitions.ts";
import type { EventPayloads, SluiceEvent } from "../../../model/events/event.ts";
import type { StepTable } from "../../../model/events/step_table.ts";
import { InvariantError } from "../contract.ts";
import { ElementsModel, isOfElement } from "./elements.ts";
import { mayBegin } from "./trigger_rules.ts";
import { hasMade, UndoModel } from "./undo_model.ts";
import { upstreamOf } from "./upstream.ts";

/** What an event makes of a step. */
const ENDS: { readonly [type: string]: string } = {
  step_succeeded: "success",
  step_failed: "failed",
  step_skipped: "skipped",
  step_upstream_failed: "upstream_failed",
  step_canceled: "canceled",
};
/** The ends that a step may have that never began. */
const WITHOUT_START: ReadonlySet<string> = new Set(["skipped", "upstream_failed", "canceled"]);
/** How a step may have ended, all told. */
const OVER: ReadonlySet<string> = new Set([...Object.values(ENDS), "undone", "undo_failed"]);
/** Events about undoing a step. */
const UNDOING: ReadonlySet<string> = new Set([
  "step_undoing",
  "step_undo_retrying",
  "step_undone",
  "step_undo_failed",
]);
/** Events that say nothing about how far a step is. */
const REMARKS: ReadonlySet<string> = new Set(["step_log", "check_evaluated"]);

/** How far one step is. */
interface StepModel {
  /** `waiting`, `running`, `retrying`, `lost`, or how it ended. */
  state: string;
  attempt: number;
  /** Undefined as long as there was none. */
  elements: ElementsModel | undefined;
  /** Whether it has made anything itself. */
  hasMade?: boolean;
}

/** A run and its steps. */
export class RunModel {
  status = "queued";
  /** How often in a row it was gone on with after its process had died, and no step came to its end. */
  recoveries = 0;
  /** The steps under way. */
  readonly underWay: Set<number> = new Set();
  readonly created: EventPayloads["run_created"];
  readonly #definitions: Definitions;
  readonly #mostRecoveries: number;
  readonly #steps: Map<number, StepModel> = new Map();
  /** Steps that have cut off what is downstream of them. */
  readonly #cuts: Map<number, CircuitReach> = new Map();
  readonly #undo: UndoModel;
  readonly #undoesItself: boolean;
  /** Steps whose work was undone, by this run or a later one. */
  readonly #undone: Set<number> = new Set();
  #lastSeq = 0;

  /** @param maker The run whose work this one undoes; left out for a run that makes something itself. */
  constructor(
    definitions: Definitions,
    mostRecoveries: number,
    created: EventPayloads["run_created"],
    maker?: RunModel,
  ) {
    this.#definitions = definitions;
    this.#mostRecoveries = mostRecoveries;
    this.created = created;
    this.#undo = new UndoModel(definitions, this, maker ?? this);
    this.#undoesItself = maker === undefined;
  }

  get isOver(): boolean {
    return this.status === "success" || this.status === "failed" || this.status === "canceled";
  }

  get table(): StepTable {
    return this.created.steps;
  }

  /** The state of a step. */
  stateOf(step: number): string {
    return this.#steps.get(step)?.state ?? "waiting";
  }

  /** Whether the run has made something in a step, and nobody has undone it. */
  isMade(step: number): boolean {
    return (this.#steps.get(step)?.hasMade ?? false) && !this.#undone.has(step);
  }

  /** Something that the run has made was undone. */
  noteUndone(step: number, where: string): void {
    if (this.#undone.has(step)) throw new InvariantError("I12", `${where}, and it is undone already`);
    this.#undone.add(step);
  }

  /** The undoing of a step in this run is over. */
  endUndo(step: number, state: string): void {
    this.recoveries = 0;
    const known = this.#steps.get(step) ?? { attempt: 0, elements: undefined };
    this.#steps.set(step, { ...known, state });
  }

  /** How many steps ended in a state. */
  countOf(state: string): number {
    return [...this.#steps.values()].filter((step) => step.state === state).length;
  }

  /** The declaration of a step. */
  declarationOf(step: number): StepDeclaration | undefined {
    const rank = this.#definitions.stepGraph.rankOf(this.table.node(this.table.nodeOf(step)).step);
    return rank === undefined ? undefined : this.#definitions.steps[rank];
  }

  /** What was under way is lost. */
  lose(): void {
    for (const step of this.underWay) {
      const known = this.#steps.get(step) as StepModel;
      known.state = "lost";
      known.elements?.lose();
    }
    this.underWay.clear();
    this.#undo.lose();
  }

  /** Takes the next event. Throws {@linkcode InvariantError}. */
  take(event: SluiceEvent): void {
    const { type, seq, runId, step } = event;
    if (this.isOver) throw new InvariantError("I2", `${type} (${seq}) follows the end of run ${runId}`);
    if (seq <= this.#lastSeq) throw new InvariantError("I7", `${type} (${seq}) of run ${runId} comes late`);
    this.#lastSeq = seq;
    if (UNDOING.has(type)) this.#undo.take(event);
    else if (step >= 0) this.#takeStep(event);
    else this.#takeRun(event);
  }

  #takeRun(event: SluiceEvent): void {
    switch (event.type) {
      case "run_started":
        this.status = "running";
        return;
      case "run_queued":
        this.status = "queued";
        return;
      case "run_canceling":
        this.status = "canceling";
        return;
      case "run_interrupted":
        this.lose();
        this.status = "interrupted";
        // Its process lives, and has told so itself.
        if (event.payload.how !== undefined) this.recoveries = 0;
        return;
      case "run_recovered":
        return this.#recover(event);
      case "run_parked":
        if (this.status !== "interrupted" || this.recoveries < this.#mostRecoveries) {
          throw this.#misparked(event, `while it is ${this.status} after ${this.recoveries} recoveries`);
        }
        this.status = "parked";
        return;
      case "run_finished":
        this.status = event.payload.status;
        return this.#checkEnd(event, event.payload.error !== undefined);
    }
  }

  /** A run is gone on with as often as is allowed without a step that ends, and a parked one as if for the first time. */
  #recover(event: SluiceEvent & { readonly type: "run_recovered" }): void {
    const { count } = event.payload;
    this.recoveries = this.status === "parked" ? 1 : this.recoveries + 1;
    const isOpen = this.status === "interrupted" || this.status === "parked";
    if (isOpen && count === this.recoveries && count <= this.#mostRecoveries) return;
    throw this.#misparked(event, `as number ${count}, and it is number ${this.recoveries}`);
  }

  #misparked({ type, seq, runId }: SluiceEvent, what: string): InvariantError {
    return new InvariantError("I11", `${type} (${seq}) of run ${runId} comes ${what}`);
  }

  #takeStep(event: SluiceEvent): void {
    const { type, seq, runId, step, attempt } = event;
    if (REMARKS.has(type)) return;
    const where = `${type} (${seq}) of step ${step} of run ${runId}`;
    const known: StepModel = this.#steps.get(step) ?? {
      state: "waiting",
      attempt: 0,
      elements: undefined,
    };
    this.#steps.set(step, known);
    if (OVER.has(known.state)) {
      throw new InvariantError("I2", `${where} comes after its end as ${known.state}`);
    }
    if (type === "step_started") return this.#start(known, step, attempt, where);
    const end = ENDS[type];
    const isBegun = known.state === "running";
    if (!isBegun && !(end !== undefined && WITHOUT_START.has(end))) {
      throw new InvariantError("I3", `${where}, attempt ${attempt}, ends what is ${known.state}`);
    }
    if (isBegun && attempt !== known.attempt) {
      throw new InvariantError(
        "I1",
        `${where} is of attempt ${attempt} while attempt ${known.attempt} goes on`,
      );
    }
    if (isOfElement(type)) {
      const isMade = (known.elements ??= new ElementsModel()).take(event, where);
      if (isMade) this.recoveries = 0;
      return;
    }
    known.elements?.end(where);
    const { circuit } = (event.payload ?? {}) as { readonly circuit?: CircuitReach };
    if (circuit) this.#cuts.set(step, circuit);
    this.underWay.delete(step);
    known.state = end ?? "retrying";
    if (end !== undefined) this.recoveries = 0;
    if (event.type === "step_succeeded") {
      const values = this.table.node(this.table.nodeOf(step)).outputs.length *
        Math.max(1, this.table.partitionKeys(step).length);
      known.hasMade = hasMade(event.payload?.outputs, values);
    }
  }

  #start(known: StepModel, step: number, attempt: number, where: string): void {
    if (known.state === "running") {
      throw new InvariantError(
        "I1",
        `${where}, attempt ${attempt}, begins while attempt ${known.attempt} goes on`,
      );
    }
    if (attempt <= known.attempt) {
      throw new InvariantError("I3", `${where} is attempt ${attempt} after attempt ${known.attempt}`);
    }
    if (known.state === "waiting") this.#checkCuts(step, step, where);
    this.#checkUpstream(step, where);
    known.state = "running";
    known.attempt = attempt;
    this.underWay.add(step);
  }

  /** Nothing begins that was cut off, directly or from further upstream. */
  #checkCuts(step: number, below: number, where: string, seen: Set<number> = new Set()): void {
    if (this.#cuts.size === 0 || seen.has(below)) return;
    seen.add(below);
    for (const { step: other } of upstreamOf(this.table, this.#definitions, below)) {
      const reach = this.#cuts.get(other);
      if (reach === "all" || reach === "direct" && below === step) {
        throw new InvariantError("I4", `${where} begins though step ${other} has cut it off`);
      }
      this.#checkCuts(step, other, where, seen);
    }
  }

  /**
   * By its trigger rule; without one, upstream succeeded, or was skipped: then the step reads a part that was made, or only
   * waits for it.
   */
  #checkUpstream(step: number, where: string): void {
    const upstream = upstreamOf(this.table, this.#definitions, step);
    const rule = this.declarationOf(step)?.triggerRule;
    if (rule !== undefined) {
      const states = upstream.map((other) => this.stateOf(other.step));
      if (mayBegin(rule, states)) return;
      throw new InvariantError(
        "I4",
        `${where} begins by the rule ${rule} while upstream is ${states.join(", ")}`,
      );
    }
    for (const { step: other, isRead } of upstream) {
      const state = this.stateOf(other);
      if (state === "success" || (state === "skipped" && !isRead)) continue;
      throw new InvariantError("I4", `${where} begins while step ${other}, upstream of it, is ${state}`);
    }
  }

  /** @param isGivenUp Whether the run ended by something else than its steps, which then may not be over. */
  #checkEnd({ seq, runId }: SluiceEvent, isGivenUp: boolean): void {
    const open = [...this.#steps].find(([, { state }]) => state === "running" || state === "retrying");
    if (open) {
      throw new InvariantError("I3", `run ${runId} ended (${seq}) while step ${open[0]} is ${open[1].state}`);
    }
    const ended = [...this.#steps.values()].filter(({ state }) => OVER.has(state)).length;
    const undoing = this.#undo.open;
    if (undoing !== undefined && !isGivenUp) {
      throw new InvariantError("I12", `run ${runId} ended (${seq}) while step ${undoing} is being undone`);
    }
    if (this.#undo.isBegun && this.#undoesItself && this.status === "success") {
      throw new InvariantError("I12", `run ${runId} has succeeded (${seq}) though it undid what it made`);
    }
    if (ended < this.table.count && !isGivenUp) {
      throw new InvariantError(
        "I3",
        `run ${runId} ended as ${this.status} with ${ended} of ${this.table.count} steps over`,
      );
    }
  }
}
