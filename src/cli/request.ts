/** From options to what the planners are asked. */
import type { Selection } from "../model/job.ts";
import type { BackfillRequest, PartitionRequest, PlanRequest } from "../planner/request.ts";
import type { SelectionNode } from "../model/selection/ast.ts";
import { formatSelection } from "../model/selection/format.ts";
import { parseSelection } from "../model/selection/parse.ts";
import type { OptionValues } from "./line/option.ts";
import { usageError } from "./line/usage.ts";

/** The argument of commands that work on several assets. */
export const selectionArgument = {
  summary:
    "Which assets: keys, globs, `+a`, `a+`, `tag:x`, `group:g`, `a and not b`, ...; several are united",
  arity: "many",
} as const;

/** The option that takes assets out of a selection. */
export const selectionOptions = {
  exclude: {
    type: "text",
    value: "SELECTION",
    summary: "Leaves these assets out",
    repeats: true,
  },
} as const;

/** The options that name partitions. */
export const partitionOptions = {
  partition: { type: "text", value: "KEY", summary: "A partition", repeats: true },
  range: { type: "text", value: "A...B", summary: "The partitions from A to B, both included" },
  all: { type: "flag", summary: "All partitions that exist" },
} as const;

/** The options that narrow a plan. */
export const scopeOptions = {
  scope: {
    type: "text",
    value: "SCOPE",
    summary: "Only what is missing, failed last, or is stale, and what follows from it",
    choices: ["missing", "failed", "stale"],
  },
  "verify-io": {
    type: "flag",
    summary: "Looks whether stored values are still there; lost ones count as missing",
  },
  "no-checks": { type: "flag", summary: "Leaves the checks of the selected assets out" },
} as const;

/** The options that cut a backfill into runs. */
export const backfillOptions = {
  runs: { type: "count", least: 1, value: "N", summary: "Cuts the partitions into at most N runs" },
  "partitions-per-run": {
    type: "count",
    least: 1,
    value: "N",
    summary: "Puts at most N partitions into one run",
  },
} as const;

type PartitionValues = OptionValues<typeof partitionOptions>;
type RequestValues =
  & PartitionValues
  & OptionValues<typeof selectionOptions>
  & { readonly scope: PlanRequest["scope"] }
  & Omit<OptionValues<typeof scopeOptions>, "scope">;

/** The selection of arguments and `--exclude`; undefined for everything. */
export function readSelection(texts: readonly string[], excluded: readonly string[]): Selection | undefined {
  if (texts.length === 0 && excluded.length === 0) return undefined;
  const chosen = unite(texts.length > 0 ? texts : ["*"]);
  const root: SelectionNode = excluded.length === 0
    ? chosen
    : { kind: "and", of: [chosen, { kind: "not", of: unite(excluded) }] };
  return formatSelection(root);
}

function unite(texts: readonly string[]): SelectionNode {
  const parts = texts.map((text) => parseSelection(text).root);
  return parts.length === 1 ? parts[0] : { kind: "or", of: parts };
}

/** The partitions asked for; undefined when no option names any. */
export function readPartitions({ partition, range, all }: PartitionValues): PartitionRequest | undefined {
  const given = [
    ...(partition.length > 0 ? ["--partition"] : []),
    ...(range === undefined ? [] : ["--range"]),
  ];
  if (all) given.push("--all");
  if (given.length > 1) throw usageError(`${given.join(" and ")} exclude each other.`);
  if (all) return "all";
  if (range !== undefined) return readRange(range);
  return partition.length === 1 ? partition[0] : partition.length > 1 ? partition : undefined;
}

function readRange(text: string): { readonly start: string; readonly end: string } {
  const [start, end, ...rest] = text.split("...");
  if (start && end && rest.length === 0) return { start, end };
  throw usageError(
    `--range is two keys with three dots between them, not "${text}".`,
    "For example 2026-01-01...2026-01-31.",
  );
}

/** The request for a run. */
export function readRequest(
  selection: readonly string[],
  options: RequestValues,
): PlanRequest & { readonly verifyIO: boolean } {
  const select = readSelection(selection, options.exclude);
  const partitions = readPartitions(options);
  return {
    ...(select !== undefined && { select }),
    ...(partitions !== undefined && { partitions }),
    ...(options.scope !== undefined && { scope: options.scope }),
    ...(options["no-checks"] && { checks: false }),
    verifyIO: options["verify-io"],
  };
}

/** The request for a backfill: what is missing, unless all or another scope is asked for. */
export function readBackfillRequest(
  selection: readonly string[],
  options: RequestValues & OptionValues<typeof backfillOptions>,
): BackfillRequest & { readonly verifyIO: boolean } {
  const { runs, "partitions-per-run": partitionsPerRun } = options;
  if (runs !== undefined && partitionsPerRun !== undefined) {
    throw usageError("--runs and --partitions-per-run exclude each other.");
  }
  return {
    scope: options.all ? "all" : "missing",
    ...readRequest(selection, options),
    ...(runs !== undefined && { runs }),
    ...(partitionsPerRun !== undefined && { partitionsPerRun }),
  };
}

/** A saved plan says itself what to make. Throws USAGE when the command line says so too. */
export function refuseRequest(selection: readonly string[], options: RequestValues): void {
  const isAsked = selection.length > 0 || options.exclude.length > 0 ||
    readPartitions(options) !== undefined ||
    options.scope !== undefined || options["verify-io"] || options["no-checks"];
  if (isAsked) {
    throw usageError(
      "A saved plan says itself what to make: --plan takes no selection, partitions or scope.",
    );
  }
}
