/** `sluice show`: everything known about one asset. */
import type { Asset, StepDeclaration } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { StepConcurrency } from "../../model/gates/concurrency.ts";
import type { CheckResultRecord, MaterializationRecord } from "../../model/events/record.ts";
import { describePartitions } from "../../model/partitions/describe.ts";
import type { Orchestrator } from "../../orchestrator/contract.ts";
import { formatAge, formatReason } from "../../planner/reason.ts";
import { type AssetStatus, partitionStatuses, readAssetStatus } from "../asset_status.ts";
import { type Command, defineCommand } from "../command.ts";
import { type Column, formatColumns, formatFields } from "../print/columns.ts";
import { shortPath } from "../print/error.ts";
import { describeInput } from "../print/mapping.ts";
import { formatCount, formatDuration, formatInstant } from "../print/number.ts";
import type { Page, Paint } from "../print/page.ts";
import { formatSubset, rangesJson } from "../print/ranges.ts";
import { assetJson, kindsOf } from "./list.ts";

/** Shows one asset. */
export const show: Command = defineCommand({
  name: "show",
  summary: "Shows everything known about one asset",
  description: [
    "What is declared: dependencies with their mappings, checks, partitions, rules, and where. What is recorded: the " +
    "last materialization, which partitions have a value, failed or are stale and why, results of checks, and " +
    "where the value is stored.",
  ],
  takesModule: true,
  args: { asset: { summary: "The key of the asset", arity: "one" } },
  options: {},
  examples: [
    { line: "show weather.ts clean/days", summary: "One asset" },
    { line: "show weather.ts clean/days --json", summary: "The same for a program" },
  ],
  async run({ args, session, host }) {
    const definitions = await session.definitions();
    const asset = definitions.asset(args.asset);
    const known = await readKnowledge(await session.orchestrator("read"), asset);
    return {
      text: (page) => formatAsset(asset, definitions, known, host.cwd, page),
      json: () => ({ asset: assetJson(asset, definitions), ...knowledgeJson(known) }),
    };
  },
});

/** What the history says. */
interface Knowledge {
  readonly status: AssetStatus;
  readonly latest: MaterializationRecord | undefined;
  readonly checks: readonly CheckResultRecord[];
  /** Where the latest value is stored. */
  readonly place: string | undefined;
}

async function readKnowledge(orchestrator: Orchestrator, asset: Asset): Promise<Knowledge> {
  const status = await readAssetStatus(orchestrator, asset);
  const [latest] = await orchestrator.materializations(asset, { limit: 1 });
  const checks = await orchestrator.checks(asset);
  const place = latest && orchestrator.locate(asset, latest.partitionKey);
  return { status, latest, checks, place };
}

function formatAsset(
  asset: Asset,
  definitions: Definitions,
  known: Knowledge,
  cwd: string,
  page: Page,
): string[] {
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", page.style.bold(title), ...lines.map((line) => `  ${line}`)];
  const inner = { ...page, width: page.width - 2 };
  return [
    page.style.bold(asset.key),
    ...formatFields(declaredFields(asset, cwd), inner).map((line) => `  ${line}`),
    ...section("Made from", dependencyLines(asset, inner)),
    ...section("Read by", readerLines(asset, definitions, inner)),
    ...section("Recorded", recordedLines(known, cwd, inner)),
    ...section("Checks", checkLines(asset, definitions, known.checks, inner)),
  ];
}

type Field = readonly [name: string, value: string, paint?: Paint];

function declaredFields(asset: Asset, cwd: string): Field[] {
  const step = asset["~step"];
  return [
    ["description", asset.description ?? ""],
    ["kind", kindsOf(asset)],
    ["made by", step.name === asset.key ? "" : step.name],
    ["group", asset.group],
    [
      "tags",
      Object.entries(asset.tags).map(([name, value]) => value === "" ? name : `${name}=${value}`).join(", "),
    ],
    ["owners", asset.owners.join(", ")],
    ["partitions", asset.partitions ? describePartitions(asset.partitions) : "none"],
    ["code version", asset.codeVersion ?? ""],
    ["rules", rulesOf(step)],
    ["resources", Object.keys(step.resources).join(", ")],
    ["declared at", step.site.text === undefined ? "" : shortPath(step.site.text, cwd)],
  ];
}

function rulesOf(
  {
    retry,
    timeoutMs,
    pool,
    concurrency,
    priority,
    isolation,
    batch,
    dependsOnPast,
    skippable,
    elements,
    backfill,
    hooks,
    undo,
  }: StepDeclaration,
): string {
  const most = backfill?.maxPartitionsPerRun;
  return [
    ...(retry === undefined ? [] : [`${retry.maxRetries} retries`]),
    ...(timeoutMs === undefined ? [] : [`timeout ${formatDuration(timeoutMs)}`]),
    ...(pool === undefined ? [] : [`pool ${pool}`]),
    ...(concurrency === undefined ? [] : [describeKey(concurrency)]),
    ...(priority === 0 ? [] : [`priority ${priority}`]),
    ...(isolation === undefined ? [] : [`in a ${isolation.tier}`]),
    ...(isolation?.memoryMb === undefined ? [] : [`at most ${isolation.memoryMb} MB`]),
    ...Object.keys(hooks ?? {}).filter((name) => name.startsWith("on")).sort(),
    ...(dependsOnPast ? ["depends on its past"] : []),
    ...(batch ? ["batch"] : []),
    ...(skippable ? ["may skip"] : []),
    ...(elements ? ["fans out"] : []),
    ...(undo ? ["is undone when its run fails"] : []),
    ...(most === undefined
      ? []
      : [most === Infinity ? "all partitions in one run" : `${most} partitions per run`]),
  ].join(", ");
}

function describeKey({ key, limit = 1 }: StepConcurrency): string {
  return `${limit} at once of ${typeof key === "string" ? `the key ${key}` : "a key of its own"}`;
}

function dependencyLines(asset: Asset, page: Page): string[] {
  const rows = asset["~step"].inputs.map((input) => [input.key, describeInput(input)] as const);
  return pairLines(rows, page);
}

function readerLines({ key }: Asset, { assets }: Definitions, page: Page): string[] {
  const rows = assets.flatMap((other) =>
    other.key === key ? [] : other["~step"].inputs
      .filter((input) => input.key === key)
      .map((input) => [other.key, describeInput(input)] as const)
  );
  return pairLines(rows, page);
}

function pairLines(rows: readonly (readonly [string, string])[], page: Page): string[] {
  const columns: Column<readonly [string, string]>[] = [
    { title: "", text: ([first]) => first },
    { title: "", text: ([, second]) => second, paint: () => page.style.dim },
  ];
  return rows.length === 0 ? [] : formatColumns(rows, columns, page).slice(1);
}

function recordedLines({ status, latest, place }: Knowledge, cwd: string, page: Page): string[] {
  const { space, sets, reasons } = status;
  const isPartitioned = space.kind !== "unit";
  const counts = partitionStatuses
    .filter((name) => isPartitioned && sets[name].size > 0)
    .map((
      name,
    ): Field => [name, `${formatCount(sets[name].size)}: ${formatSubset(space, sets[name], page)}`]);
  const why = reasons.map(({ reason, subset }) => {
    const cells = isPartitioned && subset ? `: ${formatSubset(space, subset, page)}` : "";
    return formatReason(reason, page.nowMs) + cells;
  });
  const fields: Field[] = [
    ["last made", latest ? describeMaking(latest, page) : "never"],
    ["by run", latest ? latest.runId ?? "reported" : ""],
    ["data version", latest?.dataVersion ?? ""],
    ["metadata", latest?.metadata ? JSON.stringify(latest.metadata) : ""],
    ["stored at", place === undefined ? "" : shortPath(place, cwd)],
    ...counts,
    ["state", stateOf(status), stateOf(status) === "fresh" ? page.style.green : page.style.yellow],
    ...why.map((text, index): Field => [index === 0 ? "because" : "and", text]),
  ];
  return formatFields(fields, page);
}

function describeMaking({ atMs, partitionKey }: MaterializationRecord, page: Page): string {
  const which = partitionKey === undefined ? "" : `, ${partitionKey}`;
  return `${formatInstant(atMs)} (${formatAge(page.nowMs - atMs)} ago)${which}`;
}

/** One word for the whole asset. */
function stateOf({ sets, reasons }: AssetStatus): "fresh" | "missing" | "failed" | "stale" {
  if (sets.failed.size > 0) return "failed";
  if (sets.materialized.size === 0) return "missing";
  return reasons.length === 0 ? "fresh" : "stale";
}

function checkLines(
  asset: Asset,
  { checks }: Definitions,
  results: readonly CheckResultRecord[],
  page: Page,
): string[] {
  const declared = [
    ...asset["~step"].checks,
    ...checks.flatMap((check) => check.asset === asset.key ? [check["~step"].check] : []),
  ].filter((check) => check !== undefined);
  const columns: Column<typeof declared[number]>[] = [
    { title: "", text: ({ name }) => name },
    { title: "", text: ({ severity, blocking }) => blocking ? `${severity}, blocking` : severity },
    { title: "", text: ({ name }) => resultsOf(results.filter(({ check }) => check === name)) },
    { title: "", text: ({ description }) => description ?? "", paint: () => page.style.dim },
  ];
  return declared.length === 0 ? [] : formatColumns(declared, columns, page).slice(1);
}

function resultsOf(results: readonly CheckResultRecord[]): string {
  if (results.length === 0) return "not yet run";
  const failed = results.filter(({ passed }) => !passed).length;
  if (results.length === 1) return failed === 0 ? "passed" : "failed";
  const all = formatCount(results.length);
  return failed === 0 ? `${all} passed` : `${formatCount(failed)} of ${all} failed`;
}

function knowledgeJson({ status, latest, checks, place }: Knowledge): object {
  const { space, sets, reasons } = status;
  const sizes = Object.fromEntries(
    partitionStatuses.map((name) => [name, rangesJson(space, sets[name], 100)]),
  );
  return {
    state: stateOf(status),
    reasons: reasons.map(({ reason, subset }) => ({
      ...reason,
      ...(subset && space.kind !== "unit" && { partitions: rangesJson(space, subset, 100) }),
    })),
    ...(space.kind !== "unit" && { partitions: { count: space.size, ...sizes } }),
    latest,
    storedAt: place,
    checkResults: checks,
  };
}
