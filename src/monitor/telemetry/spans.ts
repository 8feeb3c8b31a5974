/** Runs, steps and attempts as spans: a fold over events, with what is under way in memory and nothing else. */
import type { RecordedError, SluiceEvent } from "../../model/events/event.ts";
import type { StepTable } from "../../model/events/step_table.ts";
import type { TelemetryApi, TelemetrySpan, TelemetrySpanContext, TelemetryTracer } from "./api.ts";

/** Runs that are over are remembered for links of those that repeat them: the latest so many. */
const MOST_REMEMBERED = 1_000;

/** How a span ends: what was canceled or skipped has gone neither well nor badly. */
type End = "ok" | "error" | "unset";

const ENDS: ReadonlyMap<string, End> = new Map([
  ["success", "ok"],
  ["canceled", "unset"],
  ["skipped", "unset"],
]);

interface OpenStep {
  readonly span: TelemetrySpan;
  attempt: TelemetrySpan;
  attempts: number;
}

interface OpenRun {
  readonly span: TelemetrySpan;
  readonly table: StepTable | undefined;
  readonly steps: Map<number, OpenStep>;
  /** Of steps that failed: what others were withheld for. */
  readonly failed: Map<number, TelemetrySpanContext>;
}

type Attributes = { [name: string]: string | number | boolean };
type EventOf<Name extends SluiceEvent["type"]> = Extract<SluiceEvent, { readonly type: Name }>;

/** The spans of an orchestrator. */
export class Spans {
  readonly #api: TelemetryApi;
  readonly #tracer: TelemetryTracer;
  readonly #open: Map<string, OpenRun> = new Map();
  readonly #past: Map<string, TelemetrySpanContext> = new Map();

  constructor(api: TelemetryApi, tracer: TelemetryTracer) {
    this.#api = api;
    this.#tracer = tracer;
  }

  /** Takes an event. */
  add(event: SluiceEvent): void {
    switch (event.type) {
      case "run_created":
        return this.#create(event);
      case "run_recovered":
        return this.#runOf(event).span.setAttribute("sluice.run.recoveries", event.payload.count) as void;
      case "run_finished":
        return this.#endRun(event, event.payload.status, event.payload.error);
      case "run_interrupted":
      case "run_parked":
        return this.#endRun(event, event.type.slice(4), {
          name: "RunInterrupted",
          message: event.payload.reason,
        });
      case "step_started":
      case "step_undoing":
        return this.#begin(event);
      case "step_retrying":
      case "step_undo_retrying":
        return this.#endAttempt(event, event.payload.error);
      case "step_succeeded":
      case "step_undone":
        return this.#endStep(event, "success", undefined);
      case "step_failed":
      case "step_undo_failed":
        return this.#endStep(event, "failed", event.payload.error);
      case "step_skipped":
      case "step_canceled":
        return this.#endStep(event, event.type.slice(5), undefined);
      case "step_upstream_failed":
        return this.#withhold(event);
    }
  }

  /** Ends what is under way: nobody will hear how it went. */
  close(nowMs: number): void {
    for (const run of this.#open.values()) {
      for (const { span, attempt } of run.steps.values()) {
        attempt.end(new Date(nowMs));
        span.end(new Date(nowMs));
      }
      run.span.end(new Date(nowMs));
    }
    this.#open.clear();
  }

  #create({ runId, atMs, payload }: EventOf<"run_created">): void {
    const { job, backfill, parent, steps } = payload;
    const repeated = parent === undefined ? undefined : this.#past.get(parent);
    const attributes: Attributes = {
      "sluice.run.id": runId,
      "sluice.run.steps": steps.count,
      ...(job !== undefined && { "sluice.job": job }),
      ...(backfill !== undefined && { "sluice.backfill": backfill }),
      ...(parent !== undefined && { "sluice.run.parent": parent }),
    };
    const name = job === undefined ? "run" : `run ${job}`;
    this.#track(runId, this.#start(name, atMs, attributes, undefined, repeated ? [repeated] : []), steps);
  }

  #track(runId: string, span: TelemetrySpan, table: StepTable | undefined): OpenRun {
    const run = { span, table, steps: new Map(), failed: new Map() };
    this.#open.set(runId, run);
    return run;
  }

  /** One that was created before anybody listened is heard of later for the first time. */
  #runOf({ runId, atMs }: SluiceEvent): OpenRun {
    const known = this.#open.get(runId);
    if (known) return known;
    return this.#track(runId, this.#start("run", atMs, { "sluice.run.id": runId }, undefined, []), undefined);
  }

  #endRun(event: SluiceEvent, status: string, error: RecordedError | undefined): void {
    const run = this.#open.get(event.runId);
    if (!run) return;
    for (const { span, attempt } of run.steps.values()) {
      attempt.end(new Date(event.atMs));
      span.end(new Date(event.atMs));
    }
    run.span.setAttribute("sluice.run.status", status);
    this.#close(run.span, event.atMs, ENDS.get(status) ?? "error", error);
    this.#open.delete(event.runId);
    this.#past.set(event.runId, run.span.spanContext());
    const [oldest] = this.#past.keys();
    if (this.#past.size > MOST_REMEMBERED) this.#past.delete(oldest);
  }

  #begin(event: SluiceEvent): void {
    const run = this.#runOf(event);
    const { step, atMs, attempt: number } = event;
    const known = run.steps.get(step);
    const names = this.#namesOf(event, run);
    const span = known?.span ?? this.#start(names.title, atMs, names.attributes, run.span, []);
    const before = known ? [known.attempt.spanContext()] : [];
    const attributes = { ...names.attributes, "sluice.attempt": number };
    const attempt = this.#start(`attempt ${number}`, atMs, attributes, span, before);
    run.steps.set(step, { span, attempt, attempts: number });
  }

  #endAttempt(event: SluiceEvent, error: RecordedError): void {
    const known = this.#open.get(event.runId)?.steps.get(event.step);
    if (known) this.#close(known.attempt, event.atMs, "error", error);
  }

  #endStep(event: SluiceEvent, status: string, error: RecordedError | undefined): void {
    const run = this.#open.get(event.runId);
    const known = run?.steps.get(event.step);
    if (!run || !known) return;
    run.steps.delete(event.step);
    const end = ENDS.get(status) ?? "error";
    this.#close(known.attempt, event.atMs, end, error);
    known.span.setAttribute("sluice.step.status", status);
    known.span.setAttribute("sluice.step.attempts", known.attempts);
    if (error) run.failed.set(event.step, known.span.spanContext());
    this.#close(known.span, event.atMs, end, error);
  }

  /** A step that did not run because of another has a span without a length, with a link to that one. */
  #withhold(event: EventOf<"step_upstream_failed">): void {
    const run = this.#runOf(event);
    const { title, attributes } = this.#namesOf(event, run);
    const cause = run.failed.get(event.payload.cause);
    const span = this.#start(title, event.atMs, attributes, run.span, cause ? [cause] : []);
    span.setAttribute("sluice.step.status", "upstream_failed");
    span.end(new Date(event.atMs));
  }

  #namesOf({ type, step }: SluiceEvent, { table }: OpenRun): {
    readonly title: string;
    readonly attributes: Attributes;
  } {
    const name = table ? table.node(table.nodeOf(step)).step : String(step);
    const keys = table?.partitionKeys(step) ?? [];
    const attributes: Attributes = {
      "sluice.step.number": step,
      "sluice.step.name": name,
      ...(keys.length === 1 && { "sluice.partition": keys[0] }),
      ...(keys.length > 1 && { "sluice.partitions": keys.length }),
    };
    return { title: `${type === "step_undoing" ? "undo" : "step"} ${name}`, attributes };
  }

  #start(
    name: string,
    atMs: number,
    attributes: Attributes,
    parent: TelemetrySpan | undefined,
    links: readonly TelemetrySpanContext[],
  ): TelemetrySpan {
    const { trace, ROOT_CONTEXT } = this.#api;
    const context = parent ? trace.setSpan(ROOT_CONTEXT as never, parent as never) : ROOT_CONTEXT;
    const options = {
      startTime: new Date(atMs),
      attributes,
      links: links.map((each) => ({ context: each })),
    };
    return this.#tracer.startSpan(name, parent ? options : { ...options, root: true }, context as never);
  }

  #close(span: TelemetrySpan, atMs: number, end: End, error: RecordedError | undefined): void {
    const { OK, ERROR } = this.#api.SpanStatusCode;
    const time = new Date(atMs);
    if (error) {
      span.addEvent("exception", {
        "exception.type": error.code ?? error.name,
        "exception.message": error.message,
        ...(error.stack !== undefined && { "exception.stacktrace": error.stack }),
      }, time);
    }
    if (end === "ok") span.setStatus({ code: OK });
    if (end === "error") span.setStatus({ code: ERROR, ...(error && { message: error.message }) });
    span.end(time);
  }
}
