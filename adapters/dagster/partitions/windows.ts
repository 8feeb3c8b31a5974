/** Partitions by time as Dagster's definitions. */
import type { Partitions, TimePartitions } from "../../../src/model/partitions/definition.ts";
import { parseKeyFormat } from "../../../src/model/time/format.ts";
import { openZone, type Zone } from "../../../src/model/time/zone.ts";
import { call, type Expression, list, type NamedArguments } from "../../python/expression.ts";
import { numberLiteral, textLiteral } from "../../python/literal.ts";

/** The definitions that Dagster has for units of time, with the form of their crons. */
const UNITS = [
  { name: "Hourly", cron: /^(\d+) \* \* \* \*$/, offsets: ["minute_offset"], format: "%Y-%m-%d-%H:%M" },
  { name: "Daily", cron: /^(\d+) (\d+) \* \* \*$/, offsets: ["minute_offset", "hour_offset"] },
  {
    name: "Weekly",
    cron: /^(\d+) (\d+) \* \* ([0-6])$/,
    offsets: ["minute_offset", "hour_offset", "day_offset"],
  },
  {
    name: "Monthly",
    cron: /^(\d+) (\d+) ([1-9]\d?) \* \*$/,
    offsets: ["minute_offset", "hour_offset", "day_offset"],
    firstDay: 1,
  },
] as const;

/** A definition for a Dagster that cannot leave windows out. */
export function withoutExclusions(partitions: Partitions): Partitions {
  if (partitions.kind === "time") return { ...partitions, exclusions: [] };
  if (partitions.kind !== "multi") return partitions;
  const leaves = Object.entries(partitions.dimensions).map(([name, leaf]) =>
    [name, leaf.kind === "time" ? { ...leaf, exclusions: [] } : leaf] as const
  );
  return { ...partitions, dimensions: Object.fromEntries(leaves) };
}

/** The class of Dagster's that a definition becomes: mappings by key ask for the same on both sides. */
export function windowClass({ cron }: TimePartitions): string {
  const unit = UNITS.find((each) => each.cron.test(cron));
  return `dg.${unit ? unit.name : "TimeWindow"}PartitionsDefinition`;
}

/** The word that stands for windows in names of constants. */
export function windowWord({ cron }: TimePartitions): string {
  const index = UNITS.findIndex((each) => each.cron.test(cron));
  return ["HOURS", "DAYS", "WEEKS", "MONTHS"][index] ?? "WINDOWS";
}

/** A definition by time. */
export function windowsExpression(partitions: TimePartitions): Expression {
  const { cron, timezone, endOffset, format, startMs, endMs } = partitions;
  const unit = UNITS.find((each) => each.cron.test(cron));
  const zone = openZone(timezone);
  const instant = (ms: number | undefined) => ms === undefined ? undefined : instantText(ms, format, zone);
  const shared = {
    timezone: timezone === "UTC" ? undefined : textLiteral(timezone),
    end_offset: endOffset === 0 ? undefined : numberLiteral(endOffset),
    exclusions: exclusionsExpression(partitions, zone),
  };
  if (!unit) {
    return call("dg.TimeWindowPartitionsDefinition", [], {
      start: instant(startMs),
      end: instant(endMs),
      cron_schedule: textLiteral(cron),
      fmt: textLiteral(format),
      ...shared,
    });
  }
  const usual = "format" in unit ? unit.format : "%Y-%m-%d";
  return call(windowClass(partitions), [], {
    start_date: instant(startMs),
    end_date: instant(endMs),
    ...offsetArguments(unit, unit.cron.exec(cron) as RegExpExecArray),
    fmt: format === usual ? undefined : textLiteral(format),
    ...shared,
  });
}

/** The offsets that are not the first of their unit. */
function offsetArguments(unit: typeof UNITS[number], match: RegExpExecArray): NamedArguments {
  const entries = unit.offsets.map((name, index): [string, Expression | undefined] => {
    const value = Number(match[index + 1]);
    const first = name === "day_offset" && "firstDay" in unit ? unit.firstDay : 0;
    return [name, value === first ? undefined : numberLiteral(value)];
  });
  return Object.fromEntries(entries);
}

function exclusionsExpression({ exclusions }: TimePartitions, zone: Zone): Expression | undefined {
  if (exclusions.length === 0) return undefined;
  return list(
    exclusions.map((each) => typeof each === "string" ? textLiteral(each) : localExpression(each, zone)),
  );
}

/** An instant as a key, where the key means no other instant, else as a local time. */
function instantText(ms: number, format: string, zone: Zone): Expression {
  const keyFormat = parseKeyFormat(format);
  const offsetMs = zone.offsetAt(ms);
  const localMs = ms + offsetMs;
  const key = keyFormat.format(localMs, offsetMs);
  const isExact = !keyFormat.hasOffset && keyFormat.parse(key)?.localMs === localMs &&
    zone.instantsOf(localMs).length === 1;
  return isExact ? textLiteral(key) : localExpression(ms, zone);
}

/** A local time without a zone; Dagster reads it in that of the definition. */
function localExpression(ms: number, zone: Zone): Expression {
  const localMs = zone.localAt(ms);
  const local = new Date(localMs);
  const [hour, minute, second, microsecond] = [
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
    local.getUTCMilliseconds() * 1000,
  ];
  const parts = [local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()];
  const time = [hour, minute, second, microsecond];
  while (time.length > 0 && time[time.length - 1] === 0) time.pop();
  const isSecond = zone.instantsOf(localMs).indexOf(ms) > 0;
  return call("datetime", [...parts, ...time].map((part) => numberLiteral(part)), {
    fold: isSecond ? "1" : undefined,
  });
}
