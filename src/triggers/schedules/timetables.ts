/** When schedules tick, and which partitions of what they run a tick means. */
import type { Schedule } from "../../model/automation/schedule.ts";
import { selectionOf } from "../../model/automation/schedule.ts";
import { openTimetable, type Timetable } from "../../model/automation/timetable.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { Facts } from "../../model/events/facts.ts";
import type { Partitions } from "../../model/partitions/definition.ts";
import { openSpace } from "../../model/partitions/space.ts";
import { windowsOf } from "../../model/partitions/windows_of.ts";
import { selectAssets } from "../../model/selection/select.ts";
import type { PartitionRequest } from "../../planner/request.ts";
import { scheduledPartitions } from "../../planner/scheduled.ts";

/** What a schedule runs, as far as its ticks depend on it. */
export interface ScheduledTarget {
  readonly timetable: Timetable;
  /** How the assets are partitioned that it runs, all of them alike; undefined without partitions. */
  readonly partitions: Partitions | undefined;
}

/** Works out when a schedule ticks. `definitions()` has seen to it that it does. */
export function openTarget(definitions: Definitions, schedule: Schedule): ScheduledTarget {
  const chosen = selectAssets(definitions, selectionOf(schedule));
  const partitioned = definitions.assets.find((asset, rank) =>
    chosen[rank] === 1 && asset.partitions !== undefined && asset["~step"].kind !== "external"
  );
  const partitions = partitioned?.partitions;
  return { timetable: openTimetable(schedule, windowsOf(partitions)), partitions };
}

/** The partitions that a tick runs, as of its instant: none where there are no partitions, `"none yet"` where none exist. */
export function partitionsAt(
  { partitions }: ScheduledTarget,
  { partitions: which }: Schedule,
  facts: Facts,
  atMs: number,
): PartitionRequest | "none yet" | undefined {
  if (partitions === undefined) return undefined;
  const space = openSpace(partitions, { nowMs: atMs, dynamicKeys: (name) => facts.dynamicKeys(name) });
  return space.kind === "unit" ? undefined : scheduledPartitions(space, which) ?? "none yet";
}

/** What tells when a schedule ticks, as a text: a schedule whose text has changed is another one to its cursor. */
export function cadenceOf({ crons, timezone }: Schedule, { partitions }: ScheduledTarget): string {
  if (crons.length > 0) return `${crons.join(" | ")} in ${timezone}`;
  const windows = windowsOf(partitions);
  return `windows of ${windows?.cron} in ${windows?.timezone}`;
}
