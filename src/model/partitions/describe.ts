/** Definitions in a line of text, for people. */
import { openZone } from "../time/zone.ts";
import { parseKeyFormat } from "../time/format.ts";
import {
  dimensionNames,
  type DynamicPartitions,
  type Partitions,
  type StaticPartitions,
  type TimePartitions,
} from "./definition.ts";

const KEYS_SHOWN = 3;

/**
 * A definition in a line: `day from 2026-01-01T00:00 (America/New_York)`, `static: eu, us, asia`,
 * `dynamic: customers`, `date (day from 2026-01-01T00:00 (UTC)) x region (static: eu, us)`.
 */
export function describePartitions(partitions: Partitions): string {
  switch (partitions.kind) {
    case "time":
      return describeWindows(partitions);
    case "static":
      return describeKeys(partitions);
    case "dynamic":
      return describeName(partitions);
    case "multi":
      return dimensionNames(partitions)
        .map((name) => `${name} (${describePartitions(partitions.dimensions[name])})`)
        .join(" x ");
  }
}

function describeWindows(partitions: TimePartitions): string {
  const { unit, startMs, endMs, timezone, endOffset, exclusions } = partitions;
  const words = [unit === partitions.cron ? `cron ${unit}` : unit, "from", localText(startMs, timezone)];
  if (endMs !== undefined) words.push("until", localText(endMs, timezone));
  words.push(`(${timezone})`);
  if (endOffset !== 0) words.push(`${endOffset > 0 ? "+" : "-"} ${count(Math.abs(endOffset), "window")}`);
  if (exclusions.length > 0) words.push(`with ${count(exclusions.length, "exclusion")}`);
  return words.join(" ");
}

function describeKeys({ keys }: StaticPartitions): string {
  const more = keys.length > KEYS_SHOWN ? `, ${keys.length - KEYS_SHOWN} more` : "";
  return keys.length === 0 ? "static: no keys" : `static: ${keys.slice(0, KEYS_SHOWN).join(", ")}${more}`;
}

function describeName({ name }: DynamicPartitions): string {
  return `dynamic: ${name}`;
}

function localText(instantMs: number, timezone: string): string {
  const offset = openZone(timezone).offsetAt(instantMs);
  return parseKeyFormat("%Y-%m-%dT%H:%M").format(instantMs + offset, offset);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
