/** Measures of an orchestrator: a fold over its events, written as Prometheus reads them. */
import type { SluiceEvent } from "../../model/events/event.ts";
import { isFinalRun } from "../../model/events/status.ts";
import type { EventSource } from "../stream/contract.ts";
import { HistogramFamily, NumberFamily } from "./family.ts";

/** Bounds of durations, seconds. */
const SECONDS = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 3_600, 21_600];
const BREAKER_STATES = { breaker_closed: 0, breaker_half_open: 1, breaker_opened: 2 } as const;

/** Measures that are kept; made by {@linkcode createMetrics}. */
export interface Metrics extends Disposable {
  /** All measures in the text form of Prometheus, version 0.0.4. */
  text(): string;
  /** Listens no more; what was measured stays. */
  close(): void;
}

/** The media type of {@linkcode Metrics.text}. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Begins to measure what an orchestrator does from now on: runs and steps by how they ended, how long they took, retries,
 * checks, elements and breakers. Labels are few, whatever the graph: the job of a run (empty without one), and states.
 *
 * @param source An orchestrator, or anything else that gives events.
 * @example
 * ```ts
 * import { createMetrics, createOrchestrator, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: () => [1, 2, 3] });
 * await using sluice = createOrchestrator(definitions({ assets: [orders] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * using metrics = createMetrics(sluice);
 * await sluice.materialize("*");
 * assert.match(metrics.text(), /^sluice_steps_total\{job="",status="success"\} 1$/m);
 * ```
 */
export function createMetrics(source: Pick<EventSource, "subscribe">): Metrics {
  return new LiveMetrics(source);
}

/** What is known of a run under way. */
interface OpenRun {
  readonly job: string;
  startedMs: number | undefined;
  /** When the steps under way began. */
  readonly stepsMs: Map<number, number>;
}

class LiveMetrics implements Metrics {
  readonly #unsubscribe: () => void;
  readonly #open: Map<string, OpenRun> = new Map();
  readonly #runs = new NumberFamily("counter", "sluice_runs_total", "Runs that ended.", ["job", "status"]);
  readonly #running = new NumberFamily("gauge", "sluice_runs_active", "Runs under way.");
  readonly #queued = new NumberFamily("gauge", "sluice_runs_queued", "Runs that wait for others.");
  readonly #runSeconds = new HistogramFamily(
    "sluice_run_duration_seconds",
    "From the start of a run to its end.",
    SECONDS,
    ["job", "status"],
  );
  readonly #steps = new NumberFamily("counter", "sluice_steps_total", "Steps that ended.", ["job", "status"]);
  readonly #stepSeconds = new HistogramFamily(
    "sluice_attempt_duration_seconds",
    "From the start of an attempt at a step to its end.",
    SECONDS,
    ["job"],
  );
  readonly #retries = new NumberFamily(
    "counter",
    "sluice_step_retries_total",
    "Attempts at steps that failed and were followed by another.",
    ["job"],
  );
  readonly #undone = new NumberFamily(
    "counter",
    "sluice_steps_undone_total",
    "Steps that were to be undone.",
    [
      "job",
      "status",
    ],
  );
  readonly #checks = new NumberFamily("counter", "sluice_checks_total", "Verdicts of checks.", [
    "passed",
    "severity",
  ]);
  readonly #elements = new NumberFamily("counter", "sluice_elements_total", "Elements that ended.", [
    "job",
    "status",
  ]);
  readonly #breakers = new NumberFamily(
    "gauge",
    "sluice_breaker_state",
    "0 closed, 1 half open, 2 open.",
    ["kind", "name"],
  );

  constructor(source: Pick<EventSource, "subscribe">) {
    this.#unsubscribe = source.subscribe((events) => {
      for (const event of events) this.#add(event);
    });
  }

  text(): string {
    const running = [...this.#open.values()].filter(({ startedMs }) => startedMs !== undefined).length;
    this.#running.set([], running);
    this.#queued.set([], this.#open.size - running);
    const families = [
      this.#runs,
      this.#running,
      this.#queued,
      this.#runSeconds,
      this.#steps,
      this.#stepSeconds,
      this.#retries,
      this.#undone,
      this.#checks,
      this.#elements,
      this.#breakers,
    ];
    return families.map((family) => `${[...family.lines()].join("\n")}\n`).join("");
  }

  close(): void {
    this.#unsubscribe();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #add(event: SluiceEvent): void {
    if (event.type.startsWith("run_")) return this.#addRun(event);
    if (event.type.startsWith("step_")) return this.#addStep(event);
    if (event.type.startsWith("element_")) return this.#addElement(event);
    switch (event.type) {
      case "check_evaluated":
        return this.#checks.add([String(event.payload.passed), event.payload.severity]);
      case "breaker_opened":
      case "breaker_half_open":
      case "breaker_closed":
        return this.#breakers.set([event.payload.kind, event.payload.name], BREAKER_STATES[event.type]);
    }
  }

  #addRun({ type, runId, atMs, payload }: SluiceEvent): void {
    if (type === "run_created") {
      this.#open.set(runId, { job: payload.job ?? "", startedMs: undefined, stepsMs: new Map() });
    } else if (type === "run_started") {
      // One that another process created is heard of here for the first time.
      const run = this.#open.get(runId) ?? { job: "", startedMs: undefined, stepsMs: new Map() };
      run.startedMs ??= atMs;
      this.#open.set(runId, run);
    } else if (type === "run_finished") this.#end(runId, payload.status, atMs);
    else if (type === "run_interrupted" || type === "run_parked") this.#open.delete(runId);
  }

  #end(runId: string, status: "success" | "failed" | "canceled", atMs: number): void {
    const { job = "", startedMs } = this.#open.get(runId) ?? {};
    this.#open.delete(runId);
    if (isFinalRun(status)) this.#runs.add([job, status]);
    if (startedMs !== undefined) this.#runSeconds.observe([job, status], (atMs - startedMs) / 1_000);
  }

  #addStep({ type, runId, step, atMs }: SluiceEvent): void {
    const run = this.#open.get(runId);
    const job = run?.job ?? "";
    const undone = UNDO_ENDS.get(type);
    if (undone !== undefined) return this.#undone.add([job, undone]);
    if (type === "step_undoing" || type === "step_undo_retrying") return;
    if (type === "step_started") run?.stepsMs.set(step, atMs);
    else if (type !== "step_log") {
      const startedMs = run?.stepsMs.get(step);
      run?.stepsMs.delete(step);
      if (startedMs !== undefined) this.#stepSeconds.observe([job], (atMs - startedMs) / 1_000);
      if (type === "step_retrying") this.#retries.add([job]);
      const status = STEP_ENDS.get(type);
      if (status !== undefined) this.#steps.add([job, status]);
    }
  }

  #addElement({ type, runId }: SluiceEvent): void {
    const status = ELEMENT_ENDS.get(type);
    if (status !== undefined) this.#elements.add([this.#open.get(runId)?.job ?? "", status]);
  }
}

const STEP_ENDS: ReadonlyMap<string, string> = new Map([
  ["step_succeeded", "success"],
  ["step_failed", "failed"],
  ["step_skipped", "skipped"],
  ["step_upstream_failed", "upstream_failed"],
  ["step_canceled", "canceled"],
]);

const UNDO_ENDS: ReadonlyMap<string, string> = new Map([
  ["step_undone", "success"],
  ["step_undo_failed", "failed"],
]);

const ELEMENT_ENDS: ReadonlyMap<string, string> = new Map([
  ["element_succeeded", "success"],
  ["element_failed", "failed"],
  ["element_skipped", "skipped"],
  ["element_canceled", "canceled"],
]);
