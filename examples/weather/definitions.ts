/** Four years of Seattle weather: from raw lines to a yearly report. */
import {
  defineAsset,
  defineCheck,
  defineExternalAsset,
  defineMultiAsset,
  definitions,
  files,
  output,
  type Partitioned,
} from "sluice";
import { drawChart } from "./chart.ts";
import type { Day, Month } from "./figures.ts";
import { days, type Kind, KINDS, months, yearByKind, years } from "./partitions.ts";
import { records } from "./records.ts";
import { writeReport } from "./report.ts";

export const station = defineExternalAsset({
  key: "station/records",
  description:
    "The daily records of the weather station; the demo reports a new version when a line changes.",
  group: "source",
  partitions: days,
});

export const raw = defineAsset({
  key: "weather/raw",
  description: "One line of the station's file, as it is.",
  group: "weather",
  after: [station],
  partitions: days,
  resources: { records },
  run: ({ partition, resources }) => resources.records.get(partition.key) ?? null,
});

export const day = defineAsset({
  key: "weather/day",
  description: "One day with numbers for text.",
  group: "weather",
  deps: { raw },
  partitions: days,
  codeVersion: "1",
  run: ({ inputs, partition }): Day | null => {
    const line = inputs.raw;
    if (line === null) return null;
    return {
      date: partition.key,
      precipitation: Number(line.precipitation),
      max: Number(line.temp_max),
      min: Number(line.temp_min),
      wind: Number(line.wind),
      kind: line.weather as Kind,
    };
  },
  checks: {
    recorded: { severity: "warn", run: (value) => value !== null },
    plausible: { blocking: true, run: (value) => value === null || isPlausible(value) },
  },
});

function isPlausible({ precipitation, max, min, wind, kind }: Day): boolean {
  return precipitation >= 0 && precipitation < 500 && min <= max && min > -40 && max < 50 && wind >= 0 &&
    KINDS.includes(kind);
}

export const month = defineAsset({
  key: "weather/month",
  description: "Days, mean daily maximum and minimum, precipitation and kinds of weather of a month.",
  group: "weather",
  deps: { day },
  partitions: months,
  codeVersion: "1",
  run: async ({ inputs, partition }) => {
    const summary = summarize(partition.key, await present(inputs.day));
    return output(summary, { metadata: { days: summary.days, precipitation: summary.precipitation } });
  },
});

async function present(all: Partitioned<Day | null>): Promise<readonly Day[]> {
  return [...(await all.load()).values()].filter((value) => value !== null);
}

function summarize(key: string, all: readonly Day[]): Month {
  const sum = (pick: (one: Day) => number) => all.reduce((total, one) => total + pick(one), 0);
  const kinds = Object.fromEntries(
    KINDS.map((kind) => [kind, all.filter((one) => one.kind === kind).length]),
  );
  return {
    month: key,
    days: all.length,
    meanMax: rounded(sum((one) => one.max) / all.length),
    meanMin: rounded(sum((one) => one.min) / all.length),
    precipitation: rounded(sum((one) => one.precipitation)),
    kinds: kinds as Month["kinds"],
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

export const noDayMissing = defineCheck({
  asset: month,
  name: "no_day_missing",
  description: "A month has a record for each of its days.",
  run: ({ value, partition }) => {
    const { startMs, endMs } = partition.window;
    const expected = Math.round((endMs - startMs) / 86_400_000);
    return { passed: value.days === expected, metadata: { days: value.days, expected } };
  },
});

export const kind = defineAsset({
  key: "weather/kind",
  description: "How many days of a year had one kind of weather.",
  group: "weather",
  deps: { month },
  partitions: yearByKind,
  run: async ({ inputs, partition }) => {
    const { year, kind } = partition.dimensions;
    let count = 0;
    for await (const one of inputs.month.values()) count += one.kinds[kind as Kind];
    return { year, kind, days: count };
  },
});

export const { report, chart } = defineMultiAsset({
  name: "yearly",
  outputs: {
    report: {
      key: "report/text",
      description: "A year in Markdown.",
      group: "report",
      io: files({ format: "text", extension: "md" }),
    },
    chart: {
      key: "report/chart",
      description: "A year as a chart.",
      group: "report",
      io: files({ format: "text", extension: "svg" }),
    },
  },
  deps: { month, kind },
  partitions: years,
  run: async ({ inputs, partition }) => {
    const inYear = [...(await inputs.month.load()).values()];
    const counts = [...(await inputs.kind.load()).values()];
    return {
      report: writeReport(partition.key, inYear, counts),
      chart: drawChart(partition.key, inYear),
    };
  },
});

export default definitions({
  module: import.meta.url,
  assets: [station, raw, day, month, kind, { report, chart }],
  checks: [noDayMissing],
});
