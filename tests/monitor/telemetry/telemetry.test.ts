/** OpenTelemetry by its own SDK: what an exporter of traces and a reader of metrics get. */
import { describe, test } from "bun:test";
import assert from "node:assert/strict";
import * as api from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import {
  createOrchestrator,
  defineAsset,
  defineJob,
  definitions,
  openTelemetry,
  type Orchestrator,
  type TelemetryApi,
} from "sluice";

const MEMORY = { store: "memory", defaultIO: "memory" } as const;

let tries = 0;
const flaky = defineAsset({
  key: "flaky",
  retry: { maxRetries: 2 },
  run: () => {
    if (++tries % 3 !== 0) throw new TypeError("not yet");
    return 1;
  },
});
const next = defineAsset({ key: "next", deps: { flaky }, run: ({ inputs }) => inputs.flaky + 1 });
const bad = defineAsset({
  key: "bad",
  run: () => {
    throw Object.assign(new Error("no luck"), { code: "E_LUCK" });
  },
});
const after = defineAsset({ key: "after", deps: { bad }, run: () => 2 });
const all = definitions({
  assets: [flaky, next, bad, after],
  jobs: [
    defineJob({ name: "good", selection: "flaky or next" }),
    defineJob({ name: "broken", selection: "bad or after" }),
  ],
});

/** Runs something with telemetry on, and gives what was exported. */
async function exported(
  use: (sluice: Orchestrator) => Promise<void>,
): Promise<{ readonly spans: readonly ReadableSpan[]; readonly values: ReadonlyMap<string, number> }> {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  const given: TelemetryApi = {
    ...api,
    trace: { setSpan: api.trace.setSpan, getTracer: (name) => tracers.getTracer(name) },
    metrics: { getMeter: (name) => meters.getMeter(name) },
  };
  const sluice = createOrchestrator(all, MEMORY);
  const telemetry = await openTelemetry(sluice, { api: given });
  await use(sluice);
  await sluice.close();
  telemetry.close();
  await meters.forceFlush();
  await tracers.forceFlush();
  const values = new Map<string, number>();
  for (const { scopeMetrics } of metrics.getMetrics()) {
    for (const { descriptor, dataPoints } of scopeMetrics.flatMap((scope) => scope.metrics)) {
      for (const { attributes, value } of dataPoints) {
        const labels = Object.entries(attributes).map(([name, text]) => `${name}=${text}`).sort().join(",");
        values.set(`${descriptor.name}{${labels}}`, typeof value === "number" ? value : value.count);
      }
    }
  }
  await meters.shutdown();
  return { spans: spans.getFinishedSpans(), values };
}

/** A span with its parents' names, its own way to be told in one line. */
function pathOf(span: ReadableSpan, all: readonly ReadableSpan[]): string {
  const parent = all.find((each) => each.spanContext().spanId === span.parentSpanContext?.spanId);
  return parent ? `${pathOf(parent, all)} > ${span.name}` : span.name;
}

const millisOf = ([seconds, nanos]: readonly [number, number]) => seconds * 1_000 + nanos / 1e6;

describe("openTelemetry", () => {
  test("gives a span for the run, its steps and their attempts, with times, status and exceptions", async () => {
    let id = "";
    const { spans } = await exported(async (sluice) => {
      tries = 0;
      id = (await sluice.runJob("good")).id;
    });
    assert.deepEqual(spans.map((span) => pathOf(span, spans)).sort(), [
      "run good",
      "run good > step flaky",
      "run good > step flaky > attempt 1",
      "run good > step flaky > attempt 2",
      "run good > step flaky > attempt 3",
      "run good > step next",
      "run good > step next > attempt 1",
    ]);
    assert.equal(new Set(spans.map((span) => span.spanContext().traceId)).size, 1, "all are of one trace");
    const named = (name: string) => spans.find((span) => span.name === name) ?? assert.fail(name);
    const run = named("run good");
    assert.equal(run.attributes["sluice.run.id"], id);
    assert.deepEqual([run.attributes["sluice.job"], run.attributes["sluice.run.status"]], [
      "good",
      "success",
    ]);
    assert.equal(run.status.code, api.SpanStatusCode.OK);
    const first = named("attempt 1");
    assert.deepEqual([first.status.code, first.status.message], [api.SpanStatusCode.ERROR, "not yet"]);
    assert.deepEqual(
      first.events.map((
        { name, attributes },
      ) => [name, attributes?.["exception.type"], attributes?.["exception.message"]]),
      [
        ["exception", "TypeError", "not yet"],
      ],
    );
    assert.match(String(first.events[0].attributes?.["exception.stacktrace"]), /not yet/);
    assert.deepEqual(named("attempt 2").links.map(({ context }) => context.spanId), [
      first.spanContext().spanId,
    ]);
    assert.equal(named("step flaky").attributes["sluice.step.attempts"], 3);
    for (const span of spans) {
      assert.ok(
        millisOf(run.startTime) <= millisOf(span.startTime) &&
          millisOf(span.startTime) <= millisOf(span.endTime),
      );
      assert.ok(millisOf(span.endTime) <= millisOf(run.endTime));
      assert.ok(Math.abs(millisOf(span.startTime) - Date.now()) < 60_000);
    }
  });

  test("links what was withheld to what failed, and a repetition to the run that it repeats", async () => {
    const { spans } = await exported(async (sluice) => {
      const { id } = await sluice.runJob("broken");
      await sluice.rerun(id);
    });
    const runs = spans.filter(({ name }) => name === "run broken");
    assert.equal(runs.length, 2);
    assert.deepEqual(runs[1].links.map(({ context }) => context.spanId), [runs[0].spanContext().spanId]);
    assert.notEqual(runs[0].spanContext().traceId, runs[1].spanContext().traceId);
    const failed = spans.find(({ name }) => name === "step bad") ?? assert.fail();
    const withheld = spans.find(({ name }) => name === "step after") ?? assert.fail();
    assert.deepEqual(withheld.links.map(({ context }) => context.spanId), [failed.spanContext().spanId]);
    assert.equal(withheld.attributes["sluice.step.status"], "upstream_failed");
    assert.deepEqual([failed.status.message, failed.events[0].attributes?.["exception.type"]], [
      "no luck",
      "E_LUCK",
    ]);
    assert.equal(runs[0].status.code, api.SpanStatusCode.ERROR);
  });

  test("counts with few labels", async () => {
    const { values } = await exported(async (sluice) => {
      tries = 0;
      await sluice.runJob("good");
      await sluice.runJob("broken");
      await sluice.materialize("bad");
    });
    const seen = Object.fromEntries(values);
    assert.equal(seen["sluice.runs{job=good,status=success}"], 1);
    assert.equal(seen["sluice.runs{job=broken,status=failed}"], 1);
    assert.equal(seen["sluice.runs{job=,status=failed}"], 1);
    assert.equal(seen["sluice.runs.active{job=good}"], 0);
    assert.equal(seen["sluice.steps{job=good,status=success}"], 2);
    assert.equal(seen["sluice.steps{job=broken,status=upstream_failed}"], 1);
    assert.equal(seen["sluice.step.retries{job=good}"], 2);
    assert.equal(seen["sluice.attempt.duration{job=good}"], 4, "three attempts and one");
    assert.equal(seen["sluice.run.duration{job=good,status=success}"], 1);
    assert.equal([...values.keys()].some((key) => key.includes("flaky")), false, "no asset is a label");
  });

  test("ends spans of what it has not heard the end of, and loads the package by itself", async () => {
    const sluice = createOrchestrator(all, MEMORY);
    using telemetry = await openTelemetry(sluice);
    await sluice.materialize("flaky");
    telemetry.close();
    await sluice.close();
    const errors: unknown[] = [];
    const broken = {
      ...api,
      trace: {
        getTracer: () => ({
          startSpan: () => {
            throw new Error("the tracer is broken");
          },
        }),
      },
    };
    const other = createOrchestrator(all, MEMORY);
    using _ = await openTelemetry(other, { api: broken as never, onError: (error) => errors.push(error) });
    tries = 2;
    assert.equal((await other.materialize("flaky")).status, "success", "no run suffers from it");
    await other.close();
    assert.ok(errors.length > 0);
    await assert.rejects(openTelemetry(sluice, { apj: api } as never), { code: "MONITOR_INVALID" });
  });
});
