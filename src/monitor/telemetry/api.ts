/** What is used of OpenTelemetry, by its shape: the package is a peer that only those install who want it. */

/** Values that go with spans and measures. */
export type TelemetryAttributes = { readonly [name: string]: string | number | boolean };

/** By what a span is known to others. */
export interface TelemetrySpanContext {
  /** Of its trace. */
  readonly traceId: string;
  /** Its own. */
  readonly spanId: string;
  /** Whether it is sampled. */
  readonly traceFlags: number;
}

/** A span under way. */
export interface TelemetrySpan {
  /** By what it is known. */
  spanContext(): TelemetrySpanContext;
  /** Adds a value. */
  setAttribute(name: string, value: string | number | boolean): unknown;
  /** Adds what happened while it was under way. */
  addEvent(name: string, attributes: TelemetryAttributes, time: Date): unknown;
  /** Says how it went. */
  setStatus(status: { readonly code: number; readonly message?: string }): unknown;
  /** It is over. */
  end(time: Date): void;
}

/** What makes spans. */
export interface TelemetryTracer {
  /** Begins a span. */
  startSpan(
    name: string,
    options: {
      readonly startTime: Date;
      readonly attributes: { [name: string]: string | number | boolean };
      readonly links: { readonly context: TelemetrySpanContext }[];
      readonly root?: boolean;
    },
    context: never,
  ): TelemetrySpan;
}

/** What makes measures. */
export interface TelemetryMeter {
  /** A number that grows. */
  createCounter(
    name: string,
    options: { readonly description: string },
  ): { add(value: number, attributes: { [name: string]: string }): void };
  /** A number that goes up and down. */
  createUpDownCounter(
    name: string,
    options: { readonly description: string },
  ): { add(value: number, attributes: { [name: string]: string }): void };
  /** A distribution of numbers. */
  createHistogram(
    name: string,
    options: { readonly description: string; readonly unit: string },
  ): { record(value: number, attributes: { [name: string]: string }): void };
}

/** What `@opentelemetry/api` exports, as far as it is used. */
export interface TelemetryApi {
  /** Of spans. */
  readonly trace: {
    getTracer(name: string): TelemetryTracer;
    setSpan(context: never, span: never): unknown;
  };
  /** Of measures. */
  readonly metrics: { getMeter(name: string): TelemetryMeter };
  /** A context without a span. */
  readonly ROOT_CONTEXT: unknown;
  /** How spans end. */
  readonly SpanStatusCode: { readonly OK: number; readonly ERROR: number };
}
