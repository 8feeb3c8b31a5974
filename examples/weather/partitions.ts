/** How the weather records are sliced. */
import {
  dailyPartitions,
  monthlyPartitions,
  multiPartitions,
  staticPartitions,
  timePartitions,
} from "sluice";

const START = "2012-01-01";
const END = "2016-01-01";

export const KINDS = ["drizzle", "fog", "rain", "snow", "sun"] as const;

/** The kinds of weather that a day can have. */
export type Kind = (typeof KINDS)[number];

export const days = dailyPartitions({ start: START, end: END });
export const months = monthlyPartitions({ start: START, end: END, keyFormat: "%Y-%m" });
export const years = timePartitions({ cron: "0 0 1 1 *", start: START, end: END, keyFormat: "%Y" });
export const yearByKind = multiPartitions({ year: years, kind: staticPartitions(KINDS) });
