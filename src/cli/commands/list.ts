/** `sluice list`: what is defined. */
import type { Asset } from "../../model/assets/declaration.ts";
import type { Definitions } from "../../model/definitions.ts";
import type { Job, Selection } from "../../model/job.ts";
import { describePartitions } from "../../model/partitions/describe.ts";
import { briefPartitions } from "../../monitor/brief.ts";
import { selectAssets } from "../../model/selection/select.ts";
import { type Command, defineCommand } from "../command.ts";
import { type Column, formatColumns } from "../print/columns.ts";
import { plural } from "../print/number.ts";
import type { Page } from "../print/page.ts";
import { readSelection, selectionArgument, selectionOptions } from "../request.ts";

/** Lists assets and jobs. */
export const list: Command = defineCommand({
  name: "list",
  summary: "Lists the assets that a module defines, and its jobs",
  takesModule: true,
  args: { selection: selectionArgument },
  options: { ...selectionOptions },
  examples: [
    { line: "list weather.ts", summary: "Everything" },
    { line: "list weather.ts group:mart --exclude tag:slow", summary: "A group, less what is tagged slow" },
  ],
  async run({ args, options, session }) {
    const definitions = await session.definitions();
    const select = readSelection(args.selection, options.exclude);
    const ranks = selectAssets(definitions, select);
    const assets = definitions.assets.filter((_, rank) => ranks[rank] === 1);
    const jobs = select === undefined ? [...definitions.jobs.values()] : [];
    return {
      text: (page) => formatList(assets, jobs, page),
      json: () => ({ assets: assets.map((asset) => assetJson(asset, definitions)), jobs: jobs.map(jobJson) }),
    };
  },
});

const ASSET_COLUMNS: readonly Column<Asset>[] = [
  { title: "asset", text: ({ key }) => key },
  { title: "kind", text: kindsOf },
  { title: "group", text: ({ group }) => group },
  { title: "partitions", text: ({ partitions }) => partitions ? briefPartitions(partitions) : "" },
  { title: "description", text: ({ description }) => description ?? "" },
];

const JOB_COLUMNS: readonly Column<Job>[] = [
  { title: "job", text: ({ name }) => name },
  { title: "selection", text: ({ selection }) => describeSelection(selection) },
  { title: "description", text: ({ description }) => description ?? "" },
];

function formatList(assets: readonly Asset[], jobs: readonly Job[], page: Page): string[] {
  return [
    ...formatColumns(assets, ASSET_COLUMNS, page),
    ...(jobs.length > 0 ? ["", ...formatColumns(jobs, JOB_COLUMNS, page)] : []),
    page.style.dim(
      plural(assets.length, "asset") + (jobs.length > 0 ? `, ${plural(jobs.length, "job")}` : ""),
    ),
  ];
}

/** What an asset is made of, and how it is made when that is not by a body of its own. */
export function kindsOf(asset: Asset): string {
  const { kind } = asset["~step"];
  return [...(kind === "asset" ? [] : [kind]), ...asset.kinds].join(", ");
}

/** A selection on one line. */
function describeSelection(selection: Selection): string {
  const parts = Array.isArray(selection)
    ? selection as readonly (string | Asset)[]
    : [selection as string | Asset];
  return parts.map((part) => typeof part === "string" ? part : part.key).join(" or ");
}

/** What is declared of an asset, as JSON. */
export function assetJson(asset: Asset, { checks }: Definitions): object {
  const { key, description, group, kinds, tags, owners, metadata, codeVersion, partitions } = asset;
  const step = asset["~step"];
  return {
    key,
    kind: step.kind,
    step: step.name,
    description,
    group,
    kinds,
    tags,
    owners,
    metadata,
    codeVersion,
    io: asset.io,
    partitions: partitions && { kind: partitions.kind, description: describePartitions(partitions) },
    dependencies: step.inputs.map(({ name, key, mapping }) => ({ key, input: name, mapping: mapping?.kind })),
    checks: [
      ...step.checks.map(({ name, severity, blocking, description }) => ({
        name,
        severity,
        blocking,
        description,
      })),
      ...checks.filter((check) => check.asset === key).map((check) => ({
        name: check.name,
        severity: check["~step"].check?.severity,
        blocking: check["~step"].check?.blocking,
        description: check["~step"].check?.description,
      })),
    ],
    site: step.site.text,
  };
}

function jobJson({ name, description, selection, tags, site }: Job): object {
  return { name, description, selection: describeSelection(selection), tags, site: site.text };
}
