/** Schedules: how they are written for Prefect, and at which instants it fires otherwise than ours. */
import { plainCron } from "./time/cron.ts";
import { separateCrons } from "./time/separate.ts";
import { differingTicks, doubledTicks, type FiringRule, inElapsedTime } from "./time/ticks.ts";
import { parseCron } from "../../src/model/time/cron.ts";
import type { TimePartitions } from "../../src/model/partitions/definition.ts";
import { windowsOf } from "../../src/model/partitions/windows_of.ts";
import type { ScheduleSnapshot, Snapshot } from "../../src/model/snapshot/snapshot.ts";
import { call, type Expression, name, tuple } from "../python/expression.ts";
import { textLiteral } from "../python/literal.ts";
import type { Loss } from "../loss.ts";
import { partitionsName } from "./names.ts";
import { VERDICTS } from "./verdicts.ts";

/** How far ahead the report looks for ticks that differ: two years. */
const AHEAD_MS = 2 * 366 * 86_400_000;
/** The report lists no more instants of one schedule. */
const MOST_INSTANTS = 100;

/** What a schedule follows: crons in a zone, and the windows whose ends count, if it has no cron of its own. */
export interface ScheduleClock {
  readonly crons: readonly string[];
  readonly timezone: string;
  readonly windows: TimePartitions | undefined;
}

/** The crons of a schedule; those of its windows when it has none. */
export function clockOf(
  { crons, timezone, partitions }: ScheduleSnapshot,
  snapshot: Snapshot,
): ScheduleClock {
  if (crons.length > 0) {
    return { crons: crons.map(plainCron), timezone: timezone ?? "UTC", windows: undefined };
  }
  const windows = windowsOf(partitions === undefined ? undefined : snapshot.partitions[partitions]);
  if (!windows) throw new TypeError("a schedule without a cron has no windows");
  return { crons: [plainCron(windows.cron)], timezone: windows.timezone, windows };
}

/** What Prefect is given: the same instants, once each; crons of every hour in UTC where that is the same and spares the pause. */
export function firingRules({ crons, timezone }: ScheduleClock, fromMs: number): readonly FiringRule[] {
  const untilMs = fromMs + AHEAD_MS;
  return separateCrons(crons, timezone, fromMs, untilMs).map((cron) => {
    const elapsed = inElapsedTime(cron, timezone, fromMs, untilMs);
    return elapsed === undefined ? { cron, timezone } : { cron: elapsed, timezone: "UTC" };
  });
}

/** What the flow of a schedule makes of a tick. */
export function tickExpression(
  { runs, catchUp }: ScheduleSnapshot,
  clock: ScheduleClock,
  rules: readonly FiringRule[],
): Expression {
  const pauses = rules.some(({ cron, timezone }) => timezone !== "UTC" && parseCron(cron).everyHour);
  return call("Tick", [tuple(clock.crons.map(textLiteral)), textLiteral(clock.timezone)], {
    partitions: runs === "last" ? undefined : textLiteral(runs),
    catch_up: catchUp ? "True" : undefined,
    pauses: pauses ? "True" : undefined,
    ends_of: clock.windows && name(partitionsName(clock.windows)),
  });
}

/** Where Prefect fires at other instants than ours, within two years, with these instants. */
export function scheduleLosses(snapshot: Snapshot, fromMs: number): readonly Loss[] {
  return snapshot.schedules.flatMap((schedule) => {
    const clock = clockOf(schedule, snapshot);
    const subject = `schedule ${schedule.name}`;
    return [...zoneLoss(schedule, clock, subject, fromMs), ...cronsLoss(clock, subject, fromMs)];
  });
}

function zoneLoss(
  { crons }: ScheduleSnapshot,
  clock: ScheduleClock,
  subject: string,
  fromMs: number,
): readonly Loss[] {
  const instants = differingTicks(clock, firingRules(clock, fromMs), fromMs, fromMs + AHEAD_MS);
  if (instants.length === 0) return [];
  const feature = crons.length > 0 ? "schedule.zone" : "schedule.windows";
  return [{
    feature,
    subject,
    kind: "emulated",
    how:
      "Prefect fires by its own rule of clock changes; the flow works out which ticks are meant, waits for one that is to come, and takes up those passed over.",
    differs:
      "At these instants one of the two ticks and the other does not: a repeated wall time fires the first time, one that does not exist later by the length of the gap.",
    advice: "Schedule outside of the hours in which the zone's clock is set, or in UTC.",
    instants: shown(instants),
  }];
}

function cronsLoss(clock: ScheduleClock, subject: string, fromMs: number): readonly Loss[] {
  if (clock.crons.length < 2) return [];
  const doubled = doubledTicks(firingRules(clock, fromMs), fromMs, fromMs + AHEAD_MS);
  if (doubled.length === 0) return [];
  return [{
    ...VERDICTS["schedule.crons"],
    feature: "schedule.crons",
    subject,
    differs: "An instant that several of the crons name starts one run for each of them.",
    advice: "Write crons that name no instant twice.",
    instants: shown(doubled),
  }];
}

function shown(instants: readonly number[]): readonly string[] {
  return instants.slice(0, MOST_INSTANTS).map((instant) => new Date(instant).toISOString());
}
