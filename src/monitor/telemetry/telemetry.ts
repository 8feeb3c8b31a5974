/** Spans and measures for OpenTelemetry, from what is recorded. */
import { RECORD, requireOptions, type Shapes, TEXT } from "../../model/validate/options.ts";
import { type Clock, systemClock } from "../../model/ports.ts";
import type { EventSource } from "../stream/contract.ts";
import type { TelemetryApi } from "./api.ts";
import { loadTelemetryApi } from "./load.ts";
import { Measures } from "./measures.ts";
import { Spans } from "./spans.ts";

/** How OpenTelemetry is used. */
export interface TelemetryOptions {
  /** The exports of `@opentelemetry/api`. Default: it is loaded. */
  readonly api?: TelemetryApi;
  /** The name of the tracer and the meter. Default `"sluice"`. */
  readonly name?: string;
  /** Hears what tracer and meter throw; nothing of it reaches a run. Default: nobody. */
  readonly onError?: (error: unknown) => void;
  /** Default the clock of the host. */
  readonly clock?: Clock;
}

/** Telemetry that is on; made by {@linkcode openTelemetry}. */
export interface Telemetry extends Disposable {
  /** Listens no more, and ends the spans of what is under way. */
  close(): void;
}

const OPTIONS: Shapes<TelemetryOptions> = Object.freeze({
  api: { is: "the exports of @opentelemetry/api", fits: isApi },
  name: TEXT,
  onError: { is: "a function", fits: (value) => typeof value === "function" },
  clock: RECORD,
});

/**
 * Tells OpenTelemetry of every run from now on: a span for the run, below it one for each step, below that one for each attempt, with
 * status and exceptions; and measures with few labels. They go to the providers that the program has set up: without one they go
 * nowhere.
 *
 * A run that repeats another has a link to it, an attempt one to the attempt before, and a step that was withheld one to the step that
 * failed.
 *
 * @param source An orchestrator, or anything else that gives events.
 * @throws {SluiceError} MONITOR_INVALID when `@opentelemetry/api` is not installed, with the command that installs it.
 * @example
 * ```ts
 * import { createOrchestrator, defineAsset, definitions, openTelemetry } from "sluice";
 *
 * const orders = defineAsset({ key: "orders", run: () => [1, 2, 3] });
 * await using sluice = createOrchestrator(definitions({ assets: [orders] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * using telemetry = await openTelemetry(sluice);
 * await sluice.materialize("*");
 * ```
 */
export async function openTelemetry(
  source: Pick<EventSource, "subscribe">,
  options: TelemetryOptions = {},
): Promise<Telemetry> {
  requireOptions(options, OPTIONS, {
    what: "openTelemetry()",
    code: "MONITOR_INVALID",
    path: ["telemetry"],
  });
  const { name = "sluice", onError = ignore, clock = systemClock } = options;
  const api = options.api ?? await loadTelemetryApi();
  const spans = new Spans(api, api.trace.getTracer(name));
  const measures = new Measures(api.metrics.getMeter(name));
  const unsubscribe = source.subscribe((events) => {
    for (const event of events) {
      try {
        spans.add(event);
        measures.add(event);
      } catch (error) {
        onError(error);
      }
    }
  });
  const close = () => {
    unsubscribe();
    spans.close(clock.now());
  };
  return Object.freeze({ close, [Symbol.dispose]: close });
}

function isApi(value: unknown): boolean {
  const { trace, metrics } = (value ?? {}) as { readonly [name: string]: unknown };
  return typeof trace === "object" && typeof metrics === "object";
}

function ignore(): void {}
