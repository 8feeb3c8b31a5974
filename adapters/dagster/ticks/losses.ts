/** Schedules and windows that tick otherwise in Dagster, with the instants. */
import type { Partitions, TimePartitions } from "../../../src/model/partitions/definition.ts";
import type { ExportOptions } from "../../export.ts";
import type { Feature } from "../../features.ts";
import type { Loss } from "../../loss.ts";
import { partsOf } from "../definitions/jobs.ts";
import { timetableOf } from "../definitions/schedules.ts";
import { leavesOf } from "../partitions/encoding.ts";
import type { Site } from "../site.ts";
import { VERDICTS } from "../verdicts.ts";
import { SINCE } from "../version.ts";
import { departures, windowDepartures } from "./departures.ts";

/** The report looks so far ahead. */
const YEARS_MS = 2 * 365.25 * 86_400_000;

/** More instants than this are not listed. */
const MOST_LISTED = 50;

/** Gives the instants at which crons tick otherwise; asked twice, it works once. */
type Find = (crons: readonly string[], timezone: string) => readonly number[];

/** Makes a loss of instants, if there are any. */
type Tell = (
  feature: Feature,
  subject: string,
  instants: readonly number[],
  what: "ticks" | "windows",
) => readonly Loss[];

/** What of schedules and partitions ticks otherwise. */
export function tickLosses(site: Site, { ticksFromMs }: ExportOptions): readonly Loss[] {
  const known = new Map<string, readonly number[]>();
  const span = { fromMs: ticksFromMs, untilMs: ticksFromMs + YEARS_MS };
  const hasZoneMinutes = site.dagster.has("zoneMinutes");
  const find: Find = (crons, timezone) => {
    const name = JSON.stringify([crons, timezone]);
    const found = known.get(name) ?? departures(crons, timezone, span, hasZoneMinutes);
    known.set(name, found);
    return found;
  };
  const findWindows = ({ cron, timezone }: TimePartitions) =>
    windowDepartures(cron, timezone, span, hasZoneMinutes);
  const tell: Tell = (feature, subject, instants, what) =>
    lossOf({ feature, subject, instants, what, hasZoneMinutes });
  return [...scheduleLosses(site, find, tell), ...windowLosses(site, findWindows, tell)];
}

function scheduleLosses(site: Site, find: Find, tell: Tell): readonly Loss[] {
  return site.snapshot.schedules.flatMap((schedule) => {
    const [part] = partsOf(schedule.assets, site);
    if (!part) return [];
    const { crons, timezone } = timetableOf(schedule, part.partitions, site);
    const feature = schedule.crons.length > 0 ? "schedule.zone" : "schedule.windows";
    return tell(feature, `schedule ${schedule.name}`, find(crons, timezone), "ticks");
  });
}

function windowLosses(
  site: Site,
  find: (windows: TimePartitions) => readonly number[],
  tell: Tell,
): readonly Loss[] {
  const instants = site.snapshot.partitions.map((partitions) => {
    const found = timesOf(partitions).flatMap(find);
    return [...new Set(found)].sort((a, b) => a - b);
  });
  return site.snapshot.assets.flatMap(({ key, partitions }) =>
    partitions === undefined ? [] : tell("partitions.time", `asset ${key}`, instants[partitions], "windows")
  );
}

function timesOf(partitions: Partitions): readonly TimePartitions[] {
  const leaves = partitions.kind === "multi" ? leavesOf(partitions).map(([, leaf]) => leaf) : [partitions];
  return leaves.filter((leaf) => leaf.kind === "time");
}

interface Departing {
  readonly feature: Feature;
  readonly subject: string;
  readonly instants: readonly number[];
  readonly what: "ticks" | "windows";
  readonly hasZoneMinutes: boolean;
}

function lossOf({ feature, subject, instants, what, hasZoneMinutes }: Departing): readonly Loss[] {
  if (instants.length === 0) return [];
  const when = hasZoneMinutes
    ? "Around changes of the clock"
    : "Around changes of the clock, and in hours that begin within those of UTC,";
  const differs = what === "ticks"
    ? `${when} Dagster ticks at other instants than Sluice.`
    : `${when} windows begin at other instants in Dagster, or have other keys.`;
  const rest = instants.length - MOST_LISTED;
  return [{
    ...VERDICTS[feature],
    feature,
    subject,
    differs: rest > 0 ? `${differs} The first of ${instants.length} are listed.` : differs,
    advice: `Use a time of day that no clock is set over, or a zone without changes${
      hasZoneMinutes ? "." : `; hours within those of UTC need Dagster ${SINCE.zoneMinutes}.`
    }`,
    instants: instants.slice(0, MOST_LISTED).map((instant) => new Date(instant).toISOString()),
  }];
}
