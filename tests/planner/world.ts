/** A small world to plan in: raw days, clean days, months, a report; and readers of what a plan holds. */
import { openPlanning, type PlanningContext } from "../../src/planner/context.ts";
import type { RunPlan } from "../../src/planner/plan.ts";
import type { Definitions } from "../../src/model/definitions.ts";
import { definitions } from "../../src/model/definitions.ts";
import { defineAsset } from "../../src/model/assets/asset.ts";
import { defineCheck } from "../../src/model/assets/check.ts";
import { dailyPartitions, monthlyPartitions } from "../../src/model/partitions/definition.ts";
import type { Subset } from "../../src/model/partitions/subset.ts";
import type { History } from "./facts.ts";

export const NOW_MS: number = Date.UTC(2026, 5, 1);

export const days = dailyPartitions({ start: "2026-01-01", end: "2026-03-01" });
export const months = monthlyPartitions({ start: "2026-01-01", end: "2026-03-01", keyFormat: "%Y-%m" });

export const raw = defineAsset({ key: "raw", partitions: days, run: () => 1 as number });
export const clean = defineAsset({
  key: "clean",
  deps: { raw },
  partitions: days,
  codeVersion: "1",
  run: ({ inputs }) => inputs.raw,
});
export const month = defineAsset({
  key: "month",
  deps: { clean },
  partitions: months,
  run: ({ inputs }) => inputs.clean.size,
});
export const report = defineAsset({ key: "report", deps: { month }, run: ({ inputs }) => inputs.month.size });
export const gate = defineCheck({
  asset: clean,
  name: "gate",
  blocking: true,
  run: ({ value }) => value > 0,
});

export const weather: Definitions = definitions({ assets: [report, month, clean, raw], checks: [gate] });

/** A planning context over a history. */
export function planning(
  all: Definitions,
  history: History,
  lost?: ReadonlyMap<string, Subset>,
): PlanningContext {
  return openPlanning(all, history, NOW_MS, lost);
}

/** What a plan makes, as texts: `name` or `name first...last (count)`. */
export function outline(plan: RunPlan): readonly string[] {
  return Array.from(plan.ranks, (rank) => {
    const { name } = plan.definitions.steps[rank];
    const set = plan.sets.get(rank);
    if (!set) return name;
    const keys = [...set.subset.ranges()].map(([start, end]) =>
      end - start === 1 ? set.space.keyAt(start) : `${set.space.keyAt(start)}...${set.space.keyAt(end - 1)}`
    );
    return `${name} ${keys.join(" ")} (${set.subset.size})`;
  });
}

/** All keys of a day range in January or February 2026. */
export function keysOf(space: { readonly size: number; keyAt(index: number): string }): readonly string[] {
  return Array.from({ length: space.size }, (_, index) => space.keyAt(index));
}

/** A history in which everything was made in order. */
export function made(history: History, context: PlanningContext): History {
  history.make("raw", keysOf(context.space(days)));
  history.make("clean", keysOf(context.space(days)), { codeVersion: "1" });
  history.make("month", keysOf(context.space(months)));
  return history.make("report");
}
