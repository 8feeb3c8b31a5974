/** How far runs have come: a fold over their events. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { PlannedNode, StepTable } from "../../model/events/step_table.ts";

/** The ways in which a step can end. */
export type Ending = "success" | "failed" | "skipped" | "upstream_failed" | "canceled";

/** A step as progress speaks of it. */
export interface StepLabel {
  readonly runId: string;
  /** The name of the declaration, and the partition or the range of a batch. */
  readonly text: string;
}

const ENDINGS: { readonly [type in SluiceEvent["type"]]?: Ending } = {
  step_succeeded: "success",
  step_failed: "failed",
  step_skipped: "skipped",
  step_upstream_failed: "upstream_failed",
  step_canceled: "canceled",
};

/** The ending that an event says, if it says one. */
export function endingOf(event: SluiceEvent): Ending | undefined {
  return ENDINGS[event.type];
}

/** Counts cells, which are partitions and steps without partitions, whatever the number of steps they come in. */
export class Tally {
  /** How many cells are expected in all; grows when runs turn out to have more. */
  expected: number;
  done = 0;
  readonly endings: Record<Ending, number> = {
    success: 0,
    failed: 0,
    skipped: 0,
    upstream_failed: 0,
    canceled: 0,
  };
  runsStarted = 0;
  runsFinished = 0;
  /** What was started last. */
  latest: StepLabel | undefined;
  readonly #tables = new Map<string, StepTable>();
  readonly #startedMs = new Map<string, number>();
  #created = 0;

  constructor(expected: number) {
    this.expected = expected;
  }

  /** How many steps are under way. */
  get running(): number {
    return this.#startedMs.size;
  }

  /** Counts one event. */
  add(event: SluiceEvent): void {
    if (event.type === "run_created") this.#open(event.runId, event.payload.steps);
    const table = this.#tables.get(event.runId);
    if (!table) return;
    if (event.type === "run_started") this.runsStarted++;
    if (event.type === "run_finished") this.#close(event.runId);
    if (event.type === "step_started") {
      this.#startedMs.set(stepId(event), event.atMs);
      this.latest = this.label(event);
    }
    const ending = endingOf(event);
    if (ending === undefined) return;
    const cells = cellsOf(table, event.step);
    this.endings[ending] += cells;
    this.done += cells;
    this.#startedMs.delete(stepId(event));
  }

  /** How long the step of an event has been under way; undefined for one that never started. To be asked before `add`. */
  durationMs(event: SluiceEvent): number | undefined {
    const startedMs = this.#startedMs.get(stepId(event));
    return startedMs === undefined ? undefined : event.atMs - startedMs;
  }

  /** The step of an event in words; undefined when its run was not seen to start. */
  label(event: SluiceEvent): StepLabel | undefined {
    const table = this.#tables.get(event.runId);
    return table && event.step >= 0 ? { runId: event.runId, text: labelOf(table, event.step) } : undefined;
  }

  #open(runId: string, table: StepTable): void {
    this.#tables.set(runId, table);
    for (let position = 0; position < table.nodeCount; position++) {
      this.#created += table.node(position).partitionCount;
    }
    this.expected = Math.max(this.expected, this.#created);
  }

  #close(runId: string): void {
    this.runsFinished++;
    this.#tables.delete(runId);
  }
}

function stepId(event: SluiceEvent): string {
  return `${event.runId}:${event.step}`;
}

function cellsOf(table: StepTable, step: number): number {
  const node = table.node(table.nodeOf(step));
  return Math.min(node.chunkSize, node.partitionCount - (step - node.firstStep) * node.chunkSize);
}

function labelOf(table: StepTable, step: number): string {
  const node: PlannedNode = table.node(table.nodeOf(step));
  const keys = table.partitionKeys(step);
  if (keys.length === 0) return node.step;
  if (keys.length === 1) return `${node.step} ${keys[0]}`;
  return `${node.step} ${keys[0]}...${keys[keys.length - 1]} (${keys.length})`;
}
