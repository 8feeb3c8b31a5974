/** All that those get who watch a run: streams, logs, spans, measures, alerts by every channel, engines, the audit. */
import * as api from "@opentelemetry/api";
import {
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import {
  type Alerts,
  createAlerts,
  createEngines,
  createEventLog,
  createMetrics,
  createMonitor,
  createOrchestrator,
  type Definitions,
  emailChannel,
  openTelemetry,
  type Orchestrator,
  pagerDutyChannel,
  slackChannel,
  webhookChannel,
} from "sluice";
import { everythingPosted } from "./posted.ts";

/** OpenTelemetry that keeps what it is told. */
function openKept() {
  const spans = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const measures = new InMemoryMetricExporter(1);
  const reader = new PeriodicExportingMetricReader({ exporter: measures, exportIntervalMillis: 3_600_000 });
  const meters = new MeterProvider({ readers: [reader] });
  return {
    api: {
      ...api,
      trace: { setSpan: api.trace.setSpan, getTracer: (name: string) => tracers.getTracer(name) },
      metrics: { getMeter: (name: string) => meters.getMeter(name) },
    },
    /** Everything that was kept, as text. */
    read: async (): Promise<readonly string[]> => {
      await meters.forceFlush();
      const kept = spans.getFinishedSpans().map(({ name, attributes, events, status }) =>
        JSON.stringify({ name, attributes, events, status })
      );
      const text = JSON.stringify(measures.getMetrics());
      await meters.shutdown();
      return [...kept, text];
    },
  };
}

/** Alerts by every channel. */
function openAlerts(sluice: Orchestrator, url: string, tell: (text: string) => void): Alerts {
  const allow = ["127.0.0.1"];
  const transport = { sendMail: async (mail: object) => tell(JSON.stringify(mail)), close: () => {} };
  const mail = { host: "127.0.0.1", from: "a@b.example", to: ["c@d.example"], allow };
  const channels = {
    hook: webhookChannel({ url, allow }),
    slack: slackChannel({ url, allow }),
    duty: pagerDutyChannel({ routingKey: "r".repeat(32), url, allow }),
    mail: emailChannel({ ...mail, mailer: { createTransport: () => transport } }),
  };
  const on = ["run_finished", "step_failed", "step_retrying", "check_evaluated"] as const;
  const rules = [{ name: "all", on, atLeast: "warning" as const, to: Object.keys(channels), groupMs: 0 }];
  return createAlerts(sluice, { channels, rules });
}

/** Verbs and a workflow, asked for by somebody with this name. */
async function act(sluice: Orchestrator, name: string, tell: (text: string) => void): Promise<void> {
  await using engines = createEngines();
  engines.registerEngine({ id: "here", orchestrator: sluice });
  engines.registerWorkflow({ id: "everything", job: "everything" });
  const outbound = engines.engineOutbound("here");
  using monitor = createMonitor(sluice);
  monitor.attachToEngine(engines, "here");
  const stream = monitor.subscribe();
  const by = { actor: name, via: `door ${name}` };
  await sluice.pause({ by });
  await sluice.resume({ by });
  await sluice.wipe("told", "all", { by });
  const { runId } = await engines.executeWorkflow("everything", {}, { actor: name, tags: { name } });
  tell(JSON.stringify((await sluice.run(runId ?? ""))?.tags));
  for (let next = 0; next < 3; next++) tell(JSON.stringify(await outbound.next()));
  for await (const each of stream) {
    tell(JSON.stringify(each, (_name, value) => isTable(value) ? undefined : value));
    if (each.kind === "event" && each.event.type === "run_finished") break;
  }
}

/** All that is told of a graph with the job `everything`, while a name is used that holds a secret. */
export async function everythingTold(definitions: Definitions, name: string): Promise<readonly string[]> {
  const told: string[] = [];
  const tell = (text: string) => void told.push(text);
  const kept = openKept();
  const posted = await everythingPosted(async (url) => {
    await using sluice = createOrchestrator(definitions, { store: "memory", defaultIO: "memory" });
    // What reveals the secret comes first: nothing can be hidden that nobody has looked at.
    await sluice.runJob("everything");
    using _telemetry = await openTelemetry(sluice, { api: kept.api });
    using _log = createEventLog(sluice, { write: tell });
    using metrics = createMetrics(sluice);
    await using alerts = openAlerts(sluice, url, tell);
    await act(sluice, name, tell);
    await alerts.flush();
    tell(metrics.text());
    tell(JSON.stringify([await sluice.audit(), alerts.firing]));
  });
  return [...told, ...await kept.read(), ...posted];
}

/** Whether a value is the table of a run's steps, which is a live object and no JSON. */
function isTable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "nodeOf" in value;
}
