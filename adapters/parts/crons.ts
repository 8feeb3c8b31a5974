/** Crons that only Sluice reads: with seconds, with years, with nearest working days. */
import type { ScheduleSnapshot, Snapshot } from "../../src/model/snapshot/snapshot.ts";
import { parseFullCron } from "../../src/model/time/cron.ts";

/** What a cron has that five plain fields do not. */
export interface CronExtras {
  readonly hasSeconds: boolean;
  readonly hasYears: boolean;
  readonly hasNearest: boolean;
}

/** What the crons of a schedule have between them. */
export function cronExtras({ crons }: Pick<ScheduleSnapshot, "crons">): CronExtras {
  const all = crons.map(parseFullCron);
  return {
    hasSeconds: all.some(({ seconds }) => seconds.length > 1 || seconds[0] !== 0),
    hasYears: all.some(({ years }) => years !== undefined),
    hasNearest: all.some(({ days }) => days !== undefined && days.nearest.length > 0),
  };
}

/** A snapshot without the schedules that have such crons: their verdicts say that they are left out. */
export function withoutFullCrons(snapshot: Snapshot): Snapshot {
  const schedules = snapshot.schedules.filter((schedule) =>
    !Object.values(cronExtras(schedule)).includes(true)
  );
  return schedules.length === snapshot.schedules.length ? snapshot : { ...snapshot, schedules };
}
