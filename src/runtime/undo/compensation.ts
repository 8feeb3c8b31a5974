/** Compensation: what a run has made is undone in the reverse order of its ends, by the loop that has made it. */
import type { RunInfo } from "../../model/assets/context.ts";
import type { StepDeclaration } from "../../model/assets/declaration.ts";
import type { ResourceOverride } from "../../model/assets/resource.ts";
import { EVENT_KINDS, type RecordedError } from "../../model/events/event.ts";
import type { IOManager } from "../../io/manager.ts";
import { PlanMappings } from "../../planner/steps/mappings.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import type { Judge } from "../loop/attempts.ts";
import { RunLoop } from "../loop/loop.ts";
import type { Tape } from "../recorder.ts";
import { ResourceDesk } from "../resources.ts";
import { RunSource } from "../source.ts";
import type { RunOrigin } from "../step/context.ts";
import { recordError } from "../step/errors.ts";
import { InputReader } from "../step/inputs.ts";
import type { Wiring } from "../wiring.ts";
import type { UndoCause } from "./cause.ts";
import type { UndoTask } from "./context.ts";
import { type Made, type MadeValue, undoneOutputs } from "./made.ts";
import { LatestFirst, UndoOrder } from "./order.ts";
import { undoWiring } from "./wiring.ts";

/** Default of how long undo steps that were told to stop may take for it. */
const GRACE_MS = 10_000;

/** What is to be undone, and with what. */
export interface CompensationParts {
  readonly engine: Engine;
  readonly graph: StepGraph;
  readonly wiring: Wiring;
  readonly tape: Tape;
  /** The run that has made it. */
  readonly run: RunInfo;
  readonly origin: RunOrigin;
  readonly made: Pick<Made, "steps" | "valuesOf">;
  readonly cause: UndoCause;
  readonly resources: readonly ResourceOverride[];
  readonly concurrency: number;
  readonly priority: number;
  /** Attempts that an earlier process began, by step. */
  readonly earlierAttempts: ReadonlyMap<number, number>;
  /** Where retries are decided elsewhere: each step has one attempt, and a failed one is told here. */
  readonly judge?: Judge;
  /** Whether values are left to whoever asked for it. Default: as declarations say. */
  readonly keepsValues?: boolean;
  /** How long undo steps that were told to stop may take for it, in milliseconds. Default 10,000. */
  readonly graceMs?: number;
}

/** What became of it. */
export interface CompensationOutcome {
  readonly undone: number;
  readonly undoFailed: number;
  /** How many steps are left, because the orchestrator was closed. */
  readonly left: number;
  /** What went wrong when resources were given back. */
  readonly error: RecordedError | undefined;
}

/** One compensation while it lasts. */
export class Compensation {
  readonly #parts: CompensationParts;
  readonly #desk: ResourceDesk;
  readonly #order: UndoOrder;
  readonly #loop: RunLoop;
  readonly #removals: Promise<void>[] = [];
  #error: RecordedError | undefined = undefined;

  constructor(parts: CompensationParts) {
    const { engine, graph, wiring, tape, run, origin, made, concurrency, priority, earlierAttempts } = parts;
    const steps = [...made.steps.keys()].filter((step) => made.valuesOf(step).length > 0);
    const ready = new LatestFirst(steps);
    this.#parts = parts;
    this.#desk = new ResourceDesk([...engine.resources, ...parts.resources], engine.reveal);
    this.#order = new UndoOrder({
      graph,
      tape,
      ready,
      steps,
      told: (step) => this.#tell(step),
      undone: (step) => void this.#removals.push(this.#removeValues(step)),
    });
    this.#loop = new RunLoop({
      engine,
      graph,
      wiring: undoWiring(wiring, (step, declaration) => this.#taskOf(step, declaration), engine.isolateUndo),
      progress: this.#order,
      ready,
      source: new RunSource(run, origin, graph, wiring, new Map(), this.#desk, tape),
      reader: new InputReader(graph, wiring, new PlanMappings(graph.plan, origin.dynamicKeys), () => true),
      keeping: { keep: () => Promise.resolve({ kind: "made", outputs: undefined }) },
      desk: this.#desk,
      tape,
      concurrency,
      priority,
      graceMs: parts.graceMs ?? GRACE_MS,
      earlierAttempts,
      judge: parts.judge,
    });
  }

  /** Whether there is anything to undo. */
  get isEmpty(): boolean {
    return this.#order.left === 0;
  }

  /** Undoes all there is. Rejects when events cannot be committed. */
  async run(): Promise<CompensationOutcome> {
    this.#order.open();
    const stay = this.#parts.engine.onLeave((graceMs, cause) => this.#loop.leave(graceMs, cause));
    try {
      await this.#loop.run();
      await Promise.all(this.#removals);
    } finally {
      stay();
      await this.#close();
    }
    return { ...this.#order.counts, left: this.#order.left, error: this.#error };
  }

  /** Gives it up at once. */
  crash(error: unknown): void {
    this.#loop.crash(error);
  }

  async #close(): Promise<void> {
    try {
      await this.#parts.engine.endRun(this.#parts.run.id);
      await this.#desk.close();
    } catch (error) {
      this.#error = recordError(error);
    }
  }

  #taskOf(step: number, declaration: StepDeclaration): UndoTask {
    const { made, cause } = this.#parts;
    return {
      declaration,
      values: made.valuesOf(step),
      error: cause.error,
      load: (value) => this.#managerOf(value).load({ asset: value.asset.key, partition: value.partition }),
    };
  }

  #tell(step: number) {
    const { graph, made, cause, tape, run } = this.#parts;
    const outputs = undoneOutputs(graph, step, made.valuesOf(step));
    return {
      reason: cause.reason,
      ...(outputs && { outputs }),
      ...(run.id !== tape.runId && { run: run.id }),
    };
  }

  /**
   * The record goes first, as with `wipe`: a value that is left over after a crash is written again, a record without a
   * value would be believed.
   */
  async #removeValues(step: number): Promise<void> {
    const { graph, wiring, made, tape, run, engine } = this.#parts;
    const declaration = wiring.definitions.steps[graph.rankOfSteps[step]];
    if (declaration.undo?.keepsValue || this.#parts.keepsValues) return;
    try {
      await tape.flush();
      for (const value of made.valuesOf(step)) {
        const address = { asset: value.asset.key, partition: value.partition };
        const manager = this.#managerOf(value);
        const receipt = await manager.receipt(address);
        if (receipt === undefined || receipt.runId === run.id) await manager.remove(address);
      }
    } catch (error) {
      if (tape.failure) return;
      engine.pace.refresh();
      const message = `A value of ${declaration.name} was undone and could not be removed: ${
        recordError(error).message
      }`;
      tape.push(EVENT_KINDS.step_log, step, 0, { level: "warning", message });
    }
  }

  #managerOf({ asset }: MadeValue): IOManager {
    const { definitions, managerOf } = this.#parts.wiring;
    return managerOf(definitions.graph.rankOf(asset.key) as number);
  }
}
