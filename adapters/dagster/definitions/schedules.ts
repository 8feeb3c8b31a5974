/** Schedules of an exported project. */
import type { TimePartitions } from "../../../src/model/partitions/definition.ts";
import type { ScheduleSnapshot } from "../../../src/model/snapshot/snapshot.ts";
import { windowsOf } from "../../../src/model/partitions/windows_of.ts";
import {
  assignment,
  call,
  type Expression,
  layOut,
  list,
  name,
  type NamedArguments,
} from "../../python/expression.ts";
import { identifierOf } from "../../python/identifier.ts";
import { jsonExpression, textLiteral } from "../../python/literal.ts";
import { signature } from "./assets.ts";
import { encode } from "../partitions/encoding.ts";
import { type JobPart, jobVariable, partName, partsOf, runConfigOf, selectionExpression } from "./jobs.ts";
import type { Site } from "../site.ts";
import type { Statement } from "./names.ts";

/** When a schedule ticks: its crons, or those of the windows that it follows. */
export interface Timetable {
  readonly crons: readonly string[];
  readonly timezone: string;
}

/** The timetable of a schedule, or of a part of it. */
export function timetableOf(
  { crons, timezone }: ScheduleSnapshot,
  partitions: number | undefined,
  site: Site,
): Timetable {
  if (crons.length > 0) return { crons, timezone: timezone ?? "UTC" };
  const windows = windowsOf(site.partitionsAt(partitions)) as TimePartitions;
  return { crons: [windows.cron], timezone: windows.timezone };
}

/** A schedule: one statement for each part of what it runs. */
export function scheduleStatements(schedule: ScheduleSnapshot, site: Site): readonly Statement[] {
  return partsOf(schedule.assets, site).flatMap((part) => {
    if (schedule.crons.length === 0 && !windowsOf(site.partitionsAt(part.partitions))) return [];
    const text = part.partitions === undefined
      ? plainSchedule(schedule, part, site)
      : partitionSchedule(schedule, part, part.partitions, site);
    return [{ variable: variableOf(schedule, part, site), text }];
  });
}

function plainSchedule(schedule: ScheduleSnapshot, part: JobPart, site: Site): string {
  const value = call("dg.ScheduleDefinition", [], {
    ...head(schedule, part, site),
    ...runArguments(schedule, part, site),
  });
  return assignment(variableOf(schedule, part, site), value);
}

/** With partitions a function says which of them a tick runs. */
function partitionSchedule(schedule: ScheduleSnapshot, part: JobPart, place: number, site: Site): string {
  const { runs, crons } = schedule;
  const isGrowing = encode(site.snapshot.partitions[place]).kind === "growing";
  const evaluate = crons.length === 0 ? "ticks.ended" : runs === "all" ? "ticks.every" : "ticks.last";
  const found = call(evaluate, [
    "context",
    site.partitions.constantOf(place),
    ...isGrowing ? [site.partitions.dimensionsOf(place)] : [],
  ], {
    whole: crons.length === 0 && runs === "all" ? "True" : undefined,
    ...runArguments(schedule, part, site),
  });
  return [
    layOut(call("dg.schedule", [], head(schedule, part, site)), 0, "@", ""),
    signature(variableOf(schedule, part, site), "dg.ScheduleEvaluationContext"),
    layOut(found, 4, "    return ", ""),
  ].join("\n");
}

function variableOf(schedule: ScheduleSnapshot, part: JobPart, site: Site): string {
  const text = partName(site.schedules.get(schedule.name) as string, part);
  return `${/^[a-z][a-z0-9_]{0,43}$/.test(text) ? text : identifierOf(text)}_schedule`;
}

function head(schedule: ScheduleSnapshot, part: JobPart, site: Site): NamedArguments {
  const { job, selection, enabled, description } = schedule;
  const { crons, timezone } = timetableOf(schedule, part.partitions, site);
  return {
    name: textLiteral(partName(site.schedules.get(schedule.name) as string, part)),
    cron_schedule: crons.length === 1 ? textLiteral(crons[0]) : list(crons.map((cron) => textLiteral(cron))),
    execution_timezone: textLiteral(timezone),
    job: job === undefined ? undefined : name(jobVariable(job, part, site)),
    target: job === undefined ? selectionExpression(part.keys, selection, site) : undefined,
    default_status: `dg.DefaultScheduleStatus.${enabled ? "RUNNING" : "STOPPED"}`,
    description: description === undefined ? undefined : textLiteral(description),
  };
}

function runArguments(
  { config, tags }: ScheduleSnapshot,
  part: JobPart,
  site: Site,
): { readonly run_config: Expression | undefined; readonly tags: Expression | undefined } {
  return {
    run_config: runConfigOf(config, part, site),
    tags: Object.keys(tags).length > 0 ? jsonExpression(tags) : undefined,
  };
}
