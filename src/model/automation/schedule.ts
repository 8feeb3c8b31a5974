/** Schedules: when a selection of assets or a job is run. */
import { SluiceError } from "../issue.ts";
import { parseKeyFormat } from "../time/format.ts";
import { readInstant } from "../time/local_text.ts";
import { openZone } from "../time/zone.ts";
import { found } from "../validate/found.ts";
import type { DecideTick } from "./schedule_request.ts";
import { type Misfire, misfireOf, type MisfirePolicy, type OverlapPolicy } from "./policies.ts";
import {
  parseAt,
  requireFields,
  requireKnown,
  requireScheduleFields,
  requireSpec,
  requireText,
} from "../validate/shape.ts";
import { captureSite, type Site } from "../assets/site.ts";
import type { Job, RunConfig, Selection } from "../job.ts";
import { namesOf } from "../validate/options.ts";
import { show } from "../quote.ts";

/** Default of how long a function may take that decides about a tick. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Dates, as partitions write them. */
const DATES = parseKeyFormat("%Y-%m-%d");

/** Which partitions a tick runs, as seen at its scheduled instant. */
export type ScheduledPartitions = "last" | "all";

/** A declared schedule; made by {@linkcode defineSchedule}. */
export interface Schedule {
  /** Says what this is. */
  readonly kind: "schedule";
  /** Its name. */
  readonly name: string;
  /** Cron texts of five to seven fields; their ticks are joined. Empty for the ends of the target's own windows. */
  readonly crons: readonly string[];
  /** IANA zone of the crons; undefined with no crons, where the zone of the windows counts. */
  readonly timezone: string | undefined;
  /** What it runs. */
  readonly target: Job | Selection;
  /** Which partitions a tick runs. */
  readonly partitions: ScheduledPartitions;
  /** Whether it is on from the start. */
  readonly enabled: boolean;
  /** Whether all ticks that were missed are made up for: whether that is what `misfire` says. */
  readonly catchUp: boolean;
  /** What becomes of ticks that were missed. */
  readonly misfire: Required<Misfire>;
  /** What becomes of a tick while an earlier run is not over. */
  readonly overlap: OverlapPolicy;
  /** Ticks come up to so many milliseconds after their instant. */
  readonly jitterMs: number;
  /** No tick lies before this instant, epoch milliseconds; undefined for no limit. */
  readonly startMs: number | undefined;
  /** All ticks lie before this instant, epoch milliseconds; undefined for no limit. */
  readonly endMs: number | undefined;
  /** Decides what a tick runs; undefined where the schedule says it all. */
  readonly request: DecideTick | undefined;
  /** How long that may take, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Which of these policies were declared, and are not what is done where nothing is said. */
  readonly declared: readonly ("misfire" | "overlap")[];
  /** What it is, for people. */
  readonly description: string | undefined;
  /** Config by step name, over that of the job. */
  readonly config: RunConfig;
  /** Values by name, for the runs it starts. */
  readonly tags: { readonly [name: string]: string };
  /** Where it was declared. */
  readonly site: Site;
}

/** What {@linkcode defineSchedule} takes. */
export interface ScheduleSpec {
  /** Letters, digits, `_`, `.` and `-`. */
  readonly name: string;
  /**
   * One or several cron texts of five fields, or of six with seconds first, or of seven with years last; an instant that several name counts once. Left out, the target must be
   * partitioned by time: a tick comes whenever a window ends.
   */
  readonly cron?: string | readonly string[];
  /** IANA zone of the cron. Default `"UTC"`. */
  readonly timezone?: string;
  /** What it runs: a job, or a selection of assets. */
  readonly target: Job | Selection;
  /**
   * Which partitions of the target a tick runs: the last that exists at the scheduled instant (`"last"`, the default; with
   * a dimension of time, every cell of its last window), or all that exist.
   */
  readonly partitions?: ScheduledPartitions;
  /** Whether it is on from the start. Default true. */
  readonly enabled?: boolean;
  /** Whether ticks that were missed are made up for, one run each: short for `misfire: "fire-all"`. */
  readonly catchUp?: boolean;
  /**
   * What becomes of ticks that were missed while nothing ran: none is made up for (`"skip"`), the latest is (`"fire-once"`, the
   * default), or all are, one after the other and at most `cap` of them (`"fire-all"`, 100). Of several that are due
   * at once all but the last were missed; the last was missed when it is noticed more than a minute late.
   */
  readonly misfire?: MisfirePolicy | Misfire;
  /**
   * What becomes of a tick while an earlier run of the schedule is queued or under way: it is skipped (`"skip"`, the default),
   * one run is queued behind and further ticks are skipped (`"queue-one"`), it runs too (`"allow"`), or the earlier run is
   * canceled (`"cancel-previous"`).
   */
  readonly overlap?: OverlapPolicy;
  /**
   * Lets ticks come up to so many milliseconds late, each by a delay of its own that follows from schedule and instant. Of use
   * where many schedules have one instant. Default 0.
   */
  readonly jitterMs?: number;
  /**
   * Decides at each tick what is run: config, tags, partitions and a key of the run, or `skip("why")`. What it throws is a tick
   * that has failed: it is recorded, and the next instant is asked for anew. It may be asked twice for one instant.
   */
  readonly request?: DecideTick;
  /** How long `request` may take, in milliseconds. Default 60,000. */
  readonly requestTimeoutMs?: number;
  /** From when on it ticks: a date, a date and time, read in the zone of the cron, or a Date. Default: at once. */
  readonly start?: string | Date;
  /** Until when, exclusive. Default: for ever. */
  readonly end?: string | Date;
  /** What it is, for people. */
  readonly description?: string;
  /** Config by step name, over that of the job. */
  readonly config?: RunConfig;
  /** Values by name, for the runs it starts. */
  readonly tags?: { readonly [name: string]: string };
}

const KNOWN = namesOf<ScheduleSpec>()({
  name: true,
  cron: true,
  timezone: true,
  target: true,
  partitions: true,
  enabled: true,
  catchUp: true,
  misfire: true,
  overlap: true,
  jitterMs: true,
  request: true,
  requestTimeoutMs: true,
  start: true,
  end: true,
  description: true,
  config: true,
  tags: true,
});

/**
 * Declares a schedule. Clock changes follow the rule of partitions: a local time that does not exist moves to the first
 * instant after the gap, one that exists twice counts the second time, and crons of every hour follow elapsed time.
 *
 * @throws {SluiceError} DEFINITION_INVALID for a field of the wrong shape. What `definitions()` finds: a cron or zone that
 * is none, a target that selects nothing or has unlike partitions, no cron where the target has no windows.
 * @example
 * ```ts
 * import { dailyPartitions, defineAsset, defineSchedule, definitions } from "sluice";
 * import assert from "node:assert/strict";
 *
 * const days = dailyPartitions({ start: "2026-01-01", timezone: "America/New_York" });
 * const orders = defineAsset({ key: "orders", partitions: days, run: () => [] });
 * const nightly = defineSchedule({
 *   name: "nightly",
 *   cron: "0 2 * * *",
 *   timezone: "America/New_York",
 *   target: orders,
 * });
 * const daily = defineSchedule({ name: "daily", target: orders });
 *
 * const all = definitions({ assets: [orders], schedules: [nightly, daily] });
 * assert.deepEqual([...all.schedules.keys()], ["nightly", "daily"]);
 * ```
 */
export function defineSchedule(spec: ScheduleSpec): Schedule {
  const site = captureSite(defineSchedule);
  requireSpec(spec, "defineSchedule", site);
  const declaring = {
    what: `The schedule ${show(spec.name)}`,
    path: ["schedules", show(spec.name)],
    site,
  };
  requireText(spec.name, "name", declaring);
  requireKnown(spec, KNOWN, "", declaring);
  requireFields({ tags: spec.tags, description: spec.description }, "described", declaring);
  requireScheduleFields(spec, declaring);
  const crons = spec.cron === undefined ? [] : typeof spec.cron === "string" ? [spec.cron] : [...spec.cron];
  return Object.freeze({
    kind: "schedule",
    name: spec.name,
    crons: Object.freeze(crons),
    timezone: crons.length > 0 ? spec.timezone ?? "UTC" : spec.timezone,
    target: spec.target,
    partitions: spec.partitions ?? "last",
    enabled: spec.enabled ?? true,
    ...policiesOf(spec, declaring.path),
    jitterMs: spec.jitterMs ?? 0,
    request: spec.request,
    requestTimeoutMs: spec.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    ...boundsOf(spec, declaring),
    description: spec.description,
    config: Object.freeze({ ...spec.config }),
    tags: Object.freeze({ ...spec.tags }),
    site,
  });
}

function policiesOf(spec: ScheduleSpec, path: readonly string[]) {
  const misfire = misfireOf(spec.misfire, spec.catchUp, path);
  const declared = (["misfire", "overlap"] as const).filter((field) => spec[field] !== undefined);
  return {
    catchUp: misfire.policy === "fire-all",
    misfire,
    overlap: spec.overlap ?? "skip",
    declared: Object.freeze(declared),
  };
}

/** The instants of `start` and `end`. Windows have a start and an end of their own. */
function boundsOf(
  { cron, timezone = "UTC", start, end }: ScheduleSpec,
  { what, path, site }: { readonly what: string; readonly path: readonly string[]; readonly site: Site },
): Pick<Schedule, "startMs" | "endMs"> {
  if (start === undefined && end === undefined) return { startMs: undefined, endMs: undefined };
  const refuse = (field: string, problem: string, hint: string) =>
    new SluiceError(
      found("DEFINITION_INVALID", `${what} ${problem}`, { path: [...path, field], site, hint }),
    );
  if (cron === undefined) {
    throw refuse(
      start === undefined ? "end" : "start",
      "has a start or an end and no cron.",
      "Without a cron, the start and the end of the target's windows count: leave them out.",
    );
  }
  const zone = parseAt(() => openZone(timezone), [...path, "timezone"], site);
  const read = (field: string, value: string | Date) =>
    parseAt(() => readInstant(value, field, DATES, zone), [...path, field], site);
  const startMs = start === undefined ? undefined : read("start", start);
  const endMs = end === undefined ? undefined : read("end", end);
  if (startMs !== undefined && endMs !== undefined && endMs <= startMs) {
    throw refuse("end", "ends before it starts: it would never tick.", "Give a later end.");
  }
  return { startMs, endMs };
}

/** The job that a schedule or sensor runs; undefined for a selection of its own. */
export function jobOf({ target }: { readonly target: Job | Selection | undefined }): Job | undefined {
  return typeof target === "object" && "kind" in target && target.kind === "job" ? target : undefined;
}

/** What a schedule or sensor runs, as a selection: that of its job, or its own. */
export function selectionOf(given: { readonly target: Job | Selection }): Selection {
  return jobOf(given)?.selection ?? given.target as Selection;
}
