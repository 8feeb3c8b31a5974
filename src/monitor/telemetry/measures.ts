/** The measures of OpenTelemetry: counted from the same events as those of Prometheus, with the same few labels. */
import type { SluiceEvent } from "../../model/events/event.ts";
import type { TelemetryMeter } from "./api.ts";

interface OpenRun {
  readonly job: string;
  startedMs: number | undefined;
  readonly attemptsMs: Map<number, number>;
}

const STEP_ENDS: ReadonlySet<string> = new Set([
  "step_succeeded",
  "step_failed",
  "step_skipped",
  "step_upstream_failed",
  "step_canceled",
]);

/** Counts what an orchestrator does. */
export class Measures {
  readonly #open: Map<string, OpenRun> = new Map();
  readonly #runs: ReturnType<TelemetryMeter["createCounter"]>;
  readonly #active: ReturnType<TelemetryMeter["createUpDownCounter"]>;
  readonly #runSeconds: ReturnType<TelemetryMeter["createHistogram"]>;
  readonly #steps: ReturnType<TelemetryMeter["createCounter"]>;
  readonly #attemptSeconds: ReturnType<TelemetryMeter["createHistogram"]>;
  readonly #retries: ReturnType<TelemetryMeter["createCounter"]>;
  readonly #checks: ReturnType<TelemetryMeter["createCounter"]>;

  constructor(meter: TelemetryMeter) {
    const seconds = (description: string) => ({ description, unit: "s" });
    this.#runs = meter.createCounter("sluice.runs", { description: "Runs that ended." });
    this.#active = meter.createUpDownCounter("sluice.runs.active", { description: "Runs under way." });
    this.#runSeconds = meter.createHistogram(
      "sluice.run.duration",
      seconds("From the start of a run to its end."),
    );
    this.#steps = meter.createCounter("sluice.steps", { description: "Steps that ended." });
    this.#attemptSeconds = meter.createHistogram(
      "sluice.attempt.duration",
      seconds("From the start of an attempt at a step to its end."),
    );
    this.#retries = meter.createCounter("sluice.step.retries", {
      description: "Attempts at steps that failed and were followed by another.",
    });
    this.#checks = meter.createCounter("sluice.checks", { description: "Verdicts of checks." });
  }

  /** Takes an event. */
  add(event: SluiceEvent): void {
    const { runId, atMs } = event;
    switch (event.type) {
      case "run_created":
        return void this.#open.set(runId, {
          job: event.payload.job ?? "",
          startedMs: undefined,
          attemptsMs: new Map(),
        });
      case "run_started":
        return this.#begin(runId, atMs);
      case "run_finished":
        return this.#end(runId, event.payload.status, atMs);
      case "run_interrupted":
      case "run_parked":
        return void this.#leave(runId);
      case "step_started":
        return void this.#open.get(runId)?.attemptsMs.set(event.step, atMs);
      case "check_evaluated": {
        const { passed, severity } = event.payload;
        return this.#checks.add(1, { passed: String(passed), severity });
      }
      case "step_retrying":
        this.#retries.add(1, { job: this.#open.get(runId)?.job ?? "" });
        return this.#endAttempt(event);
      default:
        if (STEP_ENDS.has(event.type)) this.#endStep(event);
    }
  }

  #begin(runId: string, atMs: number): void {
    const run = this.#open.get(runId) ?? { job: "", startedMs: undefined, attemptsMs: new Map() };
    if (run.startedMs === undefined) this.#active.add(1, { job: run.job });
    run.startedMs ??= atMs;
    this.#open.set(runId, run);
  }

  #leave(runId: string): OpenRun | undefined {
    const run = this.#open.get(runId);
    this.#open.delete(runId);
    if (run?.startedMs !== undefined) this.#active.add(-1, { job: run.job });
    return run;
  }

  #end(runId: string, status: string, atMs: number): void {
    const { job = "", startedMs } = this.#leave(runId) ?? {};
    this.#runs.add(1, { job, status });
    if (startedMs !== undefined) this.#runSeconds.record((atMs - startedMs) / 1_000, { job, status });
  }

  #endStep(event: SluiceEvent): void {
    const job = this.#open.get(event.runId)?.job ?? "";
    const status = event.type === "step_succeeded" ? "success" : event.type.slice("step_".length);
    this.#steps.add(1, { job, status });
    this.#endAttempt(event);
  }

  #endAttempt({ runId, step, atMs }: SluiceEvent): void {
    const run = this.#open.get(runId);
    const startedMs = run?.attemptsMs.get(step);
    run?.attemptsMs.delete(step);
    if (run && startedMs !== undefined) {
      this.#attemptSeconds.record((atMs - startedMs) / 1_000, { job: run.job });
    }
  }
}
