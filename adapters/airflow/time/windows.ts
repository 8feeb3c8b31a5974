/** The partitions that a schedule runs: what it means here, and what the task is told in Airflow. */
import {
  dimensionNames,
  type LeafPartitions,
  type Partitions,
  type TimePartitions,
} from "../../../src/model/partitions/definition.ts";
import { windowsOf } from "../../../src/model/partitions/windows_of.ts";
import { openCadence } from "../../../src/model/time/cadence.ts";
import { cronFields, parseCron } from "../../../src/model/time/cron.ts";
import { parseKeyFormat } from "../../../src/model/time/format.ts";
import { WindowKeys } from "../../../src/model/time/window_key.ts";
import { boundWindows, openWindows } from "../../../src/model/time/windows.ts";
import { openZone } from "../../../src/model/time/zone.ts";
import { call, type Expression } from "../../python/expression.ts";
import { numberLiteral, textLiteral } from "../../python/literal.ts";
import { RUNTIME_KEYS } from "../options.ts";

/** Finds the key of the last window that exists at an instant; undefined when there is none. */
export function openLastKeys(definition: TimePartitions): (nowMs: number) => string | undefined {
  const windows = openWindows(definition);
  const keys = windowKeys(definition);
  if (definition.endOffset !== 0) {
    return (nowMs) => {
      const bounds = boundWindows(definition, windows, nowMs);
      return bounds && keys.keyOf(bounds.last);
    };
  }
  const { startMs, endMs = Infinity } = definition;
  const firstMs = windows.from(startMs) ?? Infinity;
  return (nowMs) => {
    const last = windows.until(Math.min(nowMs, endMs)) ?? -Infinity;
    return last < firstMs ? undefined : keys.keyOf(last);
  };
}

/** The instants at which windows end, from an instant on. Those that are left out end nowhere. */
export function* windowEnds(definition: TimePartitions, fromMs: number): Generator<number, void, void> {
  const { startMs, endMs = Infinity } = definition;
  const windows = openWindows(definition);
  const firstMs = Math.max(fromMs, startMs + 1);
  let start = windows.cadence.previous(firstMs) ?? -Infinity;
  const ticks = windows.cadence.from(firstMs);
  for (let tick = ticks.next(); tick <= endMs && tick < Infinity; tick = ticks.next()) {
    if (!windows.isExcluded(start)) yield tick;
    start = tick;
  }
}

/** Writes the keys of windows. */
export function windowKeys({ cron, timezone, format, startMs }: TimePartitions): WindowKeys {
  const { everyHour } = parseCron(cron);
  return new WindowKeys(
    parseKeyFormat(format),
    openZone(timezone),
    everyHour,
    new Date(startMs).getUTCFullYear(),
  );
}

/** Whether an hour of the definition's zone can come twice, so that keys need their offset. */
function marksRepeats({ cron, timezone, format }: TimePartitions): boolean {
  if (!parseCron(cron).everyHour || parseKeyFormat(format).hasOffset) return false;
  return openZone(timezone).startOf(1) < Infinity;
}

/** What Airflow may put into the id of a run. */
const ALLOWED = /^(?:%[YymbBdjaAHIpMSfz]|[A-Za-z0-9_.~:+-])*$/;

/** The form of the keys of runs: ours where Airflow takes it and it is never the same twice. Airflow 3.2 writes in UTC. */
export function runKeyFormat(definition: TimePartitions, level: number): string {
  const isElsewhere = level < RUNTIME_KEYS && openZone(definition.timezone).name !== "UTC";
  if (isElsewhere || marksRepeats(definition)) return "%Y-%m-%dT%H:%M%z";
  return ALLOWED.test(definition.format) ? definition.format : "%Y-%m-%dT%H:%M";
}

/** Where the helper finds the window of a run. */
export type WindowSource = "run-key" | "due" | "interval" | "last";

/** How a task finds its partitions, and the version of Airflow that it runs in. */
export interface Finding {
  readonly source: WindowSource;
  readonly runs: "last" | "all";
  readonly level: number;
}

/** The helper's object for the windows of a definition. */
export function windowExpression(
  definition: TimePartitions,
  { source, level }: Pick<Finding, "source" | "level">,
): Expression {
  const { format, timezone, cron, endOffset } = definition;
  const read = runKeyFormat(definition, level);
  if (source === "due") {
    return call("DueWindow", [], {
      key: windowExpression(definition, { source: "run-key", level }),
      last: windowExpression(definition, { source: "last", level }),
    });
  }
  if (source === "run-key" && read === format) return call("RunKey", []);
  return call(
    source === "run-key" ? "WindowKey" : source === "interval" ? "IntervalStart" : "LastWindow",
    [],
    {
      cron: source === "last" ? textLiteral(fiveFields(cron)) : undefined,
      read: source === "run-key" ? textLiteral(read) : undefined,
      write: textLiteral(format),
      zone: textLiteral(openZone(timezone).name),
      every_hour: marksRepeats(definition) || source === "last" && parseCron(cron).everyHour
        ? "True"
        : undefined,
      end_offset: source === "last" && endOffset !== 0 ? numberLiteral(endOffset) : undefined,
    },
  );
}

/** What a step is told of its partitions; undefined where only whoever starts the run can know. */
export function partitionExpression(partitions: Partitions, finding: Finding): Expression | undefined {
  if (partitions.kind !== "multi") return leafExpression(partitions, finding);
  const { dimensions } = partitions;
  const isByWindow = finding.runs === "all" || windowsOf(partitions) !== undefined;
  const axes = dimensionNames(partitions).map((name) => {
    const isWhole = isByWindow && dimensions[name].kind !== "time";
    return leafExpression(dimensions[name], isWhole ? { ...finding, runs: "all" } : finding);
  });
  return axes.every((axis) => axis !== undefined) ? call("Cells", axes as Expression[]) : undefined;
}

function leafExpression(leaf: LeafPartitions, finding: Finding): Expression | undefined {
  if (leaf.kind === "dynamic") return undefined;
  if (leaf.kind === "static") {
    const keys = finding.runs === "all" ? leaf.keys : leaf.keys.slice(-1);
    return call("Keys", keys.map(textLiteral));
  }
  const windows = leaf as TimePartitions;
  if (finding.runs === "last") return windowExpression(windows, finding);
  const last = windowExpression(windows, { ...finding, source: "last" });
  return call("AllWindows", [textLiteral(firstKey(windows)), last]);
}

/** The key of the first window of all, whether or not it is there yet. */
function firstKey(definition: TimePartitions): string {
  const cadence = openCadence(definition.cron, definition.timezone);
  return windowKeys(definition).keyOf(cadence.from(definition.startMs).next());
}

/** A cron as five fields with one space between them: Airflow does not know every macro. */
export function fiveFields(cron: string): string {
  return cronFields(cron).join(" ");
}
