/** The rules that every recorded event must keep, looked at by a model that shares nothing with the ledger but names. */
import type { Definitions } from "../../../model/definitions.ts";
import type { EventPayloads, SluiceEvent } from "../../../model/events/event.ts";
import { InvariantError } from "../contract.ts";
import { type Limits, LimitsModel } from "./limits.ts";
import { RunModel } from "./run_model.ts";
import { TicksModel } from "./ticks.ts";

/** What has been recorded so far, as the rules see it. */
export class Rules {
  readonly runs: Map<string, RunModel> = new Map();
  /** Events in the order of commits. */
  readonly events: SluiceEvent[] = [];
  readonly ticks: TicksModel = new TicksModel();
  readonly #definitions: Definitions;
  readonly #limits: LimitsModel;
  readonly #recoveries: number;
  readonly #places: Set<number> = new Set();
  readonly #backfills: Map<string, string> = new Map();

  constructor(definitions: Definitions, limits: Limits) {
    this.#definitions = definitions;
    this.#limits = new LimitsModel(limits);
    this.#recoveries = limits.recoveries;
  }

  /** Takes the events of one commit. Throws {@linkcode InvariantError}. */
  take(events: readonly SluiceEvent[], isHolder: boolean): void {
    for (const event of events.toSorted((a, b) => a.seq - b.seq)) {
      this.events.push(event);
      if (!isHolder) {
        throw new InvariantError("I1", `${say(event)} was recorded by a process without the lease`);
      }
      if (this.#places.has(event.seq)) {
        throw new InvariantError("I7", `${say(event)} has a place that is taken`);
      }
      this.#places.add(event.seq);
      if (event.runId === "") this.#takeBackfill(event);
      else this.#takeOfRun(event);
      this.#limits.take(event, this.runs, say);
      this.ticks.take(event);
    }
  }

  /** A new process knows nothing of what the one before it held back. */
  beginProcess(): void {
    this.#limits.beginProcess();
  }

  /** What was under way in some runs is lost: their process is gone, or cannot record any more. */
  lose(isLost: (runId: string) => boolean): void {
    for (const [id, run] of this.runs) if (isLost(id)) run.lose();
  }

  /** Runs and backfills that are not over. */
  get open(): readonly string[] {
    const runs = [...this.runs].filter(([, run]) => !run.isOver).map(([id]) => `run ${id}`);
    const backfills = [...this.#backfills].filter(([, status]) =>
      status === "running" || status === "interrupted"
    );
    return [...runs, ...backfills.map(([id]) => `backfill ${id}`)];
  }

  #takeOfRun(event: SluiceEvent): void {
    const known = this.runs.get(event.runId);
    if (event.type === "run_created") {
      if (known) throw new InvariantError("I2", `${say(event)}, and it is there already`);
      const maker = this.runs.get(event.payload.tags["sluice/compensates"] ?? "");
      this.runs.set(event.runId, new RunModel(this.#definitions, this.#recoveries, event.payload, maker));
      return;
    }
    if (!known) throw new InvariantError("I7", `${say(event)}, and the run was never created`);
    known.take(event);
  }

  #takeBackfill(event: SluiceEvent): void {
    if (event.type === "backfill_created") this.#backfills.set(event.payload.id, "running");
    if (event.type !== "backfill_finished") return;
    const { id, status }: EventPayloads["backfill_finished"] = event.payload;
    const before = this.#backfills.get(id);
    if (before !== "running" && before !== "interrupted") {
      throw new InvariantError(
        "I2",
        `the backfill ${id} ended as ${status} after it was ${before ?? "never begun"}`,
      );
    }
    this.#backfills.set(id, status);
  }
}

/** An event in words. */
export function say({ type, seq, runId, step, attempt }: SluiceEvent): string {
  return `event ${seq}, ${type}${step < 0 ? "" : ` of step ${step}, attempt ${attempt},`} of ${
    runId === "" ? "the catalogue" : `run ${runId}`
  }`;
}
