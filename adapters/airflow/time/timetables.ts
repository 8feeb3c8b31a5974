/** When the runs of a Dag are made, as Python: the timetable and what belongs to it. */
import type { InputSnapshot, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import type { Partitions } from "../../../src/model/partitions/definition.ts";
import { windowsOf } from "../../../src/model/partitions/windows_of.ts";
import { openZone } from "../../../src/model/time/zone.ts";
import { call, type Expression, type NamedArguments } from "../../python/expression.ts";
import { numberLiteral, textLiteral } from "../../python/literal.ts";
import type { Automation } from "../automation.ts";
import { type Clock, openClock } from "./clock.ts";
import type { DagPlan } from "../dags.ts";
import { mapperExpression } from "./mappings.ts";
import { AirflowCron } from "./ticks.ts";
import { type AirflowOptions, PARTITIONED, RUNTIME_KEYS } from "../options.ts";
import { partitionExpression, runKeyFormat, type WindowSource } from "./windows.ts";

/** When a Dag runs, and what its tasks are told of partitions. */
export interface Timing {
  /** The arguments of the Dag. */
  readonly named: NamedArguments;
  /** The object that finds the partitions of a run; undefined without partitions. */
  readonly partition: Expression | undefined;
  /** The assets that are followed. */
  readonly follows: readonly string[];
  /** Whether runs have partition keys, so that events of assets without partitions have one too. */
  readonly isKeyed: boolean;
  /** The clock of a schedule. */
  readonly clock?: Clock;
  /** Whether only whoever starts a run of the schedule can know its partitions. */
  readonly needsKeys?: boolean;
}

/** What timing depends on beside the Dag. */
export interface TimingContext {
  readonly snapshot: Snapshot;
  readonly options: AirflowOptions;
  readonly ticksFromMs: number;
  /** The variable of an asset. */
  readonly assetName: (key: string) => string;
  /** Whether updates of an asset carry a partition key. */
  readonly isKeyed: (key: string) => boolean;
}

/** Times a Dag. */
export function timeDag(plan: DagPlan, context: TimingContext): Timing {
  const { origin } = plan;
  switch (origin.kind) {
    case "schedule":
      return ofClock(
        plan,
        openClock(origin.schedule, context.snapshot, {
          level: context.options.level,
          ticksFromMs: context.ticksFromMs,
        }),
        origin.schedule,
        context,
      );
    case "automation":
      return ofAutomation(plan, origin.automation, context);
    default:
      return onDemand(plan, context);
  }
}

function ofClock(
  plan: DagPlan,
  clock: Clock,
  { runs, catchUp }: { readonly runs: "last" | "all"; readonly catchUp: boolean },
  { snapshot, options: { level } }: TimingContext,
): Timing {
  const partitions = plan.partitions === undefined ? undefined : snapshot.partitions[plan.partitions];
  const known = partitions && partitionExpression(partitions, { source: SOURCES[clock.kind], runs, level });
  const { startMs, endMs } = boundsOf(clock);
  return {
    named: {
      schedule: timetable(clock, level),
      start_date: startMs === undefined ? undefined : dateTime(startMs, clock.timezone),
      end_date: endMs === undefined ? undefined : dateTime(endMs, clock.timezone),
      catchup: catchUp ? "True" : "False",
    },
    partition: partitions && (known ?? call("RunKey", [])),
    needsKeys: partitions !== undefined && known === undefined,
    follows: [],
    isKeyed: clock.kind === "keyed" || clock.kind === "labelled",
    clock,
  };
}

/** The dates of a Dag bound its runs, but where runs have data intervals the beginnings of these. */
function boundsOf(clock: Clock): Pick<Clock, "startMs" | "endMs"> {
  const { kind, crons: [cron], timezone, startMs, endMs } = clock;
  if (kind !== "interval") return clock;
  const ticks = new AirflowCron(cron, timezone);
  return {
    ...(startMs !== undefined && { startMs: ticks.previous(startMs) }),
    ...(endMs !== undefined && { endMs: ticks.previous(ticks.previous(endMs + 1)) }),
  };
}

/** Where tasks find their window, by the clock. */
const SOURCES: { readonly [kind in Clock["kind"]]: WindowSource } = {
  keyed: "run-key",
  labelled: "due",
  interval: "interval",
  plain: "last",
};

function timetable({ kind, crons, timezone, offset, windows }: Clock, level: number): Expression {
  const texts = crons.map(textLiteral);
  const zone = textLiteral(timezone);
  if ((kind === "keyed" || kind === "labelled") && windows) {
    return call("CronPartitionTimetable", texts, {
      timezone: zone,
      run_offset: numberLiteral(offset),
      key_format: textLiteral(runKeyFormat(windows, level)),
    });
  }
  if (kind === "interval") return call("CronDataIntervalTimetable", texts, { timezone: zone });
  return call(crons.length > 1 ? "MultipleCronTriggerTimetable" : "CronTriggerTimetable", texts, {
    timezone: zone,
  });
}

/** An instant on the wall clock of a zone, in whole seconds. */
export function dateTime(atMs: number, timezone: string): Expression {
  const zone = openZone(timezone);
  const local = new Date(zone.localAt(atMs));
  const parts = [
    local.getUTCFullYear(),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
  ];
  while (parts.length > 3 && parts.at(-1) === 0) parts.pop();
  const instants = zone.instantsOf(zone.localAt(atMs));
  return call("datetime", parts.map(numberLiteral), {
    fold: instants.length > 1 && instants[1] === atMs ? "1" : undefined,
    tzinfo: call("ZoneInfo", [textLiteral(zone.name)]),
  });
}

function ofAutomation(plan: DagPlan, automation: Automation, context: TimingContext): Timing {
  const { cron, byWindows, triggers } = automation;
  if (triggers.length > 0) return ofAssets(plan, automation, context);
  const schedule = {
    name: plan.id,
    crons: cron && !byWindows ? [cron.cron] : [],
    ...(cron && { timezone: cron.timezone }),
    selection: [],
    assets: [],
    ...(plan.partitions !== undefined && { partitions: plan.partitions }),
    runs: "last" as const,
    enabled: true,
    catchUp: false,
    config: {},
    tags: {},
  };
  const isTimed = plan.partitions !== undefined && windowsOf(context.snapshot.partitions[plan.partitions]);
  if (schedule.crons.length === 0 && !isTimed) return onDemand(plan, context);
  const clock = openClock(schedule, context.snapshot, {
    level: context.options.level,
    ticksFromMs: context.ticksFromMs,
  });
  return ofClock(plan, clock, schedule, context);
}

/** Follows assets: by key where their updates have keys, else as Airflow does by itself. */
function ofAssets(plan: DagPlan, { triggers, follows }: Automation, context: TimingContext): Timing {
  const { snapshot, options, assetName, isKeyed } = context;
  const keyed = triggers.flatMap((input) => {
    const mapper = isKeyed(input.key)
      ? mapperExpression(input, plan.partitions, snapshot, options.level)
      : undefined;
    return mapper === undefined ? [] : [{ input, mapper }];
  });
  if (plan.partitions === undefined && keyed.length === 0) {
    const plain = triggers.filter(({ key }) => !isKeyed(key));
    if (plain.length === 0) return onDemand(plan, context);
    return {
      named: { schedule: joined(plain, follows, assetName), catchup: "False" },
      partition: undefined,
      follows: plain.map(({ key }) => key),
      isKeyed: false,
    };
  }
  if (keyed.length === 0 || options.level < PARTITIONED) return onDemand(plan, context);
  const schedule = call("PartitionedAssetTimetable", [], {
    assets: joined(keyed.map(({ input }) => input), follows, assetName),
    ...mappersOf(keyed, assetName),
  });
  return {
    named: { schedule, catchup: "False" },
    partition: plan.partitions === undefined
      ? undefined
      : followed(snapshot.partitions[plan.partitions], options),
    follows: keyed.map(({ input }) => input.key),
    isKeyed: true,
  };
}

/** The partitions of an update: before Airflow 3.3 its key is that of the run, as the clock wrote it. */
function followed(partitions: Partitions, { level }: AirflowOptions): Expression {
  const own = call("RunKey", []);
  if (level >= RUNTIME_KEYS || !windowsOf(partitions)) return own;
  return partitionExpression(partitions, { source: "run-key", runs: "last", level }) ?? own;
}

interface Keyed {
  readonly input: InputSnapshot;
  readonly mapper: Expression;
}

function mappersOf(keyed: readonly Keyed[], assetName: (key: string) => string): NamedArguments {
  const [{ mapper }] = keyed;
  if (keyed.every((each) => JSON.stringify(each.mapper) === JSON.stringify(mapper))) {
    return { default_partition_mapper: mapper };
  }
  const items = keyed.map((each) => ({ before: `${assetName(each.input.key)}: `, value: each.mapper }));
  return { partition_mapper_config: { open: "{", close: "}", items, isTuple: false } };
}

/** One asset, or several of which one or all must be updated. */
function joined(
  inputs: readonly InputSnapshot[],
  follows: Automation["follows"],
  assetName: (key: string) => string,
): Expression {
  const names = inputs.map(({ key }) => assetName(key));
  return names.length === 1 ? names[0] : call(follows === "any" ? "AssetAny" : "AssetAll", names);
}

/** Runs when somebody asks, for the partition that is named then. */
function onDemand({ partitions }: DagPlan, { options }: TimingContext): Timing {
  const isKeyed = partitions !== undefined && options.level >= RUNTIME_KEYS;
  return {
    named: { schedule: isKeyed ? call("PartitionedAtRuntime", []) : "None", catchup: "False" },
    partition: partitions === undefined ? undefined : call("RunKey", []),
    follows: [],
    isKeyed,
  };
}

/** Where each name that a Dag file may use comes from. */
export function modulesOf(level: number): ReadonlyMap<string, string> {
  const timetables = level >= PARTITIONED ? "airflow.sdk" : undefined;
  return new Map([
    ["datetime", "datetime"],
    ["timedelta", "datetime"],
    ["ZoneInfo", "zoneinfo"],
    ...SDK.map((name) => [name, "airflow.sdk"] as const),
    ["CronDataIntervalTimetable", timetables ?? "airflow.timetables.interval"],
    ["CronTriggerTimetable", timetables ?? "airflow.timetables.trigger"],
    ["MultipleCronTriggerTimetable", timetables ?? "airflow.timetables.trigger"],
  ]);
}

const SDK: readonly string[] = [
  "DAG",
  "AllowedKeyMapper",
  "Asset",
  "AssetAll",
  "AssetAny",
  "ChainMapper",
  "CronPartitionTimetable",
  "DayWindow",
  "FanOutMapper",
  "FixedKeyMapper",
  "IdentityMapper",
  "MonthWindow",
  "Param",
  "PartitionedAssetTimetable",
  "PartitionedAtRuntime",
  "QuarterWindow",
  "RollupMapper",
  "StartOfDayMapper",
  "StartOfHourMapper",
  "StartOfMonthMapper",
  "StartOfQuarterMapper",
  "StartOfYearMapper",
  "StartOfWeekMapper",
  "TaskGroup",
  "WeekWindow",
  "YearWindow",
];
