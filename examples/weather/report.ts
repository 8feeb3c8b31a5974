/** The yearly report, in Markdown. */
import type { KindCount, Month } from "./figures.ts";

/** Writes one year as a Markdown page that shows the chart beside it. */
export function writeReport(year: string, months: readonly Month[], kinds: readonly KindCount[]): string {
  const wettest = months.reduce((most, one) => (one.precipitation > most.precipitation ? one : most));
  const warmest = months.reduce((most, one) => (one.meanMax > most.meanMax ? one : most));
  const total = months.reduce((sum, one) => sum + one.precipitation, 0);
  return [
    `# Seattle weather in ${year}`,
    "",
    `${
      total.toFixed(1)
    } mm of rain and snow fell, most of it in ${wettest.month} (${wettest.precipitation} mm).`,
    `The warmest month was ${warmest.month}, with a mean daily maximum of ${warmest.meanMax} degrees.`,
    "",
    `![Temperatures and precipitation by month](../chart.parts/${year}.svg)`,
    "",
    "| Month | Days | Mean max | Mean min | Precipitation |",
    "| --- | ---: | ---: | ---: | ---: |",
    ...months.map((one) =>
      `| ${one.month} | ${one.days} | ${one.meanMax} | ${one.meanMin} | ${one.precipitation} mm |`
    ),
    "",
    "| Weather | Days |",
    "| --- | ---: |",
    ...[...kinds].sort((a, b) => b.days - a.days).map((one) => `| ${one.kind} | ${one.days} |`),
    "",
  ].join("\n");
}
