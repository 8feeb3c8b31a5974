/** What the table of verdicts cannot know: what becomes of this graph's own schedules and conditions. */
import type { ScheduleSnapshot } from "../../src/model/snapshot/snapshot.ts";
import type { ExportOptions } from "../export.ts";
import type { Loss } from "../loss.ts";
import type { DagPlan } from "./dags.ts";
import { MANY_TASKS } from "./file.ts";
import type { Graph } from "./graph.ts";
import type { AirflowOptions } from "./options.ts";
import {
  type Clock,
  clockInstants,
  clockTicks,
  ownInstants,
  ownTicks,
  spansToCompare,
  type Tick,
} from "./time/clock.ts";
import type { Timing } from "./time/timetables.ts";
import { verdictsOf } from "./verdicts.ts";

/** The losses of single schedules and assets. */
export function specialLosses(
  graph: Graph,
  plans: readonly DagPlan[],
  timings: readonly Timing[],
  { exported, options }: { readonly exported: ExportOptions; readonly options: AirflowOptions },
): readonly Loss[] {
  const isKeyed = keyedMakers(plans, timings);
  const large = plans.filter(({ steps }) => steps.length > MANY_TASKS).map(sizeLoss);
  const own = plans.flatMap(({ origin, steps }, place) => {
    const { clock, follows, isKeyed: isByKey } = timings[place];
    if (origin.kind === "schedule" && clock) {
      return [
        ...timings[place].needsKeys ? [keylessLoss(origin.schedule)] : [],
        ...clockLosses(graph, origin.schedule, clock, { exported, options }),
      ];
    }
    if (origin.kind !== "automation") return [];
    const triggers = origin.automation.triggers.map(({ key }) => key);
    const unheard = triggers.filter((key) => !follows.includes(key));
    const half = isByKey ? [] : triggers.filter((key) => isKeyed.get(key)?.has(true));
    return unheard.length + half.length === 0
      ? []
      : steps.flatMap(({ step }) =>
        step.outputs.map(({ key }) => unheardLoss(graph, key, { unheard, half, options }))
      );
  });
  return [...large, ...own];
}

/** A Dag whose size shows. */
function sizeLoss({ id, steps }: DagPlan): Loss {
  return {
    feature: "asset",
    subject: `Dag ${id}`,
    kind: "native",
    how: `One Dag of ${steps.length} tasks.`,
    differs:
      "Airflow reads the whole file of a Dag again for each task: about a second for 1,500 tasks, of the 30 seconds that it allows by default.",
    advice: "Give the assets to several jobs, each with fewer, or raise core.dagbag_import_timeout.",
  };
}

/** Whether the Dags that make an asset give its updates a partition key: some may, and others not. */
function keyedMakers(
  plans: readonly DagPlan[],
  timings: readonly Timing[],
): ReadonlyMap<string, ReadonlySet<boolean>> {
  const makers = new Map<string, Set<boolean>>();
  plans.forEach(({ steps }, place) => {
    for (const { key } of steps.flatMap(({ step }) => step.outputs)) {
      makers.set(key, (makers.get(key) ?? new Set()).add(timings[place].isKeyed));
    }
  });
  return makers;
}

/** A schedule over keys that only a run store would know. */
function keylessLoss({ name, runs }: ScheduleSnapshot): Loss {
  return {
    feature: runs === "all" ? "schedule.all" : "schedule.last",
    subject: `schedule ${name}`,
    kind: "refused",
    how: "Airflow keeps no list of the keys that are added at run time.",
    differs: "Each run of the schedule fails, unless its param `partitions` names the keys.",
    advice: "Pause the Dag, and trigger it with the keys where they are added.",
  };
}

/** The instants at which a schedule's Dag does something else than the schedule here. */
function clockLosses(
  graph: Graph,
  schedule: ScheduleSnapshot,
  clock: Clock,
  { exported, options }: { readonly exported: ExportOptions; readonly options: AirflowOptions },
): readonly Loss[] {
  const instants = departures(schedule, graph, clock, exported.ticksFromMs);
  if (instants.length === 0) return [];
  const feature = schedule.crons.length > 0 ? "schedule" : "schedule.windows";
  return [{
    feature,
    subject: `schedule ${schedule.name}`,
    ...verdictsOf(options)[feature],
    differs: clock.kind === "labelled"
      ? "At these instants one of the two ticks and the other does not, or Airflow names the run after another window than its tasks make."
      : "At these instants one of the two ticks and the other does not, or they run different windows.",
    advice: "Choose a time of day that no change of clocks touches, or UTC.",
    instants: instants.map((ms) => new Date(ms).toISOString()),
  }];
}

/** The instants within two years that differ, ascending. */
export function departures(
  schedule: ScheduleSnapshot,
  { snapshot }: Pick<Graph, "snapshot">,
  clock: Clock,
  fromMs: number,
): readonly number[] {
  const partitions = schedule.partitions === undefined ? undefined : snapshot.partitions[schedule.partitions];
  const found = spansToCompare(clock, fromMs).flatMap(([from, until]) => {
    const ours = keysByInstant(
      isExact(clock)
        ? unnamed(ownInstants(schedule, clock.windows, from))
        : ownTicks(schedule, partitions, from),
      until,
    );
    const theirs = keysByInstant(
      isExact(clock) ? unnamed(clockInstants(clock, from)) : clockTicks(clock, from),
      until,
    );
    return [...ours.keys(), ...theirs.keys()].filter((ms) =>
      !ours.has(ms) || !theirs.has(ms) || ours.get(ms) !== theirs.get(ms)
    );
  });
  return [...new Set([...found, ...clock.mislabelled ?? []])].sort((a, b) => a - b);
}

/** Whether keys need not be compared: every run has the key of its window. */
function isExact({ kind, windows }: Clock): boolean {
  return kind === "keyed" && windows?.exclusions.length === 0;
}

function* unnamed(instants: Iterable<number>): Iterable<Tick> {
  for (const atMs of instants) yield { atMs };
}

function keysByInstant(ticks: Iterable<Tick>, untilMs: number): ReadonlyMap<number, string | undefined> {
  const keys = new Map<number, string | undefined>();
  for (const { atMs, key, isLeftOut } of ticks) {
    if (atMs > untilMs) break;
    if (!isLeftOut) keys.set(atMs, key);
  }
  return keys;
}

/** Updates that do not start what should be made by itself. */
function unheardLoss(
  graph: Graph,
  key: string,
  { unheard, half, options }: {
    readonly unheard: readonly string[];
    readonly half: readonly string[];
    readonly options: AirflowOptions;
  },
): Loss {
  const kind = graph.asset(key).automation?.kind;
  const feature = kind === "eager"
    ? "automation.eager"
    : kind === "on-cron"
    ? "automation.onCron"
    : "automation.onMissing";
  const told = [
    ...unheard.length > 0
      ? [`Updates of ${unheard.join(", ")} do not start it: Airflow has no mapper that does the same.`]
      : [],
    ...half.length > 0
      ? [`Updates of ${half.join(", ")} by runs that have a partition key do not start it.`]
      : [],
  ];
  return {
    feature,
    subject: `asset ${key}`,
    ...verdictsOf(options)[feature],
    differs: told.join(" "),
    advice: "Give it a schedule.",
  };
}
