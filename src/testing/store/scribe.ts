/** Histories written by hand: step tables without definitions, and batches in which places and times count up. */
import { EventBatch } from "../../model/events/batch.ts";
import { EVENT_KINDS, type EventName, type EventPayloads } from "../../model/events/event.ts";
import { listCatalogue, OutlinedSteps } from "../../model/events/outline.ts";
import type { CatalogueNode, StepSet, StepTable } from "../../model/events/step_table.ts";
import {
  countStored,
  type StoredNames,
  type StoredSubset,
  type StoredWindows,
} from "../../model/partitions/stored.ts";

/** One node of a table: an asset that makes itself, unless outputs are given. */
export interface NodeSpec {
  readonly step: string;
  readonly kind?: CatalogueNode["kind"];
  readonly outputs?: CatalogueNode["outputs"];
  readonly codeVersion?: string;
  readonly partitions?: StoredSubset;
  readonly chunkSize?: number;
}

/** A step table of the given nodes. */
export function tableOf(nodes: readonly NodeSpec[]): OutlinedSteps {
  const sets = new Map<number, StepSet>();
  nodes.forEach(({ partitions, chunkSize = 1 }, position) => {
    if (partitions) sets.set(position, { partitions, count: countStored(partitions), chunkSize });
  });
  const catalogue = listCatalogue(nodes.map(({ step, kind = "asset", outputs, codeVersion }) => ({
    step,
    kind,
    outputs: outputs ?? [{ asset: step, codeVersion }],
  })));
  const rows = Int32Array.from(nodes, (_, row) => row);
  return new OutlinedSteps({ catalogue, rows, sets, outputs: new Map() });
}

/** Days from a date on, in UTC. */
export function days(first: string, count: number): StoredWindows {
  const start = Date.parse(`${first}T00:00Z`);
  const starts = count === 1 ? [start] : [start, 86_400_000, count - 1];
  return { kind: "time", starts, cron: "0 0 * * *", timezone: "UTC", format: "%Y-%m-%d" };
}

/** Names in the given order. */
export function names(...list: string[]): StoredNames {
  return { kind: "names", names: list };
}

/** One event: its name, and where they have a meaning its step, payload and attempt. */
export type Entry = readonly [
  name: EventName,
  step?: number | undefined,
  payload?: unknown,
  attempt?: number,
];

/** Writes batches: every event has the next place, and its time follows from the place. */
export class Scribe {
  /** The last place that was given. */
  seq: number;

  constructor(seq = 0) {
    this.seq = seq;
  }

  /** A batch of one run, or of the catalogue with the run id `""`. */
  write(runId: string, ...events: readonly Entry[]): EventBatch {
    const batch = new EventBatch(runId, Math.max(1, events.length));
    for (const [name, step = -1, payload, attempt = step < 0 ? 0 : 1] of events) {
      this.seq++;
      batch.push(EVENT_KINDS[name], step, attempt, this.seq, timeOf(this.seq), payload);
    }
    return batch;
  }

  /** A run that is created and started. */
  create(runId: string, steps: StepTable, more: Partial<EventPayloads["run_created"]> = {}): EventBatch {
    return this.write(runId, created(steps, more), ["run_started"]);
  }

  /** A run in which all steps succeed, from its creation to its end. */
  wholeRun(runId: string, steps: StepTable, more: Partial<EventPayloads["run_created"]> = {}): EventBatch {
    const made = Array.from({ length: steps.count }, (_, step): Entry[] => succeeded(step));
    return this.write(runId, created(steps, more), ["run_started"], ...made.flat(), finished("success"));
  }
}

/** The creation of a run. */
export function created(steps: StepTable, more: Partial<EventPayloads["run_created"]> = {}): Entry {
  return ["run_created", undefined, { steps, tags: {}, config: {}, ...more }];
}

/** The end of a run. */
export function finished(status: EventPayloads["run_finished"]["status"]): Entry {
  return ["run_finished", undefined, { status }];
}

/** A step that starts and succeeds. */
export function succeeded(step: number, payload?: EventPayloads["step_succeeded"]): Entry[] {
  return [["step_started", step], ["step_succeeded", step, payload]];
}

/** A step that starts and fails. */
export function failed(step: number, message = "no"): Entry[] {
  return [["step_started", step], ["step_failed", step, { error: { name: "Error", message } }]];
}

/** The time of a place. */
export function timeOf(seq: number): number {
  return 1_700_000_000_000 + seq * 10;
}
