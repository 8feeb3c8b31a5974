/** What is recorded, as lines of JSON for whoever collects logs. */
import type { SluiceEvent } from "../../model/events/event.ts";
import { FUNCTION, requireOptions, type Shapes, TEXTS } from "../../model/validate/options.ts";
import { type KnownRun, knownRun, wordsOf } from "../alerts/subject.ts";
import type { EventSource } from "../stream/contract.ts";
import { isAtLeast, SEVERITY, type Severity, severityOf } from "../stream/severity.ts";

/** The longest payload that goes into a line, in characters of JSON. */
const MOST_DATA = 8_192;

/** What goes into an event log, and where it goes. */
export interface EventLogOptions {
  /** Takes one line, without its end. Default: `console.log`. */
  readonly write?: (line: string) => void;
  /** Only events as grave as this, or graver. Default `"info"`: all. */
  readonly atLeast?: Severity;
  /** Leaves out events of these types. Default none. */
  readonly without?: readonly SluiceEvent["type"][];
}

/** An event log; made by {@linkcode createEventLog}. */
export interface EventLog extends Disposable {
  /** Writes no more. */
  close(): void;
}

const OPTIONS: Shapes<EventLogOptions> = Object.freeze({
  write: FUNCTION,
  atLeast: SEVERITY,
  without: TEXTS,
});

/**
 * Writes a line of JSON for every event from now on: `time`, `level`, `event`, `message`, `id`, and where there are such `run`, `job`, `step`,
 * `attempt`, and the payload as `data`, up to 8,192 characters of it. Levels are the severities. Lines of bodies have the level and the text
 * that the body gave them.
 *
 * @param source An orchestrator, or anything else that gives events.
 * @throws {SluiceError} MONITOR_INVALID for options that are none.
 * @example
 * ```ts
 * import { createEventLog, createOrchestrator, defineAsset, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const orders = defineAsset({ key: "orders", run: ({ log }) => log.warning("few of them", { count: 3 }) });
 * await using sluice = createOrchestrator(definitions({ assets: [orders] }), {
 *   store: "memory",
 *   defaultIO: "memory",
 * });
 * const lines: string[] = [];
 * using log = createEventLog(sluice, { write: (line) => lines.push(line), atLeast: "warning" });
 * await sluice.materialize("*");
 * const { level, event, message, step, data } = JSON.parse(lines[0]);
 * assert.deepEqual([level, event, message, step], ["warning", "step_log", "few of them", "orders"]);
 * assert.deepEqual(data.fields, { count: 3 });
 * ```
 */
export function createEventLog(
  source: Pick<EventSource, "subscribe">,
  options: EventLogOptions = {},
): EventLog {
  requireOptions(options, OPTIONS, { what: "createEventLog()", code: "MONITOR_INVALID", path: ["log"] });
  const { write = print, atLeast = "info", without = [] } = options;
  const runs = new Map<string, KnownRun>();
  const unsubscribe = source.subscribe((events) => {
    for (const event of events) {
      if (event.type === "run_created") runs.set(event.runId, knownRun(event.payload));
      const severity = severityOf(event);
      if (isAtLeast(severity, atLeast) && !without.includes(event.type)) {
        write(JSON.stringify(lineOf(event, severity, runs.get(event.runId))));
      }
      if (event.type === "run_finished") runs.delete(event.runId);
    }
  });
  return Object.freeze({ close: unsubscribe, [Symbol.dispose]: unsubscribe });
}

function lineOf(event: SluiceEvent, level: Severity, run: KnownRun | undefined): object {
  const { type, seq, atMs, runId, step, attempt } = event;
  return {
    time: new Date(atMs).toISOString(),
    level,
    event: type,
    message: type === "step_log" ? event.payload.message : wordsOf(event, run),
    id: seq,
    ...(runId !== "" && { run: runId }),
    ...(run?.job !== undefined && { job: run.job }),
    ...(step >= 0 && { step: run?.stepName(step) ?? step }),
    ...(attempt > 0 && { attempt }),
    ...dataOf(event),
  };
}

/** A payload that is plain and not too long. The steps of a run are a table and no plain data. */
function dataOf({ type, payload }: SluiceEvent): { readonly data?: unknown; readonly dataLength?: number } {
  if (payload === undefined) return {};
  const { steps: _, ...plain } = payload as { readonly steps?: unknown };
  const data = type === "run_created" ? plain : payload;
  const text = JSON.stringify(data);
  return text.length <= MOST_DATA ? { data } : { dataLength: text.length };
}

function print(line: string): void {
  console.log(line);
}
