/** Sensors for people: what they watch, what came of it, and what one would ask for. */
import type { Sensor } from "../../model/automation/sensors/sensor.ts";
import type { Watch } from "../../model/automation/sensors/watch.ts";
import type { TickRecord } from "../../model/events/record.ts";
import type { LoneFindings } from "../../triggers/sensors/alone.ts";
import type { TriggerStatus } from "../../triggers/status.ts";
import { type Column, formatColumns, formatFields } from "./columns.ts";
import { inert } from "./inert.ts";
import { formatDuration, formatInstant, plural } from "./number.ts";
import type { Page } from "./page.ts";

/** A sensor with what is recorded of it. */
export interface SensorView {
  readonly sensor: Sensor;
  readonly status: TriggerStatus | undefined;
}

/** All of some sensors. */
export function formatSensors(views: readonly SensorView[], page: Page): string[] {
  const columns: readonly Column<SensorView>[] = [
    { title: "sensor", text: ({ sensor }) => sensor.name },
    { title: "watches", text: ({ sensor }) => describeWatch(sensor.watch) },
    { title: "looks", text: ({ sensor }) => describeInterval(sensor.intervalMs) },
    { title: "state", text: stateOf },
    { title: "last tick", text: ({ status }) => status?.lastTick ? describeTick(status.lastTick) : "" },
  ];
  return [...formatColumns(views, columns, page), page.style.dim(plural(views.length, "sensor"))];
}

/** One sensor and its last ticks. */
export function formatSensor(view: SensorView, ticks: readonly TickRecord[], page: Page): string[] {
  const { sensor, status } = view;
  const columns: readonly Column<TickRecord>[] = [
    { title: "at", text: ({ atMs }) => formatInstant(atMs) },
    { title: "status", text: ({ status }) => status },
    { title: "key", text: ({ key }) => inert(key ?? "") },
    { title: "why", text: (tick) => inert(whyOf(tick)) },
  ];
  return [
    page.style.bold(sensor.name) + (sensor.description === undefined ? "" : `  ${inert(sensor.description)}`),
    ...formatFields([
      ["watches", describeWatch(sensor.watch)],
      ["looks", describeInterval(sensor.intervalMs)],
      ["state", stateOf(view)],
      ["failures", String(status?.failures ?? 0)],
    ], page),
    "",
    ...ticks.length === 0 ? ["It has no ticks yet."] : formatColumns(ticks, columns, page),
  ];
}

/** What a look would ask for. */
export function formatFindings(findings: LoneFindings, page: Page): string[] {
  const { sensor, runs, skip, addPartitions, removePartitions } = findings;
  const keys = (verb: string, all: typeof addPartitions) =>
    Object.entries(all ?? {}).map(([name, list]) => `  ${verb} ${inert(name)}: ${inert(list.join(", "))}`);
  const asked = runs.map(({ runKey, partitions, tags }) => {
    const own = Object.entries(tags ?? {}).filter(([name]) =>
      !/^sluice\/(?:sensor|caused_by|run_key)$/.test(name)
    );
    return [
      `  ${runKey === undefined ? "a run without a key" : `the run of ${inert(runKey)}`}`,
      ...partitions ? [`of ${inert(partitions.join(", "))}`] : [],
      ...own.length > 0
        ? [page.style.dim(own.map(([name, value]) => inert(`${name}=${value}`)).join(" "))]
        : [],
    ].join("  ");
  });
  return [
    `${page.style.bold(inert(sensor))} would ask for ${plural(runs.length, "run")}. Nothing was started.`,
    ...asked,
    ...keys("add to", addPartitions),
    ...keys("remove from", removePartitions),
    ...skip === undefined ? [] : [`  It says: ${inert(skip)}`],
  ];
}

function describeWatch(watch: Watch): string {
  switch (watch.kind) {
    case "files":
      return `files ${inert(watch.glob)} in ${inert(watch.folder)}`;
    case "assets":
      return `${watch.when} of ${inert(watch.assets.join(", "))}`;
    case "runs":
      return `runs${watch.jobs ? ` of ${watch.jobs.join(", ")}` : ""} that are ${
        watch.statuses.join(" or ")
      }`;
    case "http":
      return inert(watch.url);
    case "freshness":
      return `freshness of ${inert(watch.assets.join(", "))}`;
    case "custom":
      return "a function";
  }
}

function describeInterval(intervalMs: number | undefined): string {
  return intervalMs === undefined ? "at once" : `every ${formatDuration(intervalMs)}`;
}

function stateOf({ sensor, status }: SensorView): string {
  const isOn = status?.isOn ?? sensor.enabled;
  if (!isOn) return sensor.enabled ? "paused" : "off";
  const failures = status?.failures ?? 0;
  return failures === 0 ? "on" : `on, failed ${plural(failures, "time")}`;
}

function describeTick(tick: TickRecord): string {
  const why = whyOf(tick);
  return inert(`${tick.status} ${formatInstant(tick.atMs)}${why === "" ? "" : `: ${why}`}`);
}

function whyOf({ runs, reason, error }: TickRecord): string {
  if (error) return `${error.name}: ${error.message.split("\n")[0]}`;
  return reason ?? (runs.length === 1 ? `run ${runs[0]}` : runs.length > 1 ? plural(runs.length, "run") : "");
}
