/** Partition definitions from a seed. */
import {
  dailyPartitions,
  dynamicPartitions,
  hourlyPartitions,
  type LeafPartitions,
  monthlyPartitions,
  multiPartitions,
  type Partitions,
  staticPartitions,
  timePartitions,
  weeklyPartitions,
} from "sluice";
import type { Draw } from "./random.ts";

/** Twelve zones: ordinary ones, and those whose clocks do unusual things. */
export const ZONES = [
  "UTC",
  "America/New_York",
  "Europe/Berlin",
  "Europe/London",
  "Europe/Dublin",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Sydney",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
  "America/Havana",
  "Antarctica/Troll",
] as const;

/** Any definition. */
export function drawPartitions(draw: Draw): Partitions {
  if (!draw.chance(0.3)) return drawLeaf(draw);
  const count = draw.one([1, 2, 2, 2, 3]);
  const names = ["date", "region", "\u00e4 name", "b"].slice(0, count);
  return multiPartitions(Object.fromEntries(names.map((name) => [name, drawLeaf(draw, true)])));
}

function drawLeaf(draw: Draw, isDimension = false): LeafPartitions {
  const kind = draw.between(0, 9);
  if (kind <= 5) return drawWindows(draw);
  if (kind <= 8) return drawStatic(draw, isDimension);
  return dynamicPartitions(draw.one(["customers", 'it\'s "x"']));
}

function drawStatic(draw: Draw, isDimension: boolean): LeafPartitions {
  const plain = draw.one([["eu", "us", "asia"], ["a"], ["x y", "it's", "\u00fc"]]);
  return staticPartitions(isDimension ? plain : draw.one([plain, ["{{ x }}", 'say "yes"', "\u65e5"]]));
}

function drawWindows(draw: Draw): LeafPartitions {
  const options = {
    start: draw.one(["2024-01-01", "2026-03-01"]),
    timezone: draw.one(ZONES),
    ...draw.maybe(0.2, () => ({ end: "2026-12-01" })),
    ...draw.maybe(0.2, () => ({ endOffset: draw.one([1, 2, -1]) })),
  };
  switch (draw.between(0, 5)) {
    case 0:
      return hourlyPartitions({ ...options, ...draw.maybe(0.3, () => ({ minuteOffset: 15 })) });
    case 1:
      return weeklyPartitions({ ...options, ...draw.maybe(0.5, () => ({ dayOffset: 1 })) });
    case 2:
      return monthlyPartitions({ ...options, ...draw.maybe(0.5, () => ({ keyFormat: "%Y-%m" })) });
    case 3:
      return timePartitions({ ...options, cron: draw.one(["0 */6 * * *", "0 0 1 1,4,7,10 *"]) });
    default:
      return dailyPartitions({
        ...options,
        ...draw.maybe(0.3, () => ({ hourOffset: 6 })),
        ...draw.maybe(0.2, () => ({ exclusions: [draw.one(["0 0 * * 0", "0 6 * * 6"])] })),
        ...draw.maybe(0.2, () => ({ keyFormat: "%Y%m%d" })),
      });
  }
}
