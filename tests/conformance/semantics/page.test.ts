/** docs/dagster.md, written from the lists that the comparisons with the real Dagster hold. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { DIFFERENCES as MAPPINGS } from "./mapping_differences.ts";
import {
  CRON_REFUSALS,
  DEPARTURES,
  KEY_DIFFERENCES,
  KEY_REFUSALS,
  TICK_DIFFERENCES,
} from "./partition_differences.ts";
import { DEFAULT_DIFFERENCE, DIFFERENCES as SELECTIONS, EXTENSIONS } from "./selection_differences.ts";

const page = new URL("../../../docs/dagster.md", import.meta.url);

interface Named {
  readonly name: string;
  readonly reason: string;
}

function table(differences: readonly Named[]): string {
  const rows = differences.map(({ name, reason }) => `| ${name} | ${reason.replaceAll("|", "\\|")} |`);
  return ["| What | Why |", "| --- | --- |", ...rows].join("\n");
}

function departures(): string {
  const rows = DEPARTURES.map(({ cron, timezone, local }) =>
    `| \`${cron}\` | ${timezone} | ${local.map((text) => text.replace("T", " ")).join(", ")} |`
  );
  return ["| Cron | Zone | Local ticks here |", "| --- | --- | --- |", ...rows].join("\n");
}

function render(): string {
  const extensions = EXTENSIONS.map(([ours, dagster]) => `| \`${ours}\` | \`${dagster}\` |`);
  return `# Where Sluice differs from Dagster

Partitions, cron, mappings and selections mean here what they mean in Dagster, and the conformance suite compares them
with the real package on seeded definitions (\`npx -y bun@1.4 run conformance\`). What is different is different on purpose.
This page is written from the lists that the suite itself uses: a difference that is not listed fails, and so does one
that no longer exists.

## Cron

Dagster assumes that clocks are set by one hour, on the hour, between 01:00 and 03:59, and that the zone table marks summer
time as usual. Where this fails it departs from its own rule. Here the rule holds in every zone: a fixed local time
that does not exist moves to the first instant after the gap, one that exists twice counts once, the second time, and crons
of every hour skip the gap and count both passes.

${departures()}

In zones where Dagster keeps its rule:

${table(TICK_DIFFERENCES)}

Texts that Dagster takes and Sluice refuses:

${table(CRON_REFUSALS)}

## Partition keys

${table(KEY_DIFFERENCES)}

Definitions that only one of the two takes:

${table(KEY_REFUSALS)}

## Partition mappings

${table(MAPPINGS)}

## Selections

${table([...SELECTIONS, DEFAULT_DIFFERENCE])}

Texts that only Sluice takes, with the one of Dagster's that means the same:

| Sluice | Dagster |
| --- | --- |
${extensions.join("\n")}

## Backfills and staleness

| What | Why |
| --- | --- |
| a backfill without a policy is one run | In Dagster it is one run per partition. A step is the unit of retry and of record here, so cutting a backfill into runs gains nothing by itself; \`backfill: { maxPartitionsPerRun }\` or \`runs\` cuts it. |
| "missing" brings along what depends on it | What is made again makes its readers stale; leaving them behind would only postpone them. |
| more than two dimensions | Dagster has two. |
`;
}

/** A text without the padding that the formatter gives to tables. */
function bare(text: string): string {
  return text.split("\n").map((line) => line.replace(/ *\| */g, "|").replace(/-{3,}/g, "---")).join("\n");
}

test("docs/dagster.md says what the lists say (SLUICE_UPDATE_DOCS=1 writes it)", () => {
  if (process.env.SLUICE_UPDATE_DOCS === "1") writeFileSync(page, render());
  assert.equal(bare(readFileSync(page, "utf8")), bare(render()));
});
