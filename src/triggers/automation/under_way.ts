/** What runs are making, and were to make: folded from events as they are recorded. */
import type { EventPayloads, SluiceEvent } from "../../model/events/event.ts";
import type { StepTable } from "../../model/events/step_table.ts";
import { decodeSubset } from "../../model/partitions/stored.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { emptySubset, fullSubset, subsetOf, unionOf } from "../../model/partitions/subset.ts";
import type { Subset } from "../../model/partitions/subset.ts";

/** Of how many runs it is remembered which assets they were to make. */
const MOST_RUNS = 1_000;

/** One run that is not over. */
interface OpenRun {
  readonly steps: StepTable;
  /** 1 for steps that are over. */
  readonly over: Uint8Array;
  /** The positions of nodes by the assets that they make. */
  readonly nodes: ReadonlyMap<string, readonly number[]>;
  /** Nobody executes it now: what is left counts when somebody goes on with it. */
  isLeft: boolean;
}

/** The events at which a step is over. */
const ENDS: ReadonlySet<string> = new Set([
  "step_succeeded",
  "step_failed",
  "step_skipped",
  "step_upstream_failed",
  "step_canceled",
]);

/** Runs under way, as conditions ask about them. */
export class UnderWay {
  readonly #isAsked: (asset: string) => boolean;
  readonly #open: Map<string, OpenRun> = new Map();
  readonly #planned: Map<string, ReadonlySet<string>> = new Map();

  /** @param isAsked Whether anything is asked about an asset. */
  constructor(isAsked: (asset: string) => boolean) {
    this.#isAsked = isAsked;
  }

  /** Counts an event, and gives the assets that it is about. */
  take(event: SluiceEvent): Iterable<string> {
    if (event.type === "run_created") return this.#create(event.runId, event.payload);
    const run = this.#open.get(event.runId);
    if (!run) return [];
    if (event.type === "run_finished" || event.type === "run_interrupted") {
      if (event.type === "run_finished") this.#open.delete(event.runId);
      else run.isLeft = true;
      return run.nodes.keys();
    }
    if (event.type === "run_recovered" || event.type === "run_started" || event.type === "run_queued") {
      run.isLeft = false;
      return run.nodes.keys();
    }
    if (event.step < 0) return [];
    if (ENDS.has(event.type)) run.over[event.step] = 1;
    else if (event.type !== "step_undone") return [];
    return run.steps.node(run.steps.nodeOf(event.step)).outputs.map(({ asset }) => asset).filter(
      this.#isAsked,
    );
  }

  /** Notes that nobody executes a run now. */
  leave(id: string): void {
    const run = this.#open.get(id);
    if (run) run.isLeft = true;
  }

  /** Notes that a run is over. */
  end(id: string): void {
    this.#open.delete(id);
  }

  /** Notes that a step is over. */
  endStep(id: string, step: number): void {
    const run = this.#open.get(id);
    if (run) run.over[step] = 1;
  }

  /** The partitions of an asset that runs are to make and have not made. */
  of(asset: string, space: PartitionSpace): Subset {
    const going = [...this.#open.values()].filter(({ isLeft }) => !isLeft);
    const sets = going.flatMap((run) =>
      (run.nodes.get(asset) ?? []).map((position) => leftOf(run, position, space))
    );
    return sets.length === 0 ? emptySubset() : unionOf(sets);
  }

  /** Whether a run was to make an asset. */
  wasToMake(runId: string, asset: string): boolean {
    return this.#planned.get(runId)?.has(asset) ?? false;
  }

  #create(id: string, { steps }: EventPayloads["run_created"]): Iterable<string> {
    const nodes = new Map<string, number[]>();
    for (let position = 0; position < steps.nodeCount; position++) {
      for (const { asset } of steps.node(position).outputs) {
        if (!this.#isAsked(asset)) continue;
        const positions = nodes.get(asset);
        if (positions) positions.push(position);
        else nodes.set(asset, [position]);
      }
    }
    if (nodes.size === 0) return [];
    this.#open.set(id, { steps, over: new Uint8Array(steps.count), nodes, isLeft: false });
    this.#planned.set(id, new Set(nodes.keys()));
    const [oldest] = this.#planned.keys();
    if (this.#planned.size > MOST_RUNS) this.#planned.delete(oldest);
    return nodes.keys();
  }
}

/** What is left of one step declaration. */
function leftOf({ steps, over }: OpenRun, position: number, space: PartitionSpace): Subset {
  const { firstStep, stepCount, chunkSize, partitions } = steps.node(position);
  const left: number[] = [];
  for (let step = 0; step < stepCount; step++) if (over[firstStep + step] === 0) left.push(step);
  if (left.length === 0) return emptySubset();
  if (partitions.kind === "unit") return fullSubset(space.kind === "unit" ? 1 : 0);
  const all = decodeSubset(partitions, space).subset;
  if (left.length === stepCount || chunkSize > 1) return all;
  const keys = left.map((step) => space.indexOf(steps.partitionKeys(firstStep + step)[0] ?? ""));
  return subsetOf(keys.filter((index) => index >= 0));
}
