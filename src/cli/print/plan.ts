/** Plans for people: what would run, on which partitions, and why. */
import type { Subset } from "../../model/partitions/subset.ts";
import { cellCount } from "../../planner/backfill.ts";
import { diffPlans } from "../../planner/diff.ts";
import { explain, type Explanation } from "../../planner/explain.ts";
import type { BackfillGroup, BackfillPlan, PlannedReason, RunPlan } from "../../planner/plan.ts";
import { formatReason } from "../../planner/reason.ts";
import { type Column, formatColumns } from "./columns.ts";
import { inert } from "./inert.ts";
import { formatCount, plural } from "./number.ts";
import type { Page, Paint } from "./page.ts";
import { formatSubset } from "./ranges.ts";

/** What is shown of a plan. */
export interface PlanView {
  /** At most this many steps. */
  readonly limit: number;
  /** Every reason on its own line, instead of the first beside its step. */
  readonly isExplained: boolean;
}

/** A run plan as lines. */
export function formatRunPlan(plan: RunPlan, view: PlanView, page: Page): string[] {
  if (plan.ranks.length === 0) return ["Nothing to do."];
  return [
    page.style.bold(planTitle(plan)),
    ...formatSteps(plan, plan.ranks, view, page),
    ...formatWarnings(plan, page),
  ];
}

/** A backfill plan as lines: its waves in order, each with its runs. */
export function formatBackfillPlan(plan: BackfillPlan, view: PlanView, page: Page): string[] {
  if (plan.cellCount === 0) return ["Nothing to do."];
  const waves = Map.groupBy(plan.groups, ({ wave }) => wave);
  const title = `${plural(plan.runCount, "run")} in ${plural(waves.size, "wave")}: ${planTitle(plan.whole)}`;
  return [
    page.style.bold(title),
    ...[...waves].flatMap(([wave, groups]) => [
      "",
      ...groups.flatMap((group) => [
        `Wave ${wave + 1}: ${describeGroup(group)}`,
        ...formatSteps(plan.whole, group.ranks, view, page),
      ]),
    ]),
    ...formatWarnings(plan.whole, page),
  ];
}

/** `4 steps, 1,510 partitions`. */
export function planTitle(plan: RunPlan): string {
  const steps = plural(plan.ranks.length, "step");
  if (plan.sets.size === 0) return steps;
  const cells = cellCount(plan) - (plan.ranks.length - plan.sets.size);
  return `${steps}, ${plural(cells, "partition")}`;
}

function describeGroup(group: BackfillGroup): string {
  const order = group.sequential ? ", one after the other" : "";
  return `${plural(group.runCount, "run")}${order}`;
}

interface StepRow {
  readonly step: string;
  readonly count: string;
  readonly partitions: string;
  readonly reason: string;
}

const COLUMNS: readonly Column<StepRow>[] = [
  { title: "step", text: ({ step }) => step },
  { title: "count", text: ({ count }) => count, align: "right" },
  { title: "partitions", text: ({ partitions }) => partitions },
  { title: "why", text: ({ reason }) => reason },
];

function formatSteps(plan: RunPlan, ranks: Int32Array, view: PlanView, page: Page): string[] {
  const shown = ranks.subarray(0, view.limit);
  const inner = { ...page, width: page.width - 2 };
  const rest = ranks.length - shown.length;
  const more = rest > 0 ? [page.style.dim(`  and ${plural(rest, "more step")}; --limit shows more`)] : [];
  if (view.isExplained) {
    return [...Array.from(shown).flatMap((rank) => explainStep(plan, rank, page)), ...more];
  }
  const explanations = explain({ ...plan, ranks: shown });
  const rows = explanations.map((each, index) => stepRow(plan, shown[index], each, page));
  return [...formatColumns(rows, COLUMNS, inner).map((line) => `  ${line}`), ...more];
}

function stepRow(plan: RunPlan, rank: number, { step, because }: Explanation, page: Page): StepRow {
  const set = plan.sets.get(rank);
  const [first, ...others] = because;
  const more = others.length > 0 ? ` (and ${plural(others.length, "more reason")})` : "";
  const outputs = outputNames(plan, rank);
  return {
    step: outputs.length > 0 ? `${step} (${outputs.join(", ")})` : step,
    count: set ? formatCount(set.subset.size) : "",
    partitions: set ? formatSubset(set.space, set.subset, page) : "",
    reason: first && first.reason.kind !== "selected" ? first.text + more : "",
  };
}

function explainStep(plan: RunPlan, rank: number, page: Page): string[] {
  const set = plan.sets.get(rank);
  const count = set ? `  ${plural(set.subset.size, "partition")}` : "";
  const reasons = plan.reasons.get(rank) ?? [SELECTED];
  const lines = reasons.flatMap(({ reason, subset }) => {
    const text = inert(formatReason(reason, plan.nowMs));
    if (!set) return [`    ${text}`];
    const cells = subset ? subset.intersect(set.subset) : set.subset;
    if (cells.size === 0) return [];
    const where = cells.size < set.subset.size ? `: ${formatSubset(set.space, cells, page)}` : "";
    return [`    ${text}${where}`];
  });
  return [`  ${page.style.cyan(inert(plan.definitions.steps[rank].name))}${count}`, ...lines];
}

const SELECTED: PlannedReason = { reason: { kind: "selected" }, subset: undefined };

function outputNames(plan: RunPlan, rank: number): readonly string[] {
  return (plan.outputs.get(rank) ?? []).map((position) => plan.definitions.steps[rank].outputs[position].key);
}

function formatWarnings(plan: RunPlan, page: Page): string[] {
  return plan.warnings.map((warning) => `${page.style.yellow("warning:")} ${inert(warning)}`);
}

/** What changed between two plans, as lines. */
export function formatPlanChanges(before: RunPlan, after: RunPlan, page: Page): string[] {
  const changes = diffPlans(before, after);
  if (changes.length === 0) return ["The plans are the same."];
  return changes.flatMap(({ step, added, removed }) => {
    const rank = after.definitions.stepGraph.rankOf(step) as number;
    const space = (after.sets.get(rank) ?? before.sets.get(rank))?.space;
    const say = (sign: string, subset: Subset, paint: Paint): string[] => {
      if (subset.size === 0) return [];
      const where = space
        ? `  ${plural(subset.size, "partition")}  ${formatSubset(space, subset, page)}`
        : "";
      return [paint(`${sign} ${inert(step)}`) + where];
    };
    return [...say("+", added, page.style.green), ...say("-", removed, page.style.red)];
  });
}
