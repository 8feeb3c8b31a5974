/** Tells the hooks of a run what is on record of it: after each commit, in order for each step, beside the run. */
import type { RunEndFact, RunFact, RunHooks, RunStartFact, StepFact } from "../../model/step/hooks.ts";
import type { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventPayloads } from "../../model/events/event.ts";
import type { StepCounts } from "../../model/events/record.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Engine } from "../engine.ts";
import type { Tape } from "../recorder.ts";
import { maskRecord } from "../redact/json.ts";
import { recordError } from "../step/errors.ts";
import type { Wiring } from "../wiring.ts";
import { callHook, type HookName } from "./call.ts";
import { frozen, HOOK_OF_KIND, stepFact } from "./facts.ts";

const { run_started: STARTED, run_finished: FINISHED } = EVENT_KINDS;

/** The place of what belongs to no step. */
const OF_RUN = -1;

/** What an announcer works with. */
export interface AnnouncerParts {
  readonly engine: Engine;
  readonly graph: StepGraph;
  readonly wiring: Wiring;
  readonly tape: Tape;
  /** Hooks of the run, for every step of it. */
  readonly hooks: readonly RunHooks[];
  readonly run: Pick<RunFact, "runId" | "job" | "tags" | "compensates"> & { readonly isResumed: boolean };
  /** How far the steps have come. */
  readonly counts: () => StepCounts;
}

/** Opens the announcer of a run; undefined when no hook listens to any of it. */
export function openAnnouncer(parts: AnnouncerParts): Announcer | undefined {
  const { hooks, graph, wiring, run } = parts;
  const isHeard = hooks.length > 0 || (run.compensates === undefined &&
    wiring.hooks.size > 0 && graph.plan.ranks.some((rank) => wiring.hooks.has(rank)));
  return isHeard ? new Announcer(parts) : undefined;
}

/** Hears what is committed of one run, and calls its hooks. */
export class Announcer {
  readonly #parts: AnnouncerParts;
  readonly #unsubscribe: () => void;
  /** The latest call of each step; gone when it is over. */
  readonly #calls: Map<number, Promise<void>> = new Map();
  #isRunOver = false;

  constructor(parts: AnnouncerParts) {
    this.#parts = parts;
    this.#unsubscribe = parts.engine.recorder.subscribe((batches) => this.#take(batches));
  }

  /** Resolves when what is on record by now is told, or was given up. */
  async settle(): Promise<void> {
    await this.#parts.tape.flush();
    while (this.#calls.size > 0) await Promise.all(this.#calls.values());
  }

  /** Hears nothing more. */
  close(): void {
    this.#unsubscribe();
  }

  #take(batches: readonly EventBatch[]): void {
    const { runId } = this.#parts.run;
    for (const batch of batches) {
      if (batch.runId !== runId) continue;
      for (let row = 0; row < batch.size; row++) this.#hear(batch, row);
    }
  }

  #hear(batch: EventBatch, row: number): void {
    const kind = batch.kindAt(row);
    if (kind === FINISHED) this.#isRunOver = true;
    const name = kind === STARTED ? "onRunStart" : kind === FINISHED ? "onRunEnd" : HOOK_OF_KIND.get(kind);
    if (name === undefined) return;
    const step = batch.stepAt(row);
    const listening = this.#listening(step, name);
    if (listening.length === 0) return;
    const { graph } = this.#parts;
    const fact = step < 0 ? this.#runFact(batch, row) : stepFact(graph, batch, row);
    this.#queue(step, async () => {
      for (const hooks of listening) await this.#call(hooks, name, fact, step, batch.attemptAt(row));
    });
  }

  /** Those that have the hook: of the step itself first. Of a run that undoes another one no step is made or skipped. */
  #listening(step: number, name: HookName): readonly RunHooks[] {
    const { hooks, wiring, graph, run } = this.#parts;
    if (step >= 0 && run.compensates !== undefined) return [];
    const own = step < 0 ? undefined : wiring.hooks.get(graph.rankOfSteps[step]);
    const all: readonly RunHooks[] = own ? [own, ...hooks] : hooks;
    return all.filter((each) => each[name]);
  }

  #runFact(batch: EventBatch, row: number): RunFact {
    const { run: { isResumed, ...run }, counts } = this.#parts;
    const head: RunFact = { ...run, atMs: batch.msAt(row) };
    if (batch.kindAt(row) === STARTED) return frozen<RunStartFact>({ ...head, isResumed });
    const { status, error } = batch.payloads.get(row) as EventPayloads["run_finished"];
    return frozen<RunEndFact>({ ...head, status, steps: counts(), ...(error && { error }) });
  }

  /** Calls of one step follow each other; those of different steps do not wait for each other. */
  #queue(step: number, call: () => Promise<void>): void {
    const latest = (this.#calls.get(step) ?? Promise.resolve()).then(call).then(() => {
      if (this.#calls.get(step) === latest) this.#calls.delete(step);
    });
    this.#calls.set(step, latest);
  }

  async #call(
    hooks: RunHooks,
    name: HookName,
    fact: StepFact | RunFact,
    step: number,
    attempt: number,
  ): Promise<void> {
    const { engine, tape } = this.#parts;
    try {
      await callHook(hooks, name, fact, engine.clock);
    } catch (thrown) {
      const error = recordError(thrown);
      if (!this.#isRunOver) {
        const message = `The hook ${name} of ${this.#subject(step)} failed: ${error.message}`;
        engine.pace.refresh();
        tape.push(EVENT_KINDS.step_log, step, attempt, { level: "warning", message });
      }
      try {
        hooks.onHookError?.(maskRecord(error, engine.mask), fact);
      } catch (again) {
        engine.onError(again);
      }
    }
  }

  #subject(step: number): string {
    const { graph } = this.#parts;
    return step === OF_RUN ? "the run" : graph.node(graph.nodeOf(step)).step;
  }
}
