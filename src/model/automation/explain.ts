/** What a change of clocks does to an instant of a schedule, in words. */
import { parseFullCron } from "../time/cron.ts";
import { openZone, type Zone } from "../time/zone.ts";

/** An instant of a schedule as its wall clock shows it. */
export interface ExplainedTick {
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** `2026-03-29 03:00:00 +02:00`. */
  readonly local: string;
  /** What is special about it; undefined on ordinary days. */
  readonly note: string | undefined;
}

/** Tells how an instant of some crons in a zone came to be. */
export function explainTick(crons: readonly string[], timezone: string, atMs: number): ExplainedTick {
  const zone = openZone(timezone);
  return { atMs, local: formatLocal(zone, atMs), note: noteOf(crons, zone, atMs) };
}

function noteOf(crons: readonly string[], zone: Zone, atMs: number): string | undefined {
  const localMs = zone.localAt(atMs);
  const instants = zone.instantsOf(localMs);
  if (instants.length > 1) return atMs === instants[0] ? "first pass" : "second pass";
  const segment = zone.segmentAt(atMs);
  const isAfterGap = zone.startOf(segment) === atMs && segment > 0 &&
    zone.offsetOf(segment) > zone.offsetOf(segment - 1);
  if (!isAfterGap) return undefined;
  const timeMs = ((localMs % 86_400_000) + 86_400_000) % 86_400_000;
  const isNamed = crons.some((cron) => parseFullCron(cron).times.includes(timeMs));
  return isNamed ? undefined : "moved out of the gap";
}

function formatLocal(zone: Zone, atMs: number): string {
  const shown = new Date(zone.localAt(atMs)).toISOString();
  const offset = zone.offsetAt(atMs);
  const minutes = Math.abs(Math.round(offset / 60_000));
  const sign = offset < 0 ? "-" : "+";
  const two = (value: number) => String(value).padStart(2, "0");
  return `${shown.slice(0, 10)} ${shown.slice(11, 19)} ${sign}${two(Math.floor(minutes / 60))}:${
    two(minutes % 60)
  }`;
}
