/** What a run has made that can be undone: the steps that have succeeded, in the order of their ends. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { EventBatch } from "../../model/events/batch.ts";
import {
  EVENT_KINDS,
  type EventPayloads,
  type OutputRecord,
  type UndoneOutput,
} from "../../model/events/event.ts";
import { findOutput } from "../../model/events/outputs.ts";
import type { StepRecord } from "../../model/events/record.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { Recorder } from "../recorder.ts";
import type { Wiring } from "../wiring.ts";
import { type UndoCause, undoCauseOf } from "./cause.ts";

const { step_succeeded: SUCCEEDED, step_failed: FAILED } = EVENT_KINDS;

/** One value that a step made. */
export interface MadeValue {
  /** Position among the outputs that the run plans for the step. */
  readonly output: number;
  /** Position among the partitions of the step. */
  readonly place: number;
  readonly asset: Asset;
  readonly partition: string | undefined;
}

/** Follows a run, where any step of it can be undone. */
export function openMade(
  graph: StepGraph,
  { undoable }: Wiring,
  recorder: Recorder,
  { id, resumed }: { readonly id: string; readonly resumed: readonly StepRecord[] },
): Made | undefined {
  const isUndoable = undoable.size > 0 && graph.plan.ranks.some((rank) => undoable.has(rank));
  return isUndoable ? new Made(graph, recorder, id, resumed) : undefined;
}

/** Follows what is committed of one run. */
export class Made {
  /** What the steps said of their outputs, in the order in which they ended. */
  readonly steps: Map<number, readonly OutputRecord[]> = new Map();
  /** What failed first; undefined as long as nothing has. */
  failure: UndoCause | undefined = undefined;
  readonly #graph: StepGraph;
  readonly #unsubscribe: () => void;

  /** @param resumed What an earlier process has recorded of the run. */
  constructor(graph: StepGraph, recorder: Recorder, runId: string, resumed: readonly StepRecord[]) {
    this.#graph = graph;
    for (const record of inOrderOfEnds(resumed)) this.#restore(record);
    this.#unsubscribe = recorder.subscribe((batches) => {
      for (const batch of batches) if (batch.runId === runId) this.#take(batch);
    });
  }

  /** What a step has made itself: neither what is unchanged nor what was skipped. */
  valuesOf(step: number): readonly MadeValue[] {
    return madeValues(this.#graph, step, this.steps.get(step) ?? []);
  }

  /** Follows it no longer. */
  close(): void {
    this.#unsubscribe();
  }

  #restore({ step, name, status, outputs, error }: StepRecord): void {
    if (status === "success" || status === "undoing") this.#note(step, outputs);
    if (status === "failed" && error) this.failure ??= undoCauseOf(name, error);
  }

  #take(batch: EventBatch): void {
    for (let row = 0; row < batch.size; row++) {
      const kind = batch.kindAt(row);
      if (kind !== SUCCEEDED && kind !== FAILED) continue;
      const step = batch.stepAt(row);
      const payload = batch.payloads.get(row);
      if (kind === SUCCEEDED) {
        this.#note(step, (payload as EventPayloads["step_succeeded"])?.outputs ?? []);
      } else {
        const { name } = this.#declarationOf(step);
        this.failure ??= undoCauseOf(name, (payload as EventPayloads["step_failed"]).error);
      }
    }
  }

  #note(step: number, outputs: readonly OutputRecord[]): void {
    if (this.#declarationOf(step).undo) this.steps.set(step, outputs);
  }

  #declarationOf(step: number) {
    return this.#graph.plan.definitions.steps[this.#graph.rankOfSteps[step]];
  }
}

/** The outputs of a step with their partitions, but for those that it did not make itself. */
export function madeValues(
  graph: StepGraph,
  step: number,
  said: readonly OutputRecord[],
): readonly MadeValue[] {
  const keys = graph.partitionKeys(step);
  const partitions = keys.length > 0 ? keys : [undefined];
  return graph.outputs(graph.nodeOf(step)).flatMap((asset, output) =>
    partitions.flatMap((partition, place) => {
      const { skipped, unchanged } = findOutput(said, output, place) ?? {};
      return skipped !== undefined || unchanged ? [] : [{ output, place, asset, partition }];
    })
  );
}

/** Some of a step's values as events name them; undefined for all of them. */
export function undoneOutputs(
  graph: StepGraph,
  step: number,
  values: readonly MadeValue[],
): readonly UndoneOutput[] | undefined {
  const places = Math.max(1, graph.partitionKeys(step).length);
  if (values.length === graph.outputs(graph.nodeOf(step)).length * places) return undefined;
  return values.map(({ output, place }) => ({
    ...(output > 0 && { output }),
    ...(places > 1 && { partition: place }),
  }));
}

/** Of two that ended in one millisecond the one downstream counts as the later. */
export function inOrderOfEnds(steps: readonly StepRecord[]): readonly StepRecord[] {
  return steps.toSorted((a, b) => (a.finishedMs ?? 0) - (b.finishedMs ?? 0) || a.step - b.step);
}
