/** What keeps steps from running: a failure upstream, or an input that was skipped. */
import type { OutputRecord } from "../../model/events/event.ts";
import type { StepGraph } from "../../planner/steps/table.ts";
import type { InputReader, ReadAsset } from "../step/inputs.ts";

/** The failure that a step suffers from. */
export interface Taint {
  /** The step that failed itself. */
  readonly cause: number;
  /** The direct upstream step through which it came. */
  readonly via: number;
}

/** What was not made: outputs of a step, and by which skip. */
interface SkippedStep {
  /** The step whose skip led to it; itself when its body said so. */
  readonly cause: number;
  /** Undefined when nothing was made at all. */
  readonly outputs: readonly OutputRecord[] | undefined;
}

/** Remembers failures and skips until the steps behind them are reached. Empty in a run where all goes well. */
export class Taints {
  /** True while nothing has failed and nothing was skipped, in a run where nobody asks for more than that. */
  isEmpty: boolean;
  readonly #graph: StepGraph;
  readonly #reader: InputReader;
  readonly #failed: Map<number, Taint> = new Map();
  readonly #skipped: Map<number, SkippedStep> = new Map();
  readonly #behindSkips: Set<number> = new Set();

  /** @param isWatched Whether ends have to be looked at also while all goes well. */
  constructor(graph: StepGraph, reader: InputReader, isWatched: boolean) {
    this.isEmpty = !isWatched;
    this.#graph = graph;
    this.#reader = reader;
  }

  /** Remembers that a step has failed. */
  noteFailure(): void {
    this.isEmpty = false;
  }

  /** The failure that a step or barrier suffers from. */
  failureOf(step: number): Taint | undefined {
    return this.#failed.get(step);
  }

  /** Passes the failure of a step or barrier on to one of its children. */
  passFailure(from: number, child: number): void {
    if (this.#failed.has(child)) return;
    const own = this.#failed.get(from);
    if (!own) this.#failed.set(child, { cause: from, via: from });
    else this.#failed.set(child, { cause: own.cause, via: from < this.#graph.count ? from : own.via });
  }

  /** Remembers what a step did not make. */
  noteSkip(step: number, cause: number, outputs?: readonly OutputRecord[]): void {
    this.isEmpty = false;
    this.#skipped.set(step, { cause, outputs });
  }

  /** Whether a step or barrier lies behind something skipped. */
  isBehindSkip(step: number): boolean {
    return this.#skipped.has(step) || this.#behindSkips.has(step);
  }

  /** Lets a child know that something upstream of it was skipped; whether it matters is decided when it is reached. */
  passSkip(child: number): void {
    this.#behindSkips.add(child);
  }

  /** The step whose skip keeps a step from running, because it reads what was not made; undefined when it may run. */
  skipCauseOf(step: number): number | undefined {
    if (!this.#behindSkips.has(step)) return undefined;
    for (const read of this.#reader.readBy(step)) {
      if (read.name === undefined || read.optional || read.node < 0) continue;
      const cause = this.#skippedIn(read);
      if (cause !== undefined) return cause;
    }
    return undefined;
  }

  /** Whether a step has skipped all that another reads of it, or waits for. */
  hasSkipped(step: number, child: number): boolean {
    if (!this.#skipped.has(step)) return false;
    const node = this.#graph.nodeOf(step);
    const read = this.#reader.readBy(child).filter((read) => read.node === node);
    return read.length > 0 && read.every((each) => this.#skippedIn(each) !== undefined);
  }

  /** Whether a step has skipped an asset, for the n-th of its partitions. */
  isSkipped(step: number, key: string, nth: number): boolean {
    return this.#causeAt(step, key, nth) !== undefined;
  }

  #skippedIn({ node, key, cells }: ReadAsset): number | undefined {
    const set = this.#graph.set(node);
    if (!set || !cells) return this.#causeAt(this.#graph.firstSteps[node], key, 0);
    for (const cell of cells.intersect(set.subset).indices()) {
      const place = set.subset.rank(cell);
      const step = this.#graph.stepAt(node, place);
      const cause = this.#causeAt(step, key, place - this.#graph.placesOf(step).first);
      if (cause !== undefined) return cause;
    }
    return undefined;
  }

  #causeAt(step: number, key: string, place: number): number | undefined {
    const skipped = this.#skipped.get(step);
    if (!skipped?.outputs) return skipped?.cause;
    const made = this.#graph.outputs(this.#graph.nodeOf(step));
    const isSkipped = skipped.outputs.some(({ output = 0, partition, skipped }) =>
      skipped !== undefined && made[output].key === key && (partition === undefined || partition === place)
    );
    return isSkipped ? skipped.cause : undefined;
  }
}
