/** How the key of an update becomes the key of the run that follows it. */
import { samePartitions, type TimePartitions } from "../../../src/model/partitions/definition.ts";
import type { InputSnapshot, MappingSnapshot, Snapshot } from "../../../src/model/snapshot/snapshot.ts";
import { openZone } from "../../../src/model/time/zone.ts";
import { call, type Expression } from "../../python/expression.ts";
import { textLiteral } from "../../python/literal.ts";
import { RUNTIME_KEYS } from "../options.ts";
import { fiveFields } from "./windows.ts";

/** The key of runs whose steps have no partitions, and that follow updates that have a key. */
export const NO_PARTITION: string = "all";

/** The mapper of an input whose updates have keys; undefined where Airflow has none that does the same. */
export function mapperExpression(
  { key, mapping }: InputSnapshot,
  downstream: number | undefined,
  { assets, partitions }: Snapshot,
  level: number,
): Expression | undefined {
  const place = assets.find((asset) => asset.key === key)?.partitions;
  const isNew = level >= RUNTIME_KEYS;
  if (downstream === undefined) {
    return isNew ? call("FixedKeyMapper", [textLiteral(NO_PARTITION)]) : undefined;
  }
  if (place === undefined || mapping === undefined) return undefined;
  const [up, down] = [partitions[place], partitions[downstream]];
  if (keepsKeys(mapping) && samePartitions(up, down)) return call("IdentityMapper", []);
  if (!isNew || up.kind !== "time" || down.kind !== "time" || !isPlainWindow(mapping)) return undefined;
  return between(up, down);
}

function keepsKeys(mapping: MappingSnapshot): boolean {
  return mapping.kind === "identity" || isPlainWindow(mapping);
}

function isPlainWindow(mapping: MappingSnapshot): boolean {
  return mapping.kind === "time-window" && mapping.startOffset === 0 && mapping.endOffset === 0;
}

/** Periods that Airflow knows, by the cron whose ticks begin them. */
interface Period {
  readonly mapper: string;
  /** What it is made of, and the window that lists that. */
  readonly window?: { readonly name: string; readonly of: string };
}

const PERIODS: ReadonlyMap<string, Period> = new Map([
  ["0 * * * *", { mapper: "StartOfHourMapper" }],
  ["0 0 * * *", { mapper: "StartOfDayMapper", window: { name: "DayWindow", of: "0 * * * *" } }],
  ["0 0 * * 1", { mapper: "StartOfWeekMapper", window: { name: "WeekWindow", of: "0 0 * * *" } }],
  ["0 0 1 * *", { mapper: "StartOfMonthMapper", window: { name: "MonthWindow", of: "0 0 * * *" } }],
  ["0 0 1 1,4,7,10 *", {
    mapper: "StartOfQuarterMapper",
    window: { name: "QuarterWindow", of: "0 0 1 * *" },
  }],
  ["0 0 1 1 *", { mapper: "StartOfYearMapper", window: { name: "YearWindow", of: "0 0 1 * *" } }],
]);

/** What can be written and read again by Airflow's mappers. */
const READABLE = /^(?:%[YmdHMS]|[^%{])*$/;

/** From finer windows to coarser ones, all of which must be there; or from a coarser one to each finer one in it. */
function between(up: TimePartitions, down: TimePartitions): Expression | undefined {
  if (up.timezone !== down.timezone || !READABLE.test(up.format) || !READABLE.test(down.format)) {
    return undefined;
  }
  if (up.exclusions.length > 0 || down.exclusions.length > 0) return undefined;
  const [coarser, finer] = [PERIODS.get(fiveFields(down.cron)), PERIODS.get(fiveFields(up.cron))];
  if (coarser?.window?.of === fiveFields(up.cron) && isWhole(coarser, down)) {
    return call("RollupMapper", [], {
      upstream_mapper: mapper(coarser, up, down),
      window: call(coarser.window.name, []),
    });
  }
  if (finer?.window?.of !== fiveFields(down.cron) || !coarser || !isWhole(finer, up)) return undefined;
  return call("FanOutMapper", [], {
    upstream_mapper: mapper(finer, up, up),
    window: call(finer.window.name, []),
    downstream_mapper: mapper(coarser, up, down),
  });
}

/** Airflow counts 24 hours in each day, and reads a quarter from a text of its own only. */
function isWhole({ window, mapper: name }: Period, { timezone, format }: TimePartitions): boolean {
  if (name === "StartOfQuarterMapper") return false;
  if (name === "StartOfWeekMapper" && !["%Y", "%m", "%d"].every((part) => format.includes(part))) {
    return false;
  }
  return window?.name !== "DayWindow" || openZone(timezone).startOf(1) === Infinity;
}

function mapper({ mapper: name }: Period, from: TimePartitions, to: TimePartitions): Expression {
  return call(name, [], {
    timezone: textLiteral(openZone(from.timezone).name),
    input_format: textLiteral(from.format),
    output_format: textLiteral(to.format),
  });
}
