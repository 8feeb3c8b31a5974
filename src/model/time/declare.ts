/** Windows as a user declares them, read and checked. */
import { SluiceError } from "../issue.ts";
import { nameType, show } from "../quote.ts";
import { type Cadence, openCadence } from "./cadence.ts";
import type { Cron } from "./cron.ts";
import { checkDistinct } from "./distinct.ts";
import { type KeyFormat, parseKeyFormat } from "./format.ts";
import { readInstant, readLocal } from "./local_text.ts";
import { openWindows, type WindowRule } from "./windows.ts";

/** What all definitions by time may say. */
export interface WindowOptions {
  /**
   * From when on windows are counted: a date (`"2026-01-01"`), a date and time (`"2026-01-01T06:00"`) or a key, read
   * in the zone, or a Date. The first window starts at the first tick at or after it.
   */
  readonly start: string | Date;
  /** Until when, exclusive: the last window ends at or before it. Default none. */
  readonly end?: string | Date;
  /** IANA zone in which cron, keys and texts are read. Default `"UTC"`. */
  readonly timezone?: string;
  /** Windows added after the last complete one, or left out before it when negative. Default 0. */
  readonly endOffset?: number;
  /** Windows to leave out: those that start at a tick of a cron text, or at a time written like `start`. */
  readonly exclusions?: readonly (string | Date)[];
  /** strftime text of a key. Every window must get a key of its own. */
  readonly keyFormat?: string;
}

/** A rule for windows, with the format of their keys. */
export interface KeyedWindowRule extends WindowRule {
  readonly format: string;
}

const DATE = "%Y-%m-%d";
const DATE_AND_TIME = "%Y-%m-%d-%H:%M";
const MAX_END_OFFSET = 1_000_000;

/**
 * Reads and checks windows.
 *
 * @throws {SluiceError} CRON_INVALID, TIMEZONE_UNKNOWN, or PARTITIONS_INVALID for all else that cannot be.
 */
export function declareWindows(cron: string, options: WindowOptions): KeyedWindowRule {
  if (typeof cron !== "string") throw invalid("cron", `The cron is a text, not ${nameType(cron)}.`);
  const cadence = openCadence(cron, options.timezone ?? "UTC");
  const format = parseKeyFormat(options.keyFormat ?? defaultFormat(cadence.cron));
  const startMs = readInstant(options.start, "start", format, cadence.zone);
  const endMs = options.end === undefined ? undefined : readInstant(options.end, "end", format, cadence.zone);
  const rule: KeyedWindowRule = Object.freeze({
    cron,
    timezone: cadence.zone.name,
    startMs,
    endMs,
    endOffset: options.endOffset ?? 0,
    exclusions: Object.freeze((options.exclusions ?? []).map((each) => readExclusion(each, format, cadence))),
    format: format.text,
  });
  checkRule(rule);
  checkDistinct(format, cadence, startMs);
  return rule;
}

function defaultFormat(cron: Cron): string {
  return cron.times.length === 1 ? DATE : DATE_AND_TIME;
}

/** An exclusion as an instant or a cron text. A local time means the window whose key would show it. */
function readExclusion(value: string | Date, format: KeyFormat, { cron, zone }: Cadence): string | number {
  const local = typeof value === "string" ? readLocal(value, format) : undefined;
  if (local && local.offsetMs === undefined && !cron.everyHour) return zone.lastInstantOf(local.localMs);
  if (local || !isCronLike(value)) return readInstant(value, "exclusions", format, zone);
  openCadence(value, zone.name);
  return value;
}

function isCronLike(value: string | Date): value is string {
  return typeof value === "string" && (value.startsWith("@") || value.trim().split(/\s+/).length > 2);
}

function checkRule(rule: KeyedWindowRule): void {
  const { startMs, endMs, endOffset } = rule;
  if (endMs !== undefined && endMs <= startMs) {
    const [end, start] = [endMs, startMs].map((ms) => new Date(ms).toISOString());
    throw invalid("end", `The end ${end} is not after the start ${start}: there would never be a partition.`);
  }
  if (!Number.isInteger(endOffset) || Math.abs(endOffset) > MAX_END_OFFSET) {
    throw invalid(
      "endOffset",
      `The endOffset is a whole number of windows up to ${MAX_END_OFFSET}, not ${show(endOffset)}.`,
    );
  }
  if (openWindows(rule).from(startMs) === undefined) {
    throw invalid("exclusions", "The exclusions leave no window at all.");
  }
}

function invalid(field: string, message: string): SluiceError {
  return new SluiceError({ code: "PARTITIONS_INVALID", message, path: [field] });
}
