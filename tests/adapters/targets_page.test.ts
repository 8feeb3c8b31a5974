/** docs/targets.md, written from the exporters' own tables. */
import { test } from "bun:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { type Feature, FEATURES, isLoss, type Verdict, type VerdictTable } from "sluice/adapters";
import { AIRFLOW_VERDICTS } from "../../adapters/airflow/verdicts.ts";
import { OLDER_VERDICTS, VERDICTS as DAGSTER_VERDICTS } from "../../adapters/dagster/verdicts.ts";
import { OLDEST, SINCE } from "../../adapters/dagster/version.ts";
import { VERDICTS as PREFECT_VERDICTS } from "../../adapters/prefect/verdicts.ts";

const page = new URL("../../docs/targets.md", import.meta.url);

const TARGETS: readonly (readonly [name: string, table: VerdictTable])[] = [
  ["Dagster", DAGSTER_VERDICTS],
  ["Airflow", AIRFLOW_VERDICTS],
  ["Prefect", PREFECT_VERDICTS],
];

/** What the page says of a target besides. */
const MORE: ReadonlyMap<string, () => readonly string[]> = new Map([["Dagster", () => [olderDagster()]]]);

const features = Object.keys(FEATURES) as Feature[];

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

function mark(verdict: Verdict): string {
  const told = verdict.isFatal ? "refuses the export" : verdict.kind;
  return isLoss(verdict) ? `**${told}**` : told;
}

/** A table whose columns stand under each other, as `deno fmt` leaves it. */
function formatTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [titles, ...rows].map((row) => row.map(cell));
  const widths = titles.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((text, at) => text.padEnd(widths[at])).join(" | ")} |`;
  return [cells[0], widths.map((width) => "-".repeat(width)), ...cells.slice(1)].map(line).join("\n");
}

function overview(): string {
  const rows = features.map((
    feature,
  ) => [FEATURES[feature], ...TARGETS.map(([, table]) => mark(table[feature]))]);
  return formatTable(["What a graph has", ...TARGETS.map(([name]) => name)], rows);
}

function details([name, table]: (typeof TARGETS)[number]): string {
  const told = features.filter((feature) => table[feature].kind !== "native" || isLoss(table[feature]));
  const rows = told.map((feature) => {
    const { how, differs = "", advice = "" } = table[feature];
    return [FEATURES[feature], how, differs, advice];
  });
  const titles = ["What a graph has", "How it is carried", "What is different", "What to do"];
  return `## ${name}\n\n${formatTable(titles, rows)}`;
}

/** What versions of Dagster before the newest make of features. */
function olderDagster(): string {
  const rows = OLDER_VERDICTS.map(({ lacks, feature, how, differs = "", advice = "" }) => [
    SINCE[lacks],
    FEATURES[feature],
    how,
    differs,
    advice,
  ]);
  const titles = ["Before", "What a graph has", "How it is carried", "What is different", "What to do"];
  return `### Older versions of Dagster

\`--target-version\` names the version that is written for, from ${OLDEST} on; one of two numbers means its first release. What
versions before others lack:

${formatTable(titles, rows)}`;
}

function render(): string {
  return `# What each target gets

\`sluice export dagster|airflow|prefect <module> --out FOLDER\` writes a graph as a project of another orchestrator. Nothing
is dropped in silence: the command prints what will be different there, and \`loss-report.json\` in the project says it for
programs; \`--strict\` fails for any difference. This page is written from the tables that the exporters themselves use.

- native: the target has it, and it means the same.
- emulated: what the export adds does it.
- refused: it is not carried.
- **bold**: a user sees a difference. The tables below say which.

${overview()}

${TARGETS.map((target) => [details(target), ...MORE.get(target[0])?.() ?? []].join("\n\n")).join("\n\n")}
`;
}

test("docs/targets.md says what the exporters' tables say (SLUICE_UPDATE_DOCS=1 writes it)", () => {
  const text = render();
  if (process.env.SLUICE_UPDATE_DOCS) writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text);
});
