/** `sluice partitions`: the partitions of one asset. */
import type { Asset } from "../../model/assets/declaration.ts";
import { describePartitions } from "../../model/partitions/describe.ts";
import type { PartitionSpace } from "../../model/partitions/space.ts";
import { fullSubset, type Subset } from "../../model/partitions/subset.ts";
import type { Orchestrator } from "../../orchestrator/contract.ts";
import { requestedSubset } from "../../planner/partitions.ts";
import { type AssetStatus, partitionStatuses, readAssetStatus } from "../asset_status.ts";
import { type Answer, type Command, defineCommand } from "../command.ts";
import { formatFields } from "../print/columns.ts";
import { inert } from "../print/inert.ts";
import { formatCount, plural } from "../print/number.ts";
import type { Page } from "../print/page.ts";
import { formatRange, formatRangeLines, rangesJson } from "../print/ranges.ts";
import { readPartitions } from "../request.ts";
import { usageError } from "../line/usage.ts";

/** Shows the partitions of an asset. */
export const partitions: Command = defineCommand({
  name: "partitions",
  summary: "Shows the partitions of an asset: how many, which, and what is recorded of them",
  description: [
    "Without options: the definition, the number of partitions, and for each status its partitions as ranges. Keys " +
    "are printed one by one only with --keys.",
  ],
  takesModule: true,
  args: { asset: { summary: "The key of the asset", arity: "one" } },
  options: {
    keys: { type: "flag", summary: "Prints keys, one per line" },
    count: { type: "flag", summary: "Prints only how many there are" },
    status: {
      type: "text",
      value: "STATUS",
      summary: "Only partitions in this status",
      choices: partitionStatuses,
    },
    range: { type: "text", value: "A...B", summary: "Only partitions from A to B, both included" },
    limit: {
      type: "count",
      value: "N",
      summary: "Prints at most N keys or ranges; 0 for all",
      default: "100",
    },
    add: { type: "text", value: "KEY", summary: "Adds a key to dynamic partitions", repeats: true },
    remove: { type: "text", value: "KEY", summary: "Removes a key from dynamic partitions", repeats: true },
  },
  examples: [
    { line: "partitions weather.ts clean/days --status missing", summary: "What is missing, as ranges" },
    {
      line: "partitions weather.ts clean/days --keys --range 2012-01-01...2012-01-31",
      summary: "The keys of a month",
    },
  ],
  async run({ args, options, session }) {
    const asset = (await session.definitions()).asset(args.asset);
    if (!asset.partitions) throw usageError(`${asset.key} has no partitions.`);
    const { add, remove, status, range } = options;
    const isChange = add.length + remove.length > 0;
    const orchestrator = await session.orchestrator(isChange ? "write" : "read");
    if (isChange) await changeKeys(orchestrator, asset, add, remove);
    const known = await readAssetStatus(orchestrator, asset);
    const request = readPartitions({ partition: [], range, all: false }) ?? "all";
    const within = requestedSubset(known.space, request, asset.key);
    const chosen = status === undefined ? within : known.sets[status].intersect(within);
    const limit = options.limit === 0 ? Infinity : options.limit;
    if (options.count) return answerCount(chosen);
    if (options.keys) return answerKeys(known.space, chosen, limit);
    if (status !== undefined) return answerRanges(known.space, chosen, limit);
    return answerOverview(asset, known, within, limit);
  },
});

async function changeKeys(
  orchestrator: Orchestrator,
  { key, partitions }: Asset,
  add: readonly string[],
  remove: readonly string[],
): Promise<void> {
  if (partitions?.kind !== "dynamic") {
    throw usageError(`The partitions of ${key} are not dynamic, so that keys cannot be added or removed.`);
  }
  if (add.length > 0) await orchestrator.addPartitions(partitions.name, add);
  if (remove.length > 0) await orchestrator.removePartitions(partitions.name, remove);
}

function answerCount(chosen: Subset): Answer {
  return { text: () => [String(chosen.size)], json: () => ({ count: chosen.size }) };
}

function answerKeys(space: PartitionSpace, chosen: Subset, limit: number): Answer {
  const isCut = chosen.size > limit;
  return {
    *text(page) {
      yield* keysOf(space, chosen, limit, inert);
      if (isCut) yield page.style.dim(`and ${plural(chosen.size - limit, "more key")}; --limit 0 prints all`);
    },
    json: () => ({ count: chosen.size, keys: [...keysOf(space, chosen, limit)], isCut }),
  };
}

function* keysOf(
  space: PartitionSpace,
  chosen: Subset,
  limit: number,
  show: (key: string) => string = (key) => key,
): Generator<string> {
  let left = limit;
  for (const index of chosen.indices()) {
    if (left-- <= 0) return;
    yield show(space.keyAt(index));
  }
}

function answerRanges(space: PartitionSpace, chosen: Subset, limit: number): Answer {
  return {
    text: (page) => formatRangeLines(space, chosen, page, limit),
    json: () => rangesJson(space, chosen, limit),
  };
}

function answerOverview(asset: Asset, { space, sets }: AssetStatus, within: Subset, limit: number): Answer {
  const shown = partitionStatuses.map((name) => [name, sets[name].intersect(within)] as const);
  const definition = asset.partitions ? describePartitions(asset.partitions) : "";
  return {
    text: (page) => [
      page.style.bold(asset.key),
      ...formatFields([
        ["partitions", definition],
        ["count", formatCount(within.size)],
        ["keys", endsOf(space, within, page)],
      ], page),
      ...shown.filter(([, set]) => set.size > 0).flatMap(([name, set]) => [
        "",
        `${page.style.bold(name)} ${formatCount(set.size)}`,
        ...[...formatRangeLines(space, set, page, Math.min(limit, 20))].map((line) => `  ${line}`),
      ]),
    ],
    json: () => ({
      asset: asset.key,
      definition,
      count: within.size,
      ...ends(space, within),
      ...Object.fromEntries(shown.map(([name, set]) => [name, rangesJson(space, set, limit)])),
    }),
  };
}

function ends(
  space: PartitionSpace,
  set: Subset,
): { readonly first: string | null; readonly last: string | null } {
  if (set.size === 0) return { first: null, last: null };
  return { first: space.keyAt(set.at(0)), last: space.keyAt(set.at(set.size - 1)) };
}

function endsOf(space: PartitionSpace, set: Subset, page: Page): string {
  const { first, last } = ends(space, set);
  if (first === null || last === null) return "";
  return set.equals(fullSubset(space.size)) || space.kind !== "multi"
    ? formatRange({ start: first, end: last, count: set.size }, page)
    : "";
}
